// SPDX-License-Identifier: Apache-2.0
// Records the rows that this run of the daemon handed over, so that no row is handed over twice for one loss, even
// where a build leaves the dead host in a recovered row. Lives as long as the process. Sweep's thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::journal {

class RunLedger {
public:
    RunLedger() = default;
    RunLedger(const RunLedger& other) { *this = other; }
    RunLedger& operator=(const RunLedger& other);
    ~RunLedger() = default;

    /// Records that `row`, owned by `from_host` since row.ownership, was handed over at `at`. `sweep`: the sweep of the
    /// journal entry; empty when there is no journal.
    void handed_over(const model::WorkflowInstance& row, const model::MasterAddress& from_host, model::Instant at,
                     const std::string& sweep = {});

    /// When the row was handed over for its present ownership; nothing when it was not, or when it was taken up since
    /// (a take-up changes the ownership time or the host).
    [[nodiscard]] std::optional<model::Instant> when(const model::WorkflowInstance& row) const;

    /// The sweep whose journal entry records the handover of the row for its present ownership; empty when there was
    /// none, or without a journal.
    [[nodiscard]] std::string sweep_of(const model::WorkflowInstance& row) const;
    /// Every row with a handover in the journal, with the sweep of that entry.
    [[nodiscard]] std::vector<std::pair<model::WorkflowInstanceId, std::string>> journaled() const;

    /// Records that a registered worker of this row's tasks was unreachable.
    void worker_unreachable(model::WorkflowInstanceId id);
    [[nodiscard]] int unreachable_tries(model::WorkflowInstanceId id) const;
    void worker_reached(model::WorkflowInstanceId id);

    /// Records a claimed row without a command; returns the time since when it was seen so in every pass.
    model::Instant claimed(model::WorkflowInstanceId id, model::Instant now);

    /// Call before and after a pass over all unfinished rows: rows that no pass sees any more are dropped.
    void begin_pass() { ++pass_; }
    void saw(model::WorkflowInstanceId id);
    void end_pass();

private:
    // A sweep may hand over 100,000 rows, and each is kept until it finished: so what they share is kept once.
    struct Handover {
        model::Instant at;
        std::string host;
        std::string sweep;
    };
    struct HandedOver {
        std::shared_ptr<const Handover> handover;
        std::optional<model::Instant> stamped;  ///< OwnershipTime::stamped; where that is nothing, see unstamped_
        std::uint64_t seen_in_pass = 0;
    };
    struct Watched {
        int unreachable = 0;
        std::optional<model::Instant> claimed_since;
        std::uint64_t claimed_pass = 0;
        std::uint64_t seen_in_pass = 0;
    };
    [[nodiscard]] const Handover* of(const model::WorkflowInstance& row) const;

    // In chunks of their own: scattered over the heap they would keep pages that a sweep filled.
    std::pmr::unsynchronized_pool_resource chunks_;
    std::pmr::unordered_map<std::int64_t, HandedOver> handed_over_{&chunks_};
    std::unordered_map<std::int64_t, model::OwnershipTime> unstamped_;  ///< of rows handed over that carry no time
    std::shared_ptr<const Handover> last_;
    std::unordered_map<std::int64_t, Watched> watched_;
    std::uint64_t pass_ = 0;
};

}  // namespace dsr::journal
