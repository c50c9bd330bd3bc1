// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/lock_queue.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace dsr::registry {
namespace {

constexpr std::size_t sequence_digits = 10;

}  // namespace

std::string queue_node_prefix(std::string_view recipe, std::string_view uuid) {
    return "_c_" + std::string{uuid} + "-" + std::string{recipe};
}

std::optional<std::string_view> queue_order(std::string_view recipe, std::string_view name) {
    const auto found = name.rfind(recipe);
    if (found == std::string_view::npos) return {};
    const auto order = name.substr(found + recipe.size());
    const auto digits = order.starts_with('-') ? order.substr(1) : order;  // the counter is a signed 32-bit number
    if (digits.size() < sequence_digits || !base::is_digits(digits)) return {};
    return order;
}

std::vector<std::string> queue_of(std::string_view recipe, const std::vector<std::string>& children) {
    std::vector<std::string> queue;
    std::copy_if(children.begin(), children.end(), std::back_inserter(queue),
                 [&](const std::string& name) { return queue_order(recipe, name).has_value(); });
    std::sort(queue.begin(), queue.end(), [&](const std::string& left, const std::string& right) {
        const auto order = queue_order(recipe, left)->compare(*queue_order(recipe, right));
        return order != 0 ? order < 0 : left < right;
    });
    return queue;
}

bool is_mutex_node(std::string_view name) {
    return queue_order(recipe::mutex, name).has_value();
}

std::vector<std::string> with_prefix(const std::vector<std::string>& children, std::string_view prefix) {
    std::vector<std::string> found;
    std::copy_if(children.begin(), children.end(), std::back_inserter(found),
                 [&](const std::string& name) { return name.starts_with(prefix); });
    return found;
}

}  // namespace dsr::registry
