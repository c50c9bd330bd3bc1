// SPDX-License-Identifier: Apache-2.0
#include "alert/dispatcher.hpp"

namespace dsr::alert {

AlertDispatcher::AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress,
                                 spdlog::logger& log)
    : log_(log) {
    channels_.reserve(channels.size());
    for (auto* channel : channels)
        channels_.push_back({channel, Suppression(suppress), AlertQueue(channel->name(), log)});
}

std::vector<model::ChannelCounts> AlertDispatcher::counts() const {
    std::vector<model::ChannelCounts> counts;
    counts.reserve(channels_.size());
    for (const auto& channel : channels_) counts.push_back(channel.queue.counts());
    return counts;
}

void AlertDispatcher::dispatch(const std::vector<Alert>& alerts, model::Instant now) {
    for (auto& to : channels_) {
        for (const auto& alert : alerts) {
            if (!to.queue.has(alert.key) && to.suppression.due(alert.key, now)) to.queue.add(alert, now);
        }
        deliver(to, now);
    }
}

void AlertDispatcher::deliver(Channel& to, model::Instant now) {
    while (!to.queue.empty()) {
        auto item = to.queue.take_front();
        const auto failure = try_to_send(*to.channel, item.alert, now);
        const bool changed = to.queue.count_try(failure);
        if (!failure.empty()) {
            if (changed)
                log_.warn("alert '{}' could not be sent through {} and waits for the next sweep: {}", item.alert.title,
                          to.channel->name(), failure);
            to.queue.put_back_first(std::move(item));
            return;
        }
        if (changed) log_.info("alerts go through {} again", to.channel->name());
        to.suppression.told(item.alert.key, now);
    }
}

void AlertDispatcher::inherit(const AlertDispatcher& before) {
    for (auto& to : channels_) {
        for (const auto& from : before.channels_) {
            if (from.channel->name() != to.channel->name()) continue;
            to.suppression.inherit(from.suppression);
            to.queue.inherit(from.queue);
        }
    }
}

}  // namespace dsr::alert
