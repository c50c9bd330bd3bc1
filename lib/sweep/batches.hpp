// SPDX-License-Identifier: Apache-2.0
// The rows that a failover or a repair still has to write, cut into batches of one transaction each. A batch whose
// write fails is halved, so that one bad row does not block the others. Sweep's thread.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/plan.hpp"
#include "model/policy.hpp"

namespace dsr::sweep {

using InstanceIds = std::vector<model::WorkflowInstanceId>;

InstanceIds ids_of(std::span<const model::PlannedFailover> rows);

/// failover.batch, at least 1.
std::size_t batch_size(const model::Policy& policy);

struct Batch {
    InstanceIds ids;
    bool first_try = true;  ///< its rows were in no earlier batch
};

class Batches {
public:
    explicit Batches(InstanceIds ids) : ids_(std::move(ids)) {}

    /// The effect of a failed write.
    enum class Failed {
        row,         ///< the batch is one row: it failed alone
        split,       ///< its halves are next
        everything,  ///< too many rows failed alone: nothing more is to be tried
    };

    [[nodiscard]] bool empty() const { return retries_.empty() && begun_ == ids_.size(); }
    /// Takes the next batch: one that is tried again, else at most `size` rows that were in no batch yet. Requires
    /// !empty() and size > 0.
    Batch next(std::size_t size);
    /// Makes `batch` the next one.
    void try_again(Batch batch);
    /// Records that a batch was written.
    void written() { failed_alone_ = 0; }
    Failed failed(const Batch& batch);
    /// Takes all remaining rows.
    InstanceIds rest();

private:
    InstanceIds ids_;
    std::size_t begun_ = 0;         ///< rows before this position were in a batch
    std::vector<Batch> retries_;    ///< the next one last
    std::size_t failed_alone_ = 0;  ///< rows that failed alone since the last successful write
};

}  // namespace dsr::sweep
