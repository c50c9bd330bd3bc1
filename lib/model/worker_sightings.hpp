// SPDX-License-Identifier: Apache-2.0
// When this registry last showed each worker address. Only such an address may be asked to kill a task after its
// registration ended, because the text in a task row may name a worker of another cluster.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// A value; plan/worker_sightings makes the next one from each fresh view.
struct WorkerSightings {
    std::string registry{};                     ///< identity of the registry that showed them (RegistryView::identity)
    std::optional<Instant> latest_view;         ///< when the last fresh view was taken, by our clock
    std::set<WorkerAddress> registered;         ///< the addresses in that view
    std::map<WorkerAddress, Instant> departed;  ///< other addresses, each with the last view that showed it
    bool operator==(const WorkerSightings&) const = default;
};

}  // namespace dsr::model
