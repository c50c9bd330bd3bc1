// SPDX-License-Identifier: Apache-2.0
// Judges a recording again. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recording/recording.hpp"

namespace dsr::recording {

/// One row, as judged then and as judged by this program.
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

/// Everything for people: each row's verdict and reason, the differences, and the number of reproduced rows.
std::string transcript(const Recording& recording, const Replay& replayed);

/// The same as one JSON object on one line.
std::string json_of(const Recording& recording, const Replay& replayed);

}  // namespace dsr::recording
