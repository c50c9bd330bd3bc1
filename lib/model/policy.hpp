// SPDX-License-Identifier: Apache-2.0
// What the operator decided, as far as judging and acting need it.
#pragma once

#include <cstddef>
#include <optional>

#include "model/instant.hpp"
#include "model/lock_layout.hpp"

namespace dsr::model {

/// What to do with unfinished tasks whose worker is registered (3.1 and older only).
enum class LiveWorkerTasks {
    kill,  ///< kill on the worker as a master does, then mark 8
    hold,  ///< hand the workflow over in no sweep: its row stays an orphan, and each try is reported as failed
    mark,  ///< mark 8 without the kill: the first run goes on beside the second
};

/// What to do with orphans that are being stopped or paused, where a build turns them into running when it takes them
/// up (3.2.1 and later 3.2).
enum class StoppedRows {
    hold,     ///< leave them to a person
    recover,  ///< hand them over: they run on
};

enum class RecoversInPlace { automatic, yes, no };

struct Policy {
    bool failover_enabled = true;
    Milliseconds grace{150'000};
    int confirmations = 2;
    Milliseconds sweep_interval{60'000};
    std::size_t batch = 5000;
    std::size_t rate = 0;           ///< rows in a second; 0 = no limit
    std::size_t max_per_sweep = 0;  ///< 0 = no limit
    Milliseconds lock_wait{10'000};
    Milliseconds lock_hold{20'000};
    LiveWorkerTasks live_worker_tasks = LiveWorkerTasks::kill;
    StoppedRows stopped_rows = StoppedRows::hold;
    Milliseconds kill_wait{5'000};
    Milliseconds confirm_within{600'000};
    Milliseconds release_valid{std::chrono::hours{1}};  ///< life of a release of one instance
    int max_attempts = 3;                               ///< in a day; also: masters that may die under one instance
    bool journal_required = true;
    bool journal_create = false;
    Milliseconds journal_retention{std::chrono::hours{24 * 90}};
    Milliseconds mass_loss_window{600'000};
    Milliseconds clock_skew{60'000};  ///< the most by which clocks may differ
    RecoversInPlace recovers_in_place = RecoversInPlace::automatic;
    std::optional<LockLayout> lock_layout;  ///< set by a person; else told by the schema
    bool clean_markers = true;
    Milliseconds marker_retention{std::chrono::hours{24 * 7}};

    /// Views of one absence count when they are at least this far apart.
    [[nodiscard]] Milliseconds view_distance() const {
        return grace.count() == 0 ? Milliseconds{0} : Milliseconds{10'000};
    }
};

}  // namespace dsr::model
