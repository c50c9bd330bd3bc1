// SPDX-License-Identifier: Apache-2.0
// failover.rate: how many rows are handed over in a second, over all hosts of a sweep. Sweep's thread.
#pragma once

#include <cstddef>

#include "model/instant.hpp"

namespace dsr::sweep {

class Pace {
public:
    /// rate: rows in a second; 0 is no limit.
    explicit Pace(std::size_t rate) : rate_(rate) {}

    /// Rows of the next batch, `batch` at most: never more than a second's, so that no pause is longer than one.
    [[nodiscard]] std::size_t batch(std::size_t batch) const;
    /// So many rows were written by a batch that began then.
    void wrote(std::size_t rows, model::Instant began);
    /// How long to wait before the next batch; zero for not at all.
    [[nodiscard]] model::Milliseconds due(model::Instant now) const;
    /// Rows that may be handed over within `span`, one at the least; the greatest number without a limit.
    [[nodiscard]] std::size_t within(model::Milliseconds span) const;

private:
    std::size_t rate_;
    model::Instant next_;  ///< when the next batch may begin
};

}  // namespace dsr::sweep
