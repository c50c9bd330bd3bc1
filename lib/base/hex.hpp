// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal digits. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dsr::base {

/// Two lower-case digits a byte.
std::string hex(std::string_view bytes);
std::string hex(std::span<const unsigned char> bytes);

/// The bytes; nothing if a character is no hexadecimal digit (of either case), or there is an odd number of them.
std::optional<std::string> from_hex(std::string_view digits);

}  // namespace dsr::base
