// SPDX-License-Identifier: Apache-2.0
// The time before which a row of a registered host belongs to an earlier incarnation of it
// (docs/dolphinscheduler-protocol.md, section 3.5). Pure; any thread.
//
// The startup time in a heartbeat is the master's own clock when its JVM started, or when it began a new epoch under
// its old session (3.1, 3.2). A clock step may make it later than the node that carries the heartbeat. Rows that the
// master took up after the step then read earlier than the startup. So the bound is the earlier of the startup time and
// the creation of the node, which ZooKeeper's clock recorded, unless the new epoch was seen to begin. etcd records no
// times: there the creation counts as the earliest time that our reads allow. A node that was there before our first
// read has no such time, and no row belongs to an earlier incarnation of it for certain.
#pragma once

#include <chrono>
#include <vector>

#include "model/live_master.hpp"
#include "model/membership.hpp"

namespace dsr::plan {

/// The largest difference between the clocks of heartbeat writers and the registry's; zero when unknown. Against a
/// registry without times it is up to one interval of our reads too large.
std::chrono::microseconds measured_skew(const std::vector<model::LiveMaster>& masters);

/// The part of it that is certain: a report within the time in which it was written proves no difference.
std::chrono::microseconds proven_skew(const std::vector<model::LiveMaster>& masters);

/// The bound, without tolerances. `master` has a known startup time; `presence` is what is remembered of it, or null.
model::Instant earlier_bound(const model::LiveMaster& master, const model::MasterPresence* presence,
                             std::chrono::microseconds skew);

/// Whether `now` shows a startup time that its node, seen as `before` in the previous view, did not have then, in a
/// heartbeat that was not written earlier than that time.
bool began_under_old_node(const model::MasterPresence& before, const model::LiveMaster& now,
                          std::chrono::microseconds skew);

}  // namespace dsr::plan
