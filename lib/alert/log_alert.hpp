// SPDX-License-Identifier: Apache-2.0
// Alerts as lines of the daemon's own log, for log monitoring.
#pragma once

#include <spdlog/logger.h>

#include "alert/channel.hpp"

namespace dsr::alert {

class LogAlert final : public AlertChannel {
public:
    explicit LogAlert(spdlog::logger& log) : log_(log) {}
    [[nodiscard]] std::string name() const override { return "log"; }
    void send(const Alert& alert, model::Instant /*now*/) override {
        log_.log(alert.severity == Severity::serious ? spdlog::level::err : spdlog::level::warn, "ALERT {}: {}",
                 alert.title, alert.summary);
    }

private:
    spdlog::logger& log_;
};

}  // namespace dsr::alert
