// SPDX-License-Identifier: Apache-2.0
#include "alert/dispatcher.hpp"

#include <utility>

#include "alert/events.hpp"

namespace dsr::alert {

AlertDispatcher::AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress,
                                 spdlog::logger& log)
    : open_alerts_(suppress), log_(log) {
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

void AlertDispatcher::dispatch_report(const model::SweepReport& report, model::Instant now) {
    dispatch(open_alerts_.with_resolved(report, alerts_of(report), now), now);
}

void AlertDispatcher::give(Channel& to, const Alert& alert, model::Instant now) {
    if (to.queue.has(alert.key) || !to.suppression.due(alert.key, now)) return;
    to.queue.add(alert, now);
    if (alert.conditions.empty()) return;
    to.open.insert(alert.key);
    if (to.open.size() > OpenAlerts::max_open) to.open.erase(to.open.begin());
}

void AlertDispatcher::give_resolved(Channel& to, Alert alert, model::Instant now) {
    std::erase_if(alert.resolves, [&](const std::string& key) { return !to.open.contains(key); });
    if (alert.resolves.empty()) return;
    for (const auto& key : alert.resolves) {
        to.open.erase(key);
        to.suppression.forget(key);  // if it occurs again, people must know
    }
    to.queue.add(alert, now);
}

void AlertDispatcher::dispatch(const std::vector<Alert>& alerts, model::Instant now) {
    for (auto& to : channels_) {
        for (const auto& alert : alerts) {
            if (alert.is_resolved()) {
                give_resolved(to, alert, now);
            } else {
                give(to, alert, now);
            }
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
    open_alerts_.inherit(before.open_alerts_);
    for (auto& to : channels_) {
        for (const auto& from : before.channels_) {
            if (from.channel->name() != to.channel->name()) continue;
            to.suppression.inherit(from.suppression);
            to.queue.inherit(from.queue);
            to.open = from.open;
        }
    }
}

}  // namespace dsr::alert
