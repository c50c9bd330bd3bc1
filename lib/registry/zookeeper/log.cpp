// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/log.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <string_view>
#include <vector>

namespace dsr::registry {
namespace {

/// Process-wide, because the library's callback is a plain function with one text.
struct Sinks {
    std::mutex guard;
    std::vector<std::weak_ptr<const Log>> all;
};

Sinks& sinks() {
    static Sinks the_sinks;
    return the_sinks;
}

std::shared_ptr<const Log> youngest_sink() {
    const std::lock_guard lock{sinks().guard};
    for (auto sink = sinks().all.rbegin(); sink != sinks().all.rend(); ++sink)
        if (auto alive = sink->lock()) return alive;
    return nullptr;
}

}  // namespace

void forward_library_log(const std::shared_ptr<const Log>& sink) {
    const std::lock_guard lock{sinks().guard};
    auto& all = sinks().all;
    all.erase(std::remove_if(all.begin(), all.end(), [](const auto& old) { return old.expired(); }), all.end());
    all.push_back(sink);
}

void zookeeper_log_line(const char* line) noexcept {
    try {
        const auto sink = youngest_sink();
        if (!sink || !*sink || line == nullptr) return;
        std::string_view text{line};
        const auto level =
            text.find("ZOO_WARN@") == std::string_view::npos && text.find("ZOO_ERROR@") == std::string_view::npos
                ? LogLevel::debug
                : LogLevel::warning;
        // Drop "time:pid:ZOO_WARN@function@line: ", because our log has its own time.
        if (const auto head = text.find(":ZOO_"); head != std::string_view::npos)
            if (const auto colon = text.find(": ", head); colon != std::string_view::npos)
                text.remove_prefix(colon + 2);
        while (text.ends_with('\n')) text.remove_suffix(1);
        (*sink)(level, "ZooKeeper library: " + std::string{text});
    } catch (const std::exception&) {
        // A failure to log must not end the daemon.
    }
}

}  // namespace dsr::registry
