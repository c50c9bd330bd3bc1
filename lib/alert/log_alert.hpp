// SPDX-License-Identifier: Apache-2.0
// Alerts as lines of the daemon's own log, for log monitoring.
#pragma once

#include <spdlog/logger.h>

#include <string>
#include <utility>

#include "alert/channel.hpp"

namespace dsr::alert {

class LogAlert final : public AlertChannel {
public:
    /// Each line names the cluster and ends with the address of the web page, if these are given.
    explicit LogAlert(spdlog::logger& log, AlertOrigin origin = {}) : log_(log), origin_(std::move(origin)) {}
    [[nodiscard]] std::string name() const override { return "log"; }
    void send(const Alert& alert, model::Instant /*now*/) override {
        const bool serious = alert.severity == Severity::serious && !alert.is_resolved();
        log_.log(serious ? spdlog::level::err : spdlog::level::warn, "ALERT {}: {}{}{}",
                 headline(alert, origin_.cluster), alert.summary, origin_.page.empty() ? "" : " ", origin_.page);
    }

private:
    spdlog::logger& log_;
    AlertOrigin origin_;
};

}  // namespace dsr::alert
