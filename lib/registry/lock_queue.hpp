// SPDX-License-Identifier: Apache-2.0
// Names and order of the nodes that queue for Curator's InterProcessMutex (reference 1.4): each contender creates
// "_c_<uuid>-lock-<10-digit sequence>" under the lock's path and holds the lock when none stands before it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::registry {

/// What a contender's node name begins with; ZooKeeper adds the sequence number. The uuid makes a node recognisable
/// whose create was answered to nobody.
std::string mutex_node_prefix(std::string_view uuid);

/// What Curator orders by: the text after the last "lock-". Nothing when name is no mutex node: an address directory
/// may stand beside mutex nodes, and its host may be called anything.
std::optional<std::string_view> mutex_order(std::string_view name);

/// The mutex nodes among children, the holder first.
std::vector<std::string> mutex_queue(const std::vector<std::string>& children);

/// The children whose names begin with prefix: ours, whether we heard of them or not.
std::vector<std::string> with_prefix(const std::vector<std::string>& children, std::string_view prefix);

}  // namespace dsr::registry
