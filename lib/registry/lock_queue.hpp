// SPDX-License-Identifier: Apache-2.0
// Names and order of the nodes that queue by Curator's recipes (docs/dolphinscheduler-protocol.md, section 4.2): each
// contender creates
// "_c_<uuid>-lock-<10-digit sequence>" under the path of an InterProcessMutex, "_c_<uuid>-latch-<...>" under that of a
// LeaderLatch; who has none before it holds the lock, or leads. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::registry {

/// The word before the sequence number, by which a recipe knows its nodes.
namespace recipe {
inline constexpr std::string_view mutex = "lock-";
inline constexpr std::string_view leader_latch = "latch-";
}  // namespace recipe

/// What a contender's node name begins with; ZooKeeper adds the sequence number. The uuid makes a node recognisable
/// whose create was answered to nobody.
std::string queue_node_prefix(std::string_view recipe, std::string_view uuid);

/// What Curator orders by: the text after the recipe's last word. Nothing when name is no node of that recipe.
std::optional<std::string_view> queue_order(std::string_view recipe, std::string_view name);

/// The nodes of that recipe among children, the first in line first.
std::vector<std::string> queue_of(std::string_view recipe, const std::vector<std::string>& children);

/// Whether name is a mutex node's: an address directory may stand beside them, and its host may be called anything.
bool is_mutex_node(std::string_view name);

/// The children whose names begin with prefix: ours, whether we heard of them or not.
std::vector<std::string> with_prefix(const std::vector<std::string>& children, std::string_view prefix);

}  // namespace dsr::registry
