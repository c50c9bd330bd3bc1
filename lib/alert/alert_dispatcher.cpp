// SPDX-License-Identifier: Apache-2.0
#include "alert/alert_dispatcher.hpp"

#include <algorithm>
#include <exception>

namespace dsr::alert {

AlertDispatcher::AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress,
                                 spdlog::logger& log)
    : log_(log) {
    channels_.reserve(channels.size());
    for (auto* channel : channels)
        channels_.push_back({channel, Suppression(suppress), {}, {}, {.name = channel->name()}});
}

std::vector<model::ChannelCounts> AlertDispatcher::counts() const {
    std::vector<model::ChannelCounts> counts;
    counts.reserve(channels_.size());
    for (const auto& channel : channels_) counts.push_back(channel.counts);
    return counts;
}

void AlertDispatcher::dispatch(const std::vector<Alert>& alerts, model::Instant now) {
    for (auto& to : channels_) {
        for (const auto& alert : alerts) {
            const bool waits = std::any_of(to.waiting.begin(), to.waiting.end(),
                                           [&](const Alert& other) { return other.key == alert.key; });
            if (!waits && to.suppression.due(alert.key, now)) to.waiting.push_back(alert);
        }
        while (to.waiting.size() > max_waiting) {
            log_.warn("alert '{}' is dropped: too many wait for {}", to.waiting.front().title, to.channel->name());
            to.waiting.pop_front();
            ++to.counts.dropped;
        }
        deliver(to, now);
    }
}

void AlertDispatcher::deliver(Channel& to, model::Instant now) {
    while (!to.waiting.empty()) {
        const Alert& alert = to.waiting.front();
        try {
            to.channel->send(alert, now);
        } catch (const std::exception& error) {
            ++to.counts.failed;
            if (to.last_error != error.what())
                log_.warn("alert '{}' could not be told through {} and waits for the next sweep: {}", alert.title,
                          to.channel->name(), error.what());
            to.last_error = error.what();
            return;
        }
        ++to.counts.sent;
        if (!to.last_error.empty()) log_.info("alerts go through {} again", to.channel->name());
        to.last_error.clear();
        to.suppression.told(alert.key, now);
        to.waiting.pop_front();
    }
}

void AlertDispatcher::inherit(const AlertDispatcher& before) {
    for (auto& to : channels_) {
        for (const auto& from : before.channels_) {
            if (from.channel->name() != to.channel->name()) continue;
            to.suppression.inherit(from.suppression);
            to.waiting = from.waiting;
            to.last_error = from.last_error;
            to.counts = from.counts;
        }
    }
}

}  // namespace dsr::alert
