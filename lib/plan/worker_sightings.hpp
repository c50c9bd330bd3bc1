// SPDX-License-Identifier: Apache-2.0
// Which worker addresses this registry showed, and which of them may be asked to kill a task after their registration
// ended. A kill message carries a task id but no cluster, and addresses are reused: a worker of another cluster at that
// address would kill one of its own tasks. So the address in a task row alone is never enough. Pure; any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "model/registry_view.hpp"
#include "model/worker_sightings.hpp"

namespace dsr::plan {

/// An address not shown for this long is forgotten, because it may belong to another cluster by then.
inline constexpr std::chrono::hours sighting_life{24};

/// Maximum number of addresses remembered: the largest cluster that scale.md measures has 5,000 workers, and all may be
/// replaced within a day. Beyond that, those shown longest ago are forgotten first.
inline constexpr std::size_t max_sightings = 10'000;

/// The sightings after one more fresh view. Sightings of another registry are forgotten. `clock_skew` is the largest
/// difference between two daemons' clocks: an address shown more than that after `view` was noted before a clock was
/// set back, and is forgotten.
model::WorkerSightings sighted(model::WorkerSightings before, const model::RegistryView& view,
                               model::Milliseconds clock_skew);

/// The sightings combined with those that another daemon noted of the same registry. The later view decides which
/// addresses are registered.
model::WorkerSightings joined(model::WorkerSightings ours, model::WorkerSightings theirs);

/// Whether that registry showed the address at or after `submitted`, and within sighting_life before `now`. False for a
/// task without a submit time, because nothing is known of it.
bool sighted_since(const model::WorkerSightings& sightings, const model::WorkerAddress& address,
                   const std::optional<model::Instant>& submitted, model::Instant now);

}  // namespace dsr::plan
