// SPDX-License-Identifier: Apache-2.0
//
// Helpers for text from people or files, for messages about it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace dsr::config {

/// `text` for a message: in double quotes, control characters as \xNN (no terminal escape, no broken log line), cut
/// after 60 bytes.
std::string shown(std::string_view text);

using base::find_invalid_utf8;
using base::lower;

/// Offset of the first control character other than tab, line feed and carriage return, if there is one.
std::optional<std::size_t> find_control_character(std::string_view text);

/// Line, from 1, in which the byte at `offset` lies.
int line_of(std::string_view text, std::size_t offset);

}  // namespace dsr::config
