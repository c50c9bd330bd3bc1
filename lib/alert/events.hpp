// SPDX-License-Identifier: Apache-2.0
// Alerts from a sweep's report: one for each kind of event, which names the first few and counts the others. Pure; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "alert/channel.hpp"
#include "model/sweep_report.hpp"

namespace dsr::alert {

std::vector<Alert> alerts_of(const model::SweepReport& report);

/// The names of the conditions in Alert::conditions: a guard that holds, a master that is lost.
std::string hold_condition(model::Guard guard);
std::string master_condition(const model::MasterAddress& address);

}  // namespace dsr::alert
