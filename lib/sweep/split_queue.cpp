// SPDX-License-Identifier: Apache-2.0
#include "sweep/split_queue.hpp"

namespace dsr::sweep {

namespace {

/// This many rows that fail alone, with no successful write between them, indicate a general failure rather than bad
/// rows.
constexpr std::size_t max_failed_alone = 8;

}  // namespace

RowRange SplitQueue::next() {
    const RowRange range = ranges_.back();
    ranges_.pop_back();
    return range;
}

SplitQueue::Failed SplitQueue::failed(RowRange range) {
    if (range.size() <= 1) {
        ++failed_alone_;
        return Failed::row;
    }
    if (failed_alone_ >= max_failed_alone) {
        ranges_.clear();
        return Failed::everything;
    }
    const std::size_t middle = range.begin + range.size() / 2;
    push({middle, range.end});
    push({range.begin, middle});
    return Failed::split;
}

}  // namespace dsr::sweep
