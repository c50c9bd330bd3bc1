// SPDX-License-Identifier: Apache-2.0
#include "alert/queue.hpp"

#include <algorithm>
#include <exception>

namespace dsr::alert {

namespace {

bool ends(const Alert& resolved, const std::string& key) {
    return std::ranges::find(resolved.resolves, key) != resolved.resolves.end();
}

}  // namespace

bool Suppression::due(const std::string& key, model::Instant now) const {
    const auto last = told_.find(key);
    return last == told_.end() || now - last->second >= window_ || now < last->second;
}

void Suppression::told(const std::string& key, model::Instant now) {
    std::erase_if(told_, [&](const auto& entry) { return now - entry.second >= window_; });
    told_[key] = now;
}

void AlertQueue::add(const Alert& alert, model::Instant at) {
    if (alert.is_resolved()) {
        const auto unsent = std::erase_if(items_, [&](const Item& item) { return ends(alert, item.alert.key); });
        if (unsent == alert.resolves.size()) return;
    } else {
        for (auto& item : items_) std::erase(item.alert.resolves, alert.key);
        std::erase_if(items_, [&](const Item& item) { return item.is_resolved && item.alert.resolves.empty(); });
    }
    items_.push_back({alert, at, std::chrono::steady_clock::now(), alert.is_resolved()});
    if (items_.size() <= max_waiting) return;
    log_->warn("alert '{}' is dropped: too many alerts wait for {}", items_.front().alert.title, counts_.name);
    items_.pop_front();
    ++counts_.dropped;
}

bool AlertQueue::has(const std::string& key) const {
    return std::ranges::any_of(items_, [&](const Item& item) { return item.alert.key == key; });
}

AlertQueue::Item AlertQueue::take_front() {
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
}

void AlertQueue::put_back_last(Item item) {
    const auto is_reversed = [&](const Item& later) { return ends(later.alert, item.alert.key); };
    if (std::ranges::any_of(items_, is_reversed)) return;
    std::erase_if(item.alert.resolves, [&](const std::string& key) { return has(key); });
    if (item.is_resolved && item.alert.resolves.empty()) return;
    items_.push_back(std::move(item));
}

void AlertQueue::drop_all(const std::string& why) {
    if (items_.empty()) return;
    log_->warn("{} alert(s) for {} are dropped: {}; the first: '{}'", items_.size(), counts_.name, why,
               items_.front().alert.title);
    counts_.dropped += items_.size();
    items_.clear();
}

bool AlertQueue::count_try(const std::string& failure) {
    ++(failure.empty() ? counts_.sent : counts_.failed);
    const bool changed = failure != last_failure_;
    last_failure_ = failure;
    return changed;
}

void AlertQueue::inherit(const AlertQueue& before) {
    items_ = before.items_;
    last_failure_ = before.last_failure_;
    counts_ = before.counts_;
}

std::string try_to_send(AlertChannel& channel, const Alert& alert, model::Instant at) {
    try {
        channel.send(alert, at);
        return {};
    } catch (const std::exception& error) {
        const std::string why = error.what();
        return why.empty() ? "it failed without a reason" : why;
    }
}

}  // namespace dsr::alert
