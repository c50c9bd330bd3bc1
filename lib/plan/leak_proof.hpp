// SPDX-License-Identifier: Apache-2.0
// Whether a failover lock was leaked: 3.3.1 to 3.4.1 write the finish marker last and then release the wrong path, so
// their lock node stays until their session ends (docs/dolphinscheduler-protocol.md, section 4.3). Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/live_master.hpp"

namespace dsr::plan {

/// Whether the lock node of that name is proven to be finished with. Two conditions must hold. First, a marker of the
/// incarnation that is lost now was written in a later ZooKeeper transaction than `created_in`, which created the node.
/// If any marker of the host counted, a master that leaked its lock over an earlier loss, and re-entered it to act on
/// this one, would look the same. Second, the node is the first that its parent ever had (sequence number 0), so it
/// held the lock from its creation on. Otherwise a master that only queued while another wrote its marker, and now
/// holds the lock rightly, would look the same. Server clocks cannot be used: they go back when another server starts
/// to lead. 0 means unknown and proves nothing.
bool leaked(std::string_view lock_node, std::int64_t created_in, const model::Incarnation& lost,
            const std::vector<model::FailoverMarker>& markers);

}  // namespace dsr::plan
