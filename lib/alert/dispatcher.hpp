// SPDX-License-Identifier: Apache-2.0
// Passes alerts to every channel, after the sweep. Each channel has its own state: an alert that it sent within
// alerts.suppress is not sent again, a failed one is retried at the next call. A channel outside the cluster accepts
// every alert at once, because its delivery has the queue (delivery.hpp). Sweep's thread only.
#pragma once

#include <spdlog/logger.h>

#include <vector>

#include "alert/queue.hpp"

namespace dsr::alert {

class AlertDispatcher {
public:
    /// The channels and the log outlive the dispatcher.
    AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress, spdlog::logger& log);

    /// Never throws: a failing channel is logged, once per kind of failure.
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
    };
    void deliver(Channel& to, model::Instant now);

    std::vector<Channel> channels_;
    spdlog::logger& log_;
};

}  // namespace dsr::alert
