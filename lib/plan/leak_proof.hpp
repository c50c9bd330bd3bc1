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

/// Whether the lock node of that name is proven done with: a marker of the very incarnation that is lost now was
/// written in a later transaction of ZooKeeper than `created_in`, which created the node, and the node is the first
/// that its parent ever had (sequence number 0), so that it held the lock from its creation on. Without the second a
/// master that merely queued while another wrote its marker, and holds the lock rightly now, would look the same; with
/// any marker of the host, a master that leaked its lock over an earlier loss and, re-entering it, acts on this one.
/// The server's clocks would not do: they go back where another server comes to lead. 0, not known, proves nothing.
bool leaked(std::string_view lock_node, std::int64_t created_in, const model::Incarnation& lost,
            const std::vector<model::FailoverMarker>& markers);

}  // namespace dsr::plan
