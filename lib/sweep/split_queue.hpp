// SPDX-License-Identifier: Apache-2.0
// The ranges of rows that are to be written, one transaction each. A range whose write failed is halved, so that one
// row that cannot be written does not keep the others from being written. Sweep's thread.
#pragma once

#include <cstddef>
#include <vector>

namespace dsr::sweep {

/// Rows by position: begin <= i < end.
struct RowRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

class SplitQueue {
public:
    /// What a failed write comes to.
    enum class Failed {
        row,         ///< the range is one row: it failed by itself
        split,       ///< its halves are next
        everything,  ///< too many rows failed by themselves: nothing is left in the queue
    };

    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    /// Makes `range` the next one.
    void push(RowRange range) { ranges_.push_back(range); }
    RowRange next();
    void clear() { ranges_.clear(); }
    /// A range was written.
    void written() { failed_alone_ = 0; }
    Failed failed(RowRange range);

private:
    std::vector<RowRange> ranges_;  ///< the next one last
    std::size_t failed_alone_ = 0;  ///< rows that failed by themselves since the last that was written
};

}  // namespace dsr::sweep
