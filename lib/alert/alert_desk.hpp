// SPDX-License-Identifier: Apache-2.0
// Passes alerts on to every operator, after the sweep. Each operator has its own memory: what it was told within
// alerts.suppress is not told again, what it could not take is tried again at the next call. Channels outside the
// cluster stand behind an operator that takes everything at once (delivery.hpp). Sweep's thread only.
#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <vector>

#include "alert/alert_operator.hpp"
#include "alert/suppression.hpp"
#include "model/channel_counts.hpp"

namespace dsr::alert {

class AlertDesk {
public:
    /// Alerts that wait for one operator; older ones are dropped beyond it, with a line in the log.
    static constexpr std::size_t most_waiting = 100;

    /// The operators and the log outlive the desk.
    AlertDesk(const std::vector<AlertOperator*>& operators, model::Milliseconds suppress, spdlog::logger& log);

    /// Never throws: an operator that fails is logged, once for each way in which it fails.
    void tell(const std::vector<Alert>& alerts, model::Instant now);

    /// One for each operator, in their order.
    [[nodiscard]] std::vector<model::ChannelCounts> counts() const;

    /// What `before`'s operators of the same names were told, what still waits for them, and their counts.
    void inherit(const AlertDesk& before);

private:
    struct Channel {
        AlertOperator* channel;
        Suppression suppression;
        std::deque<Alert> waiting;
        std::string trouble;  ///< why it failed last, as it was logged
        model::ChannelCounts counts;
    };
    void deliver(Channel& to, model::Instant now);

    std::vector<Channel> channels_;
    spdlog::logger& log_;
};

}  // namespace dsr::alert
