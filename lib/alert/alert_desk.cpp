// SPDX-License-Identifier: Apache-2.0
#include "alert/alert_desk.hpp"

#include <algorithm>
#include <exception>

namespace dsr::alert {

AlertDesk::AlertDesk(const std::vector<AlertOperator*>& operators, model::Milliseconds suppress, spdlog::logger& log)
    : log_(log) {
    channels_.reserve(operators.size());
    for (auto* channel : operators)
        channels_.push_back({channel, Suppression(suppress), {}, {}, {.name = channel->name()}});
}

std::vector<model::ChannelCounts> AlertDesk::counts() const {
    std::vector<model::ChannelCounts> counts;
    counts.reserve(channels_.size());
    for (const auto& channel : channels_) counts.push_back(channel.counts);
    return counts;
}

void AlertDesk::tell(const std::vector<Alert>& alerts, model::Instant now) {
    for (auto& to : channels_) {
        for (const auto& alert : alerts) {
            const bool waits = std::any_of(to.waiting.begin(), to.waiting.end(),
                                           [&](const Alert& other) { return other.key == alert.key; });
            if (!waits && to.suppression.due(alert.key, now)) to.waiting.push_back(alert);
        }
        while (to.waiting.size() > most_waiting) {
            log_.warn("alert '{}' is dropped: too many wait for {}", to.waiting.front().title, to.channel->name());
            to.waiting.pop_front();
            ++to.counts.dropped;
        }
        deliver(to, now);
    }
}

void AlertDesk::deliver(Channel& to, model::Instant now) {
    while (!to.waiting.empty()) {
        const Alert& alert = to.waiting.front();
        try {
            to.channel->tell(alert, now);
        } catch (const std::exception& error) {
            ++to.counts.failed;
            if (to.trouble != error.what())
                log_.warn("alert '{}' could not be told through {} and waits for the next sweep: {}", alert.title,
                          to.channel->name(), error.what());
            to.trouble = error.what();
            return;
        }
        ++to.counts.sent;
        if (!to.trouble.empty()) log_.info("alerts go through {} again", to.channel->name());
        to.trouble.clear();
        to.suppression.told(alert.key, now);
        to.waiting.pop_front();
    }
}

void AlertDesk::inherit(const AlertDesk& before) {
    for (auto& to : channels_) {
        for (const auto& from : before.channels_) {
            if (from.channel->name() != to.channel->name()) continue;
            to.suppression.inherit(from.suppression);
            to.waiting = from.waiting;
            to.trouble = from.trouble;
            to.counts = from.counts;
        }
    }
}

}  // namespace dsr::alert
