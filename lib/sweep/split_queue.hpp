// SPDX-License-Identifier: Apache-2.0
// The ranges of rows to be written, one transaction each. A range whose write fails is halved, so that one bad row does
// not block the others. Sweep's thread.
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
    /// The effect of a failed write.
    enum class Failed {
        row,         ///< the range is one row: it failed alone
        split,       ///< its halves are next
        everything,  ///< too many rows failed alone: the queue is emptied
    };

    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    /// Makes `range` the next one.
    void push(RowRange range) { ranges_.push_back(range); }
    RowRange next();
    void clear() { ranges_.clear(); }
    /// Records that a range was written.
    void written() { failed_alone_ = 0; }
    Failed failed(RowRange range);

private:
    std::vector<RowRange> ranges_;  ///< the next one last
    std::size_t failed_alone_ = 0;  ///< rows that failed alone since the last successful write
};

}  // namespace dsr::sweep
