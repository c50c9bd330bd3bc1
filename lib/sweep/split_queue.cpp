// SPDX-License-Identifier: Apache-2.0
#include "sweep/split_queue.hpp"

namespace dsr::sweep {

namespace {

/// So many rows that fail by themselves, with none written between them, are no poisoned rows but a fault of
/// everything.
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
