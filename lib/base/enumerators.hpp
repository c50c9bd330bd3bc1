// SPDX-License-Identifier: Apache-2.0
// Enumerations with an array of names beside them, in the order of the enumerators, which start at 0 and have no gaps.
// Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace dsr::base {

/// Compilers spell a value that is no enumerator as a cast: "value = (Guard)14". Not for types in an anonymous
/// namespace, whose names begin with the same parenthesis.
template <auto value>
constexpr bool is_enumerator() {
    return std::string_view(__PRETTY_FUNCTION__).find("value = (") == std::string_view::npos;
}

/// Whether the array has a name for each enumerator, for a static_assert beside it: the last name belongs to the last
/// enumerator, and no name is missing.
template <class Enumeration, std::size_t N>
constexpr bool names_each(const std::array<std::string_view, N>& names) {
    return !names.back().empty() && is_enumerator<static_cast<Enumeration>(N - 1)>() &&
           !is_enumerator<static_cast<Enumeration>(N)>();
}

/// The enumerator with that name; nothing for another text.
template <class Enumeration, std::size_t N>
constexpr std::optional<Enumeration> enumerator_named(const std::array<std::string_view, N>& names,
                                                      std::string_view text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enumeration>(found - names.begin());
}

}  // namespace dsr::base
