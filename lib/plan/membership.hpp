// SPDX-License-Identifier: Apache-2.0
// Who has been missing since when: one fresh view after another folded into a Membership. Pure; any thread.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "model/membership.hpp"
#include "model/policy.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether `view` lost every master that the view before it had, for the first time: a registry event rather than
/// deaths (seen in the field, issue 17732). Such a view is not judged by; the next one is.
bool all_gone_at_once(const model::Membership& before, const model::RegistryView& view);

/// How much later than it should the view at `now` comes after the one before: by more than two sweep intervals (at
/// least 30 s) on top of what the last sweep took. Nothing when it comes in time, or is the first.
std::optional<std::chrono::microseconds> late_by(const model::Membership& before, const model::Policy& policy,
                                                 model::Instant now, std::chrono::microseconds last_sweep);

/// Whether our own clock was set back since the view before.
bool went_back(const model::Membership& before, model::Instant now);

/// The membership after one fresh view. Absences start again when our registry session changed (unless they were
/// resumed from the journal), or when the view is late or the clock went back: in between anyone may have come and
/// gone.
model::Membership attend(model::Membership before, const model::RegistryView& view, const model::Policy& policy,
                         model::Instant now, std::chrono::microseconds last_sweep = {});

/// Adds owners that rows name and nobody has seen: absent since now. Forgets absent addresses that no row names, once
/// their loss is a day old.
void note_owners(model::Membership& membership, const std::set<model::MasterAddress>& owners, model::Instant now);

/// When the grace of an absence (or of a presence) that began at `since` is over, and the views that are missing can
/// have been had.
model::Instant due(model::Instant since, int views, const model::Policy& policy, model::Instant now);

/// Addresses that are absent in `after` and were not in `before`.
std::vector<model::MasterAddress> newly_absent(const model::Membership& before, const model::Membership& after);

}  // namespace dsr::plan
