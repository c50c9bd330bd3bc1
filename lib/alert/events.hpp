// SPDX-License-Identifier: Apache-2.0
// Alerts from a sweep's report: one for each kind of event, which names the first few and counts the others. Pure; any
// thread.
#pragma once

#include <vector>

#include "alert/channel.hpp"
#include "model/sweep_report.hpp"

namespace dsr::alert {

std::vector<Alert> alerts_of(const model::SweepReport& report);

}  // namespace dsr::alert
