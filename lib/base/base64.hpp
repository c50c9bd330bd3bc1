// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648), padded, in one line. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dsr::base {

std::string base64(std::string_view bytes);

/// Nothing for text that is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace dsr::base
