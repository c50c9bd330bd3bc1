// SPDX-License-Identifier: Apache-2.0
// Who has been missing since when: one fresh view after another folded into an Attendance. Pure; any thread.
#pragma once

#include <set>
#include <vector>

#include "model/absence.hpp"
#include "model/policy.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether `view` lost every master that the view before it had, for the first time: a registry event rather than
/// deaths (seen in the field, issue 17732). Such a view is not judged by; the next one is.
bool all_gone_at_once(const model::Attendance& before, const model::RegistryView& view);

/// The attendance after one fresh view. Absences start again when our registry session changed, or when the gap since
/// the last view is longer than two sweep intervals (at least 30 s) on top of what the last sweep took: in between
/// anyone may have come and gone.
model::Attendance attend(model::Attendance before, const model::RegistryView& view, const model::Policy& policy,
                         model::Instant now, std::chrono::microseconds last_sweep = {});

/// Adds owners that rows name and nobody has seen: absent since now. Forgets absent addresses that no row names, once
/// their loss is a day old.
void note_owners(model::Attendance& attendance, const std::set<model::MasterAddress>& owners, model::Instant now);

/// Addresses that are absent in `after` and were not in `before`.
std::vector<model::MasterAddress> newly_absent(const model::Attendance& before, const model::Attendance& after);

}  // namespace dsr::plan
