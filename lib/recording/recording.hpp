// SPDX-License-Identifier: Apache-2.0
// What one sweep observed and how it judged it, and that as read back from a file. No configuration but the policy, so
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

/// What a recording begins with; its version counts up when an older daemon could no longer make sense of it.
inline constexpr std::string_view format_name = "ds-reconciler recording";
inline constexpr int format_version = 1;

/// A row as it was judged.
struct JudgedRow {
    model::WorkflowInstance row;
    model::Judgement judged;
};

struct Recording {
    std::vector<JudgedRow> rows;  ///< judged other than owned, in the order in which they were seen
    model::Instant now;           ///< what they were judged at
    model::Snapshot snapshot;
    std::vector<model::Hold> holds;   ///< of the whole sweep
    std::uint64_t rows_owned = 0;     ///< rows judged owned: counted only
    std::uint64_t rows_left_out = 0;  ///< rows judged otherwise for which there was no room
    std::string sweep;                ///< the name under which the journal has this sweep
    std::string outcome;              ///< done, acted, held, failed
    std::string version;              ///< of the daemon
};

/// From the text of a recording. Names that are not known are passed over. Throws Failure(permanent) for anything that
/// is none, or lacks something, with what and where.
Recording parse_recording(std::string_view text);

/// From a file, gzip or plain. Throws Failure(permanent) for a file that cannot be read, is damaged, is none of ours,
/// or is larger than a recording can be.
Recording read_recording(const std::filesystem::path& file);

}  // namespace dsr::recording
