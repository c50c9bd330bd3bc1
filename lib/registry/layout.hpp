// SPDX-License-Identifier: Apache-2.0
// The layout of DolphinScheduler's registry (docs/dolphinscheduler-protocol.md, section 3.2) and of its masters' locks
// (section 4.1). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/failover_marker.hpp"
#include "model/ids.hpp"
#include "model/registry_view.hpp"
#include "model/schema_facts.hpp"

namespace dsr::registry {

/// Paths below the namespace.
namespace path {
inline constexpr std::string_view masters = "/nodes/master";                 ///< <host:port>, ephemeral
inline constexpr std::string_view workers = "/nodes/worker";                 ///< 2.0 to 3.1.0: a group between
inline constexpr std::string_view markers = "/nodes/failover-finish-nodes";  ///< late G2; persistent
inline constexpr std::string_view master_failover_lock = "/lock/master-failover";
inline constexpr std::string_view own_leader = "leader";  ///< the leader latch, among our own
inline constexpr std::string_view failover_masters_lock = "/lock/failover/masters";
}  // namespace path

/// "/dolphinscheduler" for "dolphinscheduler" (surrounding slashes are ignored); empty for an empty namespace.
std::string namespace_root(std::string_view name_space);

/// A node of this daemon, outside DolphinScheduler's namespace: "/<namespace>-reconciler/<name>", absolute.
struct OwnPlace {
    std::string root;  ///< parent of the namespace; must exist ("/team" for "team/ds"; "" for ZooKeeper's root)
    std::string path;  ///< below root
    bool operator==(const OwnPlace&) const = default;
};

/// name_space: its root, as returned by namespace_root. Without a namespace: "/reconciler/<name>".
OwnPlace own_place(std::string_view name_space, std::string_view name);

/// The layout that masters of that schema lock by. Never derived from existing locks, because lock parents are
/// containers that vanish. G1 with tenant_code: per_address; older G1: failover_masters; G2: per_address with the
/// marker directory, else global.
model::LockLayout layout_of(const model::SchemaFacts& schema, bool marker_directory);

/// The lock that a master takes before it fails over the rows that `address` owned; below the namespace.
std::string lock_path(model::LockLayout layout, const model::MasterAddress& address);

/// Whether mutex nodes exist where masters of that layout never lock.
bool contradicts(model::LockLayout layout, const model::LockTraces& traces);

/// Whether the text can be a node's name: not empty, no '/', no control character, neither "." nor "..". A host column
/// can contain any text.
bool is_node_name(std::string_view text);

/// Throws Failure(permanent) if the address cannot be the name of a master's node.
void require_node_name(const model::MasterAddress& address);

}  // namespace dsr::registry
