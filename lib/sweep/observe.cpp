// SPDX-License-Identifier: Apache-2.0
#include "sweep/observe.hpp"

#include <algorithm>

#include "model/failure.hpp"
#include "plan/absence.hpp"
#include "registry/layout.hpp"

namespace dsr::sweep {

using namespace model;

namespace {
constexpr std::chrono::minutes zone_proof_window{5};
}

std::chrono::microseconds measured_skew(const std::vector<LiveMaster>& masters) {
    std::chrono::microseconds skew{0};
    for (const auto& master : masters) {
        if (master.reported_at) skew = std::max(skew, std::chrono::abs(*master.reported_at - master.written_at));
    }
    return skew;
}

Observation observe(registry::Registry& registry, store::WorkflowStore& store, const SchemaFacts& schema,
                    const Policy& policy, Memory& memory) {
    Observation seen;
    Snapshot& snapshot = seen.snapshot;
    snapshot.schema = schema;
    snapshot.policy = policy;
    // The database first: a loss that the registry shows is noted once, and must not be lost to an error after it.
    snapshot.newest_start_time = store.newest_start_time();
    snapshot.registry = registry.observe();
    const Instant now = snapshot.registry.taken_at;
    if (!snapshot.registry.reached) throw Failure(Meaning::retry, snapshot.registry.why_not_fresh);

    seen.all_gone = plan::all_gone_at_once(memory.attendance, snapshot.registry);
    if (seen.all_gone) {
        snapshot.registry.fresh = false;
        snapshot.registry.why_not_fresh =
            "every master vanished from the registry within one view; that is looked at once more before it is "
            "believed";
        memory.attendance.all_gone_once = true;
    } else if (snapshot.registry.fresh) {
        auto after = plan::attend(memory.attendance, snapshot.registry, policy, now, memory.last_sweep);
        seen.went = plan::newly_absent(memory.attendance, after);
        memory.attendance = std::move(after);
    }
    snapshot.attendance = memory.attendance;

    snapshot.layout = policy.lock_layout.value_or(registry::layout_of(schema, snapshot.registry.marker_directory));
    snapshot.layout_contradicted =
        !policy.lock_layout && registry::contradicts(snapshot.layout, snapshot.registry.locks);
    snapshot.clock_skew = measured_skew(snapshot.registry.masters);
    if (snapshot.newest_start_time && std::chrono::abs(*snapshot.newest_start_time - now) <= zone_proof_window)
        memory.zone_proven = true;
    snapshot.zone_proven = memory.zone_proven;
    return seen;
}

}  // namespace dsr::sweep
