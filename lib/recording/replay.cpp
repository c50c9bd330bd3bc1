// SPDX-License-Identifier: Apache-2.0
#include "recording/replay.hpp"

#include <algorithm>

#include "plan/guards.hpp"
#include "plan/judge.hpp"

namespace dsr::recording {

std::size_t Replay::differing() const {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [](const ReplayedRow& row) { return !row.reproduced(); }));
}

Replay replay(const Recording& recording) {
    Replay replayed;
    replayed.rows.reserve(recording.rows.size());
    for (const auto& seen : recording.rows)
        replayed.rows.push_back({seen.row.id, seen.judged, plan::judge(seen.row, recording.snapshot, recording.now)});
    replayed.holds_recorded = recording.holds;
    replayed.holds_anew = plan::holds(recording.snapshot, recording.now);
    return replayed;
}

}  // namespace dsr::recording
