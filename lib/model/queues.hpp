// SPDX-License-Identifier: Apache-2.0
// Entries of DolphinScheduler's own queues, and those that no master will take. For reports only; no decision uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// The oldest row of one serial queue in t_ds_serial_command (3.4.0 and later; a queue is one version of a definition).
/// It is launched, but its workflow instance never ends by itself, so nothing behind it is launched.
struct StuckQueue {
    std::int64_t serial_command = 0;  ///< id of that row
    std::int64_t definition_code = 0;
    int definition_version = 0;
    WorkflowInstanceId instance;
    std::optional<int> state;   ///< of the instance; nothing when it is gone
    std::uint64_t waiting = 0;  ///< rows behind it, as far as read
    std::string reason{};       ///< a sentence; the store leaves it empty
    std::string statement{};    ///< the SQL that frees the queue; the store leaves it empty
    bool operator==(const StuckQueue&) const = default;
};

/// A row of t_ds_command that no master has fetched.
struct WaitingCommand {
    std::int64_t id = 0;
    WorkflowInstanceId instance;
    std::optional<Instant> updated_at;  ///< nothing for NULL and for a time without a unique instant in the zone
    bool operator==(const WaitingCommand&) const = default;
};

/// The result of one look at the tables.
struct QueuesRead {
    std::vector<StuckQueue> stuck;         ///< ascending by row
    std::vector<WaitingCommand> commands;  ///< ascending
    std::string unread;                    ///< a sentence, when the user may not read something and it was left out
    bool operator==(const QueuesRead&) const = default;
};

/// Commands that no master fetched.
struct Unfetched {
    std::uint64_t commands = 0;
    std::optional<std::int64_t> oldest;  ///< id of the one that has waited longest
    Milliseconds age{0};                 ///< how long it has waited
    std::string notice;                  ///< a sentence, when that is too long
};

/// The queues in a sweep's report.
struct QueueReport {
    static constexpr std::size_t kept_stuck = 100;

    std::vector<StuckQueue> stuck;  ///< the first kept_stuck
    std::uint64_t stuck_total = 0;
    Unfetched ours;      ///< commands of the journal's entries that no master has taken up
    Unfetched others;    ///< all others
    std::string unread;  ///< a sentence, when something could not be read
};

}  // namespace dsr::model
