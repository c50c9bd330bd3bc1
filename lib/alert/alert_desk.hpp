// SPDX-License-Identifier: Apache-2.0
// Passes alerts on to every operator. Each operator has its own memory: what it was told within alerts.suppress is not
// told again, what it could not take is tried again at the next call. Sweep's thread only.
#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <vector>

#include "alert/alert_operator.hpp"
#include "alert/suppression.hpp"

namespace dsr::alert {

class AlertDesk {
public:
    /// Alerts that wait for one operator; older ones are dropped beyond it, with a line in the log.
    static constexpr std::size_t most_waiting = 100;

    /// The operators and the log outlive the desk.
    AlertDesk(const std::vector<AlertOperator*>& operators, model::Milliseconds suppress, spdlog::logger& log);

    /// Never throws: an operator that fails is logged.
    void tell(const std::vector<Alert>& alerts, model::Instant now);

    /// What `before`'s operators of the same names were told, and what still waits for them.
    void inherit(const AlertDesk& before);

private:
    struct Channel {
        AlertOperator* channel;
        Suppression suppression;
        std::deque<Alert> waiting;
    };
    void deliver(Channel& to, model::Instant now);

    std::vector<Channel> channels_;
    spdlog::logger& log_;
};

}  // namespace dsr::alert
