// SPDX-License-Identifier: Apache-2.0
// The operator's settings that judging and acting need, with their defaults. The configuration binds keys to these
// members (config/keys.cpp). A value; immutable once loaded.
#pragma once

#include <cstddef>
#include <optional>

#include "model/instant.hpp"
#include "model/schema_facts.hpp"

namespace dsr::model {

/// How to handle unfinished tasks on a registered worker (3.1 and older only).
enum class LiveWorkerTasks {
    kill,  ///< kill on the worker as a master does, then mark 8
    hold,  ///< never hand the workflow over: its row stays an orphan, and each attempt is reported as failed
    mark,  ///< mark 8 without the kill: the first run continues beside the second
};

/// How to handle orphans that are being stopped or paused, where a build turns them into running when it takes them up
/// (3.2.1 and later 3.2).
enum class StoppedRows {
    hold,     ///< leave them to an operator
    recover,  ///< hand them over: they continue to run
};

/// Whether this build of DolphinScheduler leaves the lost host in a row that a master took over; `automatic`: the
/// schema tells.
enum class RecoversInPlace { automatic, yes, no };

struct Policy {
    bool failover_enabled = true;
    Milliseconds grace{150'000};
    int confirmations = 2;
    Milliseconds sweep_interval{60'000};
    std::size_t batch = 5000;
    std::size_t rate = 0;           ///< rows per second; 0 = no limit
    std::size_t max_per_sweep = 0;  ///< 0 = no limit
    Milliseconds lock_wait{10'000};
    Milliseconds lock_hold{20'000};
    LiveWorkerTasks live_worker_tasks = LiveWorkerTasks::kill;
    StoppedRows stopped_rows = StoppedRows::hold;
    Milliseconds kill_wait{5'000};
    Milliseconds confirm_within{600'000};
    Milliseconds release_valid{std::chrono::hours{1}};  ///< life of a release of one instance
    int max_attempts = 3;  ///< per day; also the number of masters that may die while running one instance
    bool journal_required = true;
    bool journal_create = false;
    Milliseconds journal_retention{std::chrono::hours{24 * 90}};
    Milliseconds mass_loss_window{600'000};
    Milliseconds clock_skew{60'000};  ///< maximum difference between clocks
    RecoversInPlace recovers_in_place = RecoversInPlace::automatic;
    std::optional<LockLayout> lock_layout;  ///< set by the operator; otherwise the schema decides
    bool clean_markers = true;
    Milliseconds marker_retention{std::chrono::hours{24 * 7}};

    friend bool operator==(const Policy&, const Policy&) = default;

    /// Minimum distance between two views of an absence that both count.
    [[nodiscard]] Milliseconds view_distance() const {
        return grace.count() == 0 ? Milliseconds{0} : Milliseconds{10'000};
    }
};

}  // namespace dsr::model
