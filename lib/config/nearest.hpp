// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean": the nearest known name, for messages about unknown ones.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::config {

/// Smallest number of insertions, deletions, replacements and swaps of two neighbours that turn `left` into `right`, no
/// piece edited twice (optimal string alignment). Case is ignored.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The candidate with the smallest distance to `name`, the first of several, if the distance is at most half of the
/// name's length. Names over 100 bytes have no near candidate.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace dsr::config
