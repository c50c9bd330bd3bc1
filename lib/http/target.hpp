// SPDX-License-Identifier: Apache-2.0
// The target of a request, taken apart: "/a/b%20c?x=1" is the segments "a", "b c" and the query x=1. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dsr::http {

struct Target {
    std::string path;                   ///< decoded
    std::vector<std::string> segments;  ///< decoded one by one, so that %2F is no separator
    Pairs query;
};

/// Nothing when it is not in origin form ("/..."), an escape is broken, what it decodes to is not UTF-8, or the path
/// has control characters in it.
std::optional<Target> parse_target(std::string_view text);

}  // namespace dsr::http
