// SPDX-License-Identifier: Apache-2.0
// Names and order of the nodes that queue by Curator's recipes (docs/dolphinscheduler-protocol.md, section 4.2): each
// contender creates "_c_<uuid>-lock-<10-digit sequence>" under the path of an InterProcessMutex,
// "_c_<uuid>-latch-<...>" under that of a LeaderLatch; the one with none before it holds the lock, or leads. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::registry {

/// The word before the sequence number, by which a recipe recognizes its nodes.
namespace recipe {
inline constexpr std::string_view mutex = "lock-";
inline constexpr std::string_view leader_latch = "latch-";
}  // namespace recipe

/// The start of a contender's node name; ZooKeeper adds the sequence number. The uuid identifies a node when the answer
/// to its creation was lost.
std::string queue_node_prefix(std::string_view recipe, std::string_view uuid);

/// The text that Curator orders by: the text after the recipe's last word. Nothing when the name is not a node of that
/// recipe.
std::optional<std::string_view> queue_order(std::string_view recipe, std::string_view name);

/// The nodes of that recipe among the children, the first in line first.
std::vector<std::string> queue_of(std::string_view recipe, const std::vector<std::string>& children);

/// Whether the name is a mutex node's: an address directory may be beside them, and its host may have any name.
bool is_mutex_node(std::string_view name);

/// The children whose names begin with the prefix: ours, whether their creation was answered or not.
std::vector<std::string> with_prefix(const std::vector<std::string>& children, std::string_view prefix);

}  // namespace dsr::registry
