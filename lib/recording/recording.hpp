// SPDX-License-Identifier: Apache-2.0
// What one sweep observed and how it judged it, as read from a file. The only configuration is the policy, so there is
// no secret. Values; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/hold.hpp"
#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::recording {

/// The head of a recording; its version increases when an older daemon can no longer read the format.
inline constexpr std::string_view format_name = "ds-reconciler recording";
inline constexpr int format_version = 1;

/// A row as it was judged.
struct JudgedRow {
    model::WorkflowInstance row;
    model::Judgement judged;
};

struct Recording {
    std::vector<JudgedRow> rows;  ///< judged other than owned, in the order in which they were seen
    model::Instant now;           ///< the time at which they were judged
    model::Snapshot snapshot;
    std::vector<model::Hold> holds;   ///< of the whole sweep
    std::uint64_t rows_owned = 0;     ///< rows judged owned: counted only
    std::uint64_t rows_left_out = 0;  ///< rows with other verdicts for which there was no room
    std::string sweep;                ///< the id of this sweep in the journal
    std::string outcome;              ///< done, acted, held, failed
    std::string version;              ///< of the daemon
};

/// From the text of a recording. Ignores unknown names. Throws Failure(permanent), with what and where, for a text that
/// is no recording or is incomplete.
Recording parse_recording(std::string_view text);

/// From a file, gzip or plain. Throws Failure(permanent) for a file that cannot be read, is damaged, is no recording,
/// or is larger than a recording can be.
Recording read_recording(const std::filesystem::path& file);

}  // namespace dsr::recording
