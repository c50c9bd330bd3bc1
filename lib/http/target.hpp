// SPDX-License-Identifier: Apache-2.0
// Splits the target of a request: "/a/b%20c?x=1" is the segments "a", "b c" and the query x=1. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dsr::http {

struct Target {
    std::string path;                   ///< decoded
    std::vector<std::string> segments;  ///< decoded separately, so that %2F is no separator
    Pairs query;
};

/// Nothing if it is not in origin form ("/..."), an escape is invalid, the decoded text is not UTF-8, or the path has
/// control characters.
std::optional<Target> parse_target(std::string_view text);

}  // namespace dsr::http
