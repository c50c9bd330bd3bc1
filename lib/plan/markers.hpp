// SPDX-License-Identifier: Apache-2.0
// Failover-finish markers: which may be removed (docs/dolphinscheduler-protocol.md, section 5.3), and which prove that
// a failover lock was leaked. 3.3.1 to 3.4.1 write the finish marker last and then release the wrong path, so their
// lock node stays until their session ends (section 4.3). Pure; any thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether this marker may be removed: its value parses as a time older than `retention`, its name parses, and no live
/// server is the incarnation that it names. A marker `-unknown-unknown` must also stay while a live server at its
/// address has its value as startup time (the server uses that time to tell that its scan is done), or while an
/// unfinished row names the address: otherwise the next starting master would fail that address over again. A server
/// with unknown startup time keeps every marker of its address.
bool may_remove(const model::FailoverMarker& marker, const model::RegistryView& registry,
                const std::set<model::MasterAddress>& owners, model::Milliseconds retention, model::Instant now);

/// Neither its name nor its value can be parsed: kept, counted and reported.
bool malformed(const model::FailoverMarker& marker);

/// Whether the lock node of that name is proven to be finished with. Two conditions must hold. First, a marker of the
/// incarnation that is lost now was written in a later ZooKeeper transaction than `created_in`, which created the node.
/// If any marker of the host counted, a master that leaked its lock over an earlier loss, and re-entered it to act on
/// this one, would look the same. Second, the node is the first that its parent ever had (sequence number 0), so it
/// held the lock from its creation on. Otherwise a master that only queued while another wrote its marker, and now
/// holds the lock rightly, would look the same. Where the registry has no such numbers (etcd), its history may prove
/// the same: `held_from_creation`. Server clocks cannot be used: they go back when another server starts to lead. 0
/// means unknown and proves nothing.
bool leaked(std::string_view lock_node, std::int64_t created_in, const model::Incarnation& lost,
            const std::vector<model::FailoverMarker>& markers, bool held_from_creation = false);

}  // namespace dsr::plan
