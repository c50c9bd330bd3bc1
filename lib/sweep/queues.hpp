// SPDX-License-Identifier: Apache-2.0
// Entries of DolphinScheduler's queues that no master will take: stuck serial queues (3.4.0 and later) and commands
// that wait too long. The sweep only reports them; it neither frees a queue nor removes a command. Reads only. Sweep's
// thread.
#pragma once

#include <span>

#include "model/live_master.hpp"
#include "model/policy.hpp"
#include "model/queues.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// When a stuck serial queue is reported.
enum class Sightings {
    two,  ///< when it was stuck in the previous look too: between two writes of a master a queue looks stuck for a
          ///< moment
    one,  ///< at once, and the report says so: for a command run where no daemon runs
};

/// Reads the queues and keeps in memory.queues what the next look compares with. `journal_ready`: journal entries tell
/// which commands are ours. Never throws Failure; `unread` says what failed.
model::QueueReport look_at_queues(const SweepContext& context, const model::Policy& policy,
                                  std::span<const model::LiveMaster> masters, bool journal_ready, Memory& memory,
                                  Sightings needed = Sightings::two);

}  // namespace dsr::sweep
