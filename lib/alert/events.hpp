// SPDX-License-Identifier: Apache-2.0
// Alerts from a sweep's report: one summary for a sweep that acted or was held, one alert for each lost master. Pure;
// any thread.
#pragma once

#include <vector>

#include "alert/channel.hpp"
#include "model/sweep_report.hpp"

namespace dsr::alert {

std::vector<Alert> alerts_of(const model::SweepReport& report);

}  // namespace dsr::alert
