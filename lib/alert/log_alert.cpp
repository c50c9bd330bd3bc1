// SPDX-License-Identifier: Apache-2.0
#include "alert/log_alert.hpp"

namespace dsr::alert {

void LogAlert::send(const Alert& alert, model::Instant /*now*/) {
    log_.log(alert.severity == Severity::serious ? spdlog::level::err : spdlog::level::warn, "ALERT {}: {}",
             alert.title, alert.summary);
}

}  // namespace dsr::alert
