// SPDX-License-Identifier: Apache-2.0
// Evidence from rows about database.time_zone: the master incarnations seen to write times that fit it, and whether a
// new row contradicts it. Kept in the journal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/ownership_time.hpp"

namespace dsr::model {

/// An incarnation that wrote a time that fits the zone.
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
    Instant from;     ///< when the earlier sweep read the rows
    Instant until;    ///< when the later sweep read them
    int fitting = 0;  ///< consecutive fitting new rows since then
    bool operator==(const ZoneDoubt&) const = default;
};

struct ZoneEvidence {
    std::map<MasterAddress, ZoneProof> proofs;
    std::optional<ZoneDoubt> doubt;
    std::optional<Instant> disproved_at;  ///< the last doubt; kept after it ends, because older proofs are void
    bool operator==(const ZoneEvidence&) const = default;
};

}  // namespace dsr::model
