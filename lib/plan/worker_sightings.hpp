// SPDX-License-Identifier: Apache-2.0
// Which worker addresses this registry showed, and which of them may be asked to kill a task after their registration
// ended. A kill message carries a task id and nothing that names a cluster, and addresses are reused: a worker of
// another cluster at that address would kill a task of its own. So the address in a task row is never enough. Pure; any
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "model/registry_view.hpp"
#include "model/worker_sightings.hpp"

namespace dsr::plan {

/// An address that the registry has not shown for this long is forgotten: by then it may belong to another cluster.
inline constexpr std::chrono::hours sighting_life{24};

/// Addresses remembered at most: the largest cluster that scale.md measures has 5,000 workers, and all of them may be
/// replaced within a day. Beyond that those shown longest ago are forgotten first.
inline constexpr std::size_t max_sightings = 10'000;

/// The sightings after one more fresh view. What another registry showed is forgotten. `clock_skew` is the most by
/// which the clocks of two daemons may differ: an address shown later than that after `view` was noted before a clock
/// was set back, and is forgotten.
model::WorkerSightings sighted(model::WorkerSightings before, const model::RegistryView& view,
                               model::Milliseconds clock_skew);

/// The same sightings with those that another daemon noted of the same registry. The later view decides what is
/// registered.
model::WorkerSightings joined(model::WorkerSightings ours, model::WorkerSightings theirs);

/// Whether that registry showed the address at or after `submitted`, and within sighting_life before `now`. Nothing is
/// known of a task without a submit time: false.
bool sighted_since(const model::WorkerSightings& sightings, const model::WorkerAddress& address,
                   const std::optional<model::Instant>& submitted, model::Instant now);

}  // namespace dsr::plan
