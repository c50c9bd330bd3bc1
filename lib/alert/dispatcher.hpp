// SPDX-License-Identifier: Apache-2.0
// Passes the alerts of a sweep to every channel, after it. Each channel has its own state: an alert that it sent within
// alerts.suppress is not sent again, a failed one is retried at the next call. A channel outside the cluster accepts
// every alert at once, because its delivery has the queue (delivery.hpp). Sweep's thread only.
#pragma once

#include <spdlog/logger.h>

#include <set>
#include <string>
#include <vector>

#include "alert/queue.hpp"
#include "alert/resolved.hpp"

namespace dsr::alert {

class AlertDispatcher {
public:
    /// The channels and the log outlive the dispatcher.
    AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress, spdlog::logger& log);

    /// The alerts of a sweep, and those that report the end of earlier ones.
    void dispatch_report(const model::SweepReport& report, model::Instant now);

    /// Never throws: a failing channel is logged, once per kind of failure. A channel gets a resolved alert only for
    /// what it was given before.
    void dispatch(const std::vector<Alert>& alerts, model::Instant now);

    /// One for each channel, in their order.
    [[nodiscard]] std::vector<model::ChannelCounts> counts() const;

    /// Takes over from `before`, for channels of the same names, the sent alerts, the waiting alerts and the counts.
    void inherit(const AlertDispatcher& before);

private:
    struct Channel {
        AlertChannel* channel = nullptr;
        Suppression suppression;
        AlertQueue queue;
        std::set<std::string> open{};  ///< keys of alerts that it was given and that are not resolved
    };
    static void give(Channel& to, const Alert& alert, model::Instant now);
    static void give_resolved(Channel& to, Alert alert, model::Instant now);
    void deliver(Channel& to, model::Instant now);

    std::vector<Channel> channels_;
    OpenAlerts open_alerts_;
    spdlog::logger& log_;
};

}  // namespace dsr::alert
