// SPDX-License-Identifier: Apache-2.0
// Writes what a sweep observed and how it judged it to a file that `ds-reconcilerd replay` reproduces. Never disturbs
// the sweep: `finish` reports errors at the end. Sweep's thread.
//
// Memory while a sweep runs: rows are written and compressed as they come, at most `max_rows` of them and at most
// `max_row_text` bytes before compression, so at most 32 MiB and in practice some 40 bytes a row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recording/folder.hpp"
#include "recording/recording.hpp"

namespace dsr::recording {

class Gzip;

/// How the sweep ended.
struct Ending {
    std::string sweep;    ///< its id in the journal
    std::string outcome;  ///< one word of small letters: it is in the file's name
    std::string version;  ///< of this daemon
    bool acted = false;   ///< it wrote, or tried to
};

class Recorder {
public:
    static constexpr std::uint64_t max_rows = 10'000;
    static constexpr std::size_t max_row_text = std::size_t{32} << 20U;
    /// Of rows that need no action, so that there is room for the others.
    static constexpr std::uint64_t max_quiet_rows = max_rows / 2;

    Recorder(std::filesystem::path folder, Keep keep);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Starts a sweep: discards an incomplete recording.
    void begin() noexcept;

    /// One row and its judgement; `owned` is only counted.
    void saw(const model::WorkflowInstance& row, const model::Judgement& judged) noexcept;

    /// All rows were seen; this is their input. Called before any action.
    void observed(const model::Snapshot& snapshot, model::Instant now, const std::vector<model::Hold>& holds) noexcept;

    /// Writes the file and returns its path. Nothing if there is nothing to report: no hold, and every row owned or
    /// quiet (pending, parked, unassigned). Of consecutive sweeps that did nothing and found the same (guards, verdict
    /// of each row, outcome) the first and the last are kept. Throws Failure if it could not be written.
    std::optional<std::filesystem::path> finish(const Ending& ending);

private:
    struct PendingRecording;
    /// Consecutive sweeps with the same result.
    struct Run {
        std::uint64_t digest = 0;
        std::optional<std::filesystem::path> last;  ///< the file of the last one, if it is not also the first
    };

    void keep_ends(const PendingRecording& pending, const Ending& ending, const std::filesystem::path& file);

    Folder folder_;
    std::unique_ptr<PendingRecording> pending_;
    std::optional<Run> run_;
};

}  // namespace dsr::recording
