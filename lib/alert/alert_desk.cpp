// SPDX-License-Identifier: Apache-2.0
#include "alert/alert_desk.hpp"

#include <algorithm>
#include <exception>

namespace dsr::alert {

AlertDesk::AlertDesk(const std::vector<AlertOperator*>& operators, model::Milliseconds suppress, spdlog::logger& log)
    : log_(log) {
    channels_.reserve(operators.size());
    for (auto* channel : operators) channels_.push_back({channel, Suppression(suppress), {}});
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
            log_.warn("alert '{}' could not be told through {} and waits for the next sweep: {}", alert.title,
                      to.channel->name(), error.what());
            return;
        }
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
        }
    }
}

}  // namespace dsr::alert
