// SPDX-License-Identifier: Apache-2.0
// Passes alerts on to every channel, after the sweep. Each channel has its own memory: what was sent to it within
// alerts.suppress is not sent again, what it could not take is tried again at the next call. Channels outside the
// cluster have a queue in front of them that takes everything at once (delivery.hpp). Sweep's thread only.
#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <vector>

#include "alert/alert_channel.hpp"
#include "alert/suppression.hpp"
#include "model/channel_counts.hpp"

namespace dsr::alert {

class AlertDispatcher {
public:
    /// Alerts that wait for one channel; older ones are dropped beyond it, with a line in the log.
    static constexpr std::size_t max_waiting = 100;

    /// The channels and the log outlive the dispatcher.
    AlertDispatcher(const std::vector<AlertChannel*>& channels, model::Milliseconds suppress, spdlog::logger& log);

    /// Never throws: a channel that fails is logged, once for each way in which it fails.
    void dispatch(const std::vector<Alert>& alerts, model::Instant now);

    /// One for each channel, in their order.
    [[nodiscard]] std::vector<model::ChannelCounts> counts() const;

    /// What `before`'s channels of the same names were told, what still waits for them, and their counts.
    void inherit(const AlertDispatcher& before);

private:
    struct Channel {
        AlertChannel* channel;
        Suppression suppression;
        std::deque<Alert> waiting;
        std::string last_error;  ///< why it failed last, as it was logged
        model::ChannelCounts counts;
    };
    void deliver(Channel& to, model::Instant now);

    std::vector<Channel> channels_;
    spdlog::logger& log_;
};

}  // namespace dsr::alert
