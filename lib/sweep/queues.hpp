// SPDX-License-Identifier: Apache-2.0
// What of DolphinScheduler's queues no master will take: serial queues that are stuck (3.4.0 and later), and commands
// that wait too long. The sweep only tells of them; it neither frees a queue nor removes a command. Reads only. Sweep's
// thread.
#pragma once

#include <span>

#include "model/live_master.hpp"
#include "model/policy.hpp"
#include "model/queues.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// When a serial queue is told of.
enum class Sightings {
    two,  ///< it was stuck in the look before, too: between two writes of a master it looks stuck for a moment
    one,  ///< at once, and says so: for one who asks where no daemon runs
};

/// Looks, and keeps in memory.queues what the next look compares with. `journal_ready`: its entries tell which commands
/// are ours. Never throws Failure: what failed is in `unread`.
model::QueueReport look_at_queues(const SweepContext& context, const model::Policy& policy,
                                  std::span<const model::LiveMaster> masters, bool journal_ready, Memory& memory,
                                  Sightings needed = Sightings::two);

}  // namespace dsr::sweep
