// SPDX-License-Identifier: Apache-2.0
//
// Helpers for text from people or files: whether it is UTF-8, and how to show it safely in a message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dsr::config {

/// `text` for a message: in double quotes, control characters as \xNN (no terminal escape, no broken log line), cut
/// after 60 bytes.
std::string shown(std::string_view text);

/// Offset of the first byte that is not part of valid UTF-8 (RFC 3629: no overlong forms, no surrogates), if there is
/// one.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Offset of the first control character other than tab, line feed and carriage return, if there is one.
std::optional<std::size_t> find_control_character(std::string_view text);

/// Line, from 1, in which the byte at `offset` lies.
int line_of(std::string_view text, std::size_t offset);

/// ASCII letters only; other characters stay.
std::string lower(std::string_view text);

}  // namespace dsr::config
