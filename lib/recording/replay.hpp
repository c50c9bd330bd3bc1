// SPDX-License-Identifier: Apache-2.0
// Judges anew what a recording observed. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recording/recording.hpp"

namespace dsr::recording {

/// One row, as it was judged then and as this program judges it.
struct ReplayedRow {
    model::WorkflowInstanceId id;
    model::Judgement recorded;
    model::Judgement anew;
    [[nodiscard]] bool reproduced() const { return recorded == anew; }
};

struct Replay {
    std::vector<ReplayedRow> rows;
    std::vector<model::Hold> holds_recorded;
    std::vector<model::Hold> holds_anew;

    [[nodiscard]] bool holds_reproduced() const { return holds_recorded == holds_anew; }
    [[nodiscard]] std::size_t differing() const;  ///< rows
    [[nodiscard]] bool reproduced() const { return holds_reproduced() && differing() == 0; }
};

/// Verdict, reason and time of each row, and the guards that hold, are compared byte for byte.
Replay replay(const Recording& recording);

/// Everything for a person: each row's verdict and reason, what differs, and how many were reproduced.
std::string transcript(const Recording& recording, const Replay& replayed);

/// The same as one JSON object on one line.
std::string json_of(const Recording& recording, const Replay& replayed);

}  // namespace dsr::recording
