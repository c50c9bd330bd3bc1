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
    /// page: the address of the web page, for the end of each line; may be empty.
    explicit LogAlert(spdlog::logger& log, std::string page = {}) : log_(log), page_(std::move(page)) {}
    [[nodiscard]] std::string name() const override { return "log"; }
    void send(const Alert& alert, model::Instant /*now*/) override {
        const bool serious = alert.severity == Severity::serious && !alert.is_resolved();
        log_.log(serious ? spdlog::level::err : spdlog::level::warn, "ALERT {}: {}{}{}", alert.title, alert.summary,
                 page_.empty() ? "" : " ", page_);
    }

private:
    spdlog::logger& log_;
    std::string page_;
};

}  // namespace dsr::alert
