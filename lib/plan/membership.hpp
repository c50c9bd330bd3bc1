// SPDX-License-Identifier: Apache-2.0
// Which masters are missing, and since when: folds one fresh view after another into a Membership. Pure; any thread.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "model/membership.hpp"
#include "model/policy.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether `view` misses, for the first time, every master of the previous view: a registry event rather than deaths
/// (seen in the field, issue 17732). Such a view is not used for judging; the next one is.
bool all_gone_at_once(const model::Membership& before, const model::RegistryView& view);

/// How late the view at `now` is. A view is late when it comes more than two sweep intervals (at least 30 s) after the
/// previous one, in addition to the duration of the last sweep. Nothing when it is in time, or the first.
std::optional<std::chrono::microseconds> late_by(const model::Membership& before, const model::Policy& policy,
                                                 model::Instant now, std::chrono::microseconds last_sweep);

/// Whether our own clock was set back since the previous view.
bool went_back(const model::Membership& before, model::Instant now);

/// The membership after one fresh view. Absences start again when our registry session changed (unless they were
/// resumed from the journal), or when the view is late or the clock was set back, because masters may have come and
/// gone in between.
model::Membership attend(model::Membership before, const model::RegistryView& view, const model::Policy& policy,
                         model::Instant now, std::chrono::microseconds last_sweep = {});

/// Adds owners that rows name and no view has shown, absent since now. Forgets absent addresses that no row names, once
/// their loss is a day old.
void note_owners(model::Membership& membership, const std::set<model::MasterAddress>& owners, model::Instant now);

/// When the grace of an absence (or presence) that began at `since` is over and enough views can have been taken.
model::Instant due(model::Instant since, int views, const model::Policy& policy, model::Instant now);

/// Addresses that are absent in `after` but not in `before`.
std::vector<model::MasterAddress> newly_absent(const model::Membership& before, const model::Membership& after);

}  // namespace dsr::plan
