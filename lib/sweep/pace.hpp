// SPDX-License-Identifier: Apache-2.0
// failover.rate: the number of rows handed over per second, over all hosts of a sweep, and how the sweep's thread waits
// for it. Sweep's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "model/instant.hpp"

namespace dsr::sweep {

/// Returns after that time, or at once when stop is requested. Tests advance their own clock instead.
using Sleep = std::function<void(model::Milliseconds time, const std::stop_token& stop)>;

class Pace {
public:
    /// rate: rows per second; 0 means no limit.
    explicit Pace(std::size_t rate) : rate_(rate) {}

    /// Rows of the next batch, at most `batch` and at most one second's worth, so that no pause exceeds one second.
    [[nodiscard]] std::size_t batch(std::size_t batch) const;
    /// Records that a batch that started at `began` wrote that many rows.
    void wrote(std::size_t rows, model::Instant began);
    /// How long to wait before the next batch; zero when no wait is due.
    [[nodiscard]] model::Milliseconds due(model::Instant now) const;
    /// Rows that may be handed over within `span`, at least one; the greatest number when there is no limit.
    [[nodiscard]] std::size_t within(model::Milliseconds span) const;

private:
    std::size_t rate_;
    model::Instant next_;  ///< when the next batch may begin
};

}  // namespace dsr::sweep
