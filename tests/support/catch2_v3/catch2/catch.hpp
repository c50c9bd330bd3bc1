// SPDX-License-Identifier: Apache-2.0
// The header of Catch2 2 for tests that are built with Catch2 3 (Debian 13): the matchers under their names of
// version 2.
#pragma once

#include <catch2/catch_all.hpp>
#include <string>

namespace Catch {
inline auto Contains(const std::string& part) {
    return Matchers::ContainsSubstring(part);
}
using Matchers::EndsWith;
using Matchers::Equals;
using Matchers::Matches;
using Matchers::StartsWith;
}  // namespace Catch
