// SPDX-License-Identifier: Apache-2.0
//
// Text of a configuration in messages: how to show it safely, its line, and which known name is the nearest. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::config {

/// `text` for a message: in double quotes, control characters as \xNN (no terminal escape, no broken log line), cut
/// after 60 bytes.
std::string shown(std::string_view text);

/// Offset of the first control character other than tab, line feed and carriage return, if there is one.
std::optional<std::size_t> find_control_character(std::string_view text);

/// Line, from 1, in which the byte at `offset` lies.
int line_of(std::string_view text, std::size_t offset);

/// Smallest number of insertions, deletions, replacements and swaps of two neighbours that turn `left` into `right`, no
/// piece edited twice (optimal string alignment). Case is ignored.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The candidate with the smallest distance to `name`, the first of several, if the distance is at most half of the
/// name's length. Names over 100 bytes have no near candidate.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace dsr::config
