// SPDX-License-Identifier: Apache-2.0
// What a sweep intends: the rows to hand over by dead host, the markers to remove, and the holds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/hold.hpp"
#include "model/ids.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// One row to hand over.
struct PlannedFailover {
    WorkflowInstanceId id;
    Verdict verdict = Verdict::orphan;
};

/// All rows of one owner that are to be handed over.
struct HostPlan {
    MasterAddress host;
    std::vector<PlannedFailover> rows;  ///< ascending ids
    std::string reason;                 ///< why, for the first of them
};

using VerdictCounts = std::array<std::uint64_t, verdict_count>;

/// The unfinished rows that name one master, for display.
struct OwnerCounts {
    std::uint64_t owned = 0;
    std::uint64_t waiting = 0;       ///< for a grace: waiting and zombie
    std::uint64_t orphan = 0;        ///< orphan and orphan_earlier_incarnation
    std::uint64_t other = 0;         ///< of every other verdict
    std::uint64_t needs_person = 0;  ///< of `other`, those that a person must act upon

    void count(Verdict verdict) {
        if (model::needs_person(verdict)) ++needs_person;
        const bool waits = verdict == Verdict::waiting || verdict == Verdict::zombie;
        ++(verdict == Verdict::owned ? owned : waits ? waiting : calls_for_failover(verdict) ? orphan : other);
    }
    bool operator==(const OwnerCounts&) const = default;
};
using CountsByOwner = std::map<MasterAddress, OwnerCounts>;

struct Plan {
    static constexpr std::size_t max_need_person = 10;

    std::vector<HostPlan> hosts;     ///< ordered by address
    std::uint64_t planned = 0;       ///< rows in `hosts`
    std::uint64_t beyond_limit = 0;  ///< orphans left for the next sweep: memory stays bounded
    VerdictCounts counts{};
    CountsByOwner owners{};                         ///< by each host that a row names (never NULL, '' or G1's claim)
    std::vector<WorkflowInstanceId> stranded;       ///< rows to repair, ascending; at most max_stranded
    std::vector<WorkflowInstanceId> need_person{};  ///< the first rows that a person must act upon, ascending
    std::vector<Hold> holds;                        ///< of the whole sweep: while one exists, nothing is written
    std::vector<FailoverMarker> expired_markers;
    std::optional<Instant> next_action_at;  ///< earliest acts_at of the waiting rows
};

}  // namespace dsr::model
