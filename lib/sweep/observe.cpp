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

/// How far the database's clock is ahead of ours. Nothing when the question itself took so long that the answer is old.
std::optional<std::chrono::microseconds> database_ahead(const Hands& hands) {
    constexpr std::chrono::seconds long_answer{5};
    const Instant before = hands.now();
    const Instant answer = hands.store.clock();
    const auto took = hands.now() - before;
    if (took < std::chrono::microseconds{0} || took > long_answer) return std::nullopt;
    return answer - (before + took / 2);
}

/// Whether an owner of unfinished rows is missing: then it counts what masters write into their markers.
bool someone_missed(const Attendance& attendance) {
    return std::any_of(attendance.absent.begin(), attendance.absent.end(),
                       [](const auto& absence) { return absence.second.owns_rows; });
}

}  // namespace

std::chrono::microseconds measured_skew(const std::vector<LiveMaster>& masters) {
    std::chrono::microseconds skew{0};
    for (const auto& master : masters) {
        if (master.reported_at) skew = std::max(skew, std::chrono::abs(*master.reported_at - master.written_at));
    }
    return skew;
}

void require_reached(const RegistryView& view) {
    if (!view.reached) throw Failure(Meaning::retry, view.why_not_fresh);
}

Observation observe(const Hands& hands, const SchemaFacts& schema, const Policy& policy, Memory& memory) {
    Observation seen;
    Snapshot& snapshot = seen.snapshot;
    snapshot.schema = schema;
    snapshot.policy = policy;
    // The database first: a loss that the registry shows is noted once, and must not be lost to an error after it.
    snapshot.newest_start_time = hands.store.newest_start_time();
    snapshot.database_ahead = database_ahead(hands);
    snapshot.registry = someone_missed(memory.attendance) ? hands.registry.observe() : hands.registry.glance();
    const Instant now = snapshot.registry.taken_at;
    // The first view after a restart says nothing of a stall: nobody was there to be stalled.
    if (!memory.attendance.resumed) {
        snapshot.late_by = plan::late_by(memory.attendance, policy, now, memory.last_sweep);
        snapshot.clock_went_back = plan::went_back(memory.attendance, now);
    }
    if (!snapshot.registry.reached) return seen;

    seen.all_gone = plan::all_gone_at_once(memory.attendance, snapshot.registry);
    if (seen.all_gone) {
        snapshot.registry.fresh = false;
        snapshot.registry.why_not_fresh =
            "every master vanished from the registry within one view; that is looked at once more before it is "
            "believed";
        memory.attendance.all_gone_once = true;
        memory.attendance.last_look = now;
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
