// SPDX-License-Identifier: Apache-2.0
// What rows showed of database.time_zone: which master incarnations were seen writing times that fit it, and whether a
// new row contradicts it. Kept in the journal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/ownership_time.hpp"

namespace dsr::model {

/// One incarnation wrote a time that fits the zone.
struct ZoneProof {
    Instant startup_time;
    std::optional<std::int64_t> process_id;
    Instant at;  ///< when it was seen
    bool operator==(const ZoneProof&) const = default;
};

/// A row that is new since the last sweep, with a time that does not lie between the two sweeps.
struct ZoneDoubt {
    WorkflowInstanceId instance;
    OwnershipColumn column = OwnershipColumn::start_time;
    Instant reads;    ///< the time in that column
    Instant from;     ///< the earlier sweep read the rows then
    Instant until;    ///< the later sweep read them then
    int fitting = 0;  ///< consecutive new rows since then that fit
    bool operator==(const ZoneDoubt&) const = default;
};

struct ZoneEvidence {
    std::map<MasterAddress, ZoneProof> proofs;
    std::optional<ZoneDoubt> doubt;
    std::optional<Instant> disproved_at;  ///< the last doubt; outlives it, for proofs that are older are void
    bool operator==(const ZoneEvidence&) const = default;
};

}  // namespace dsr::model
