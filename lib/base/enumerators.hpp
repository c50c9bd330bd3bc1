// SPDX-License-Identifier: Apache-2.0
// Whether an array of names has one for each enumerator: for a static_assert beside the array. Enumerators start at 0
// and have no gaps.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace dsr::base {

/// Compilers spell a value that is no enumerator as a cast: "value = (Guard)14". Not for types in an anonymous
/// namespace, whose names begin with the same parenthesis.
template <auto value>
constexpr bool is_enumerator() {
    return std::string_view(__PRETTY_FUNCTION__).find("value = (") == std::string_view::npos;
}

/// The last name belongs to the last enumerator, and no name is missing.
template <class Enumeration, std::size_t N>
constexpr bool names_each(const std::array<std::string_view, N>& names) {
    return !names.back().empty() && is_enumerator<static_cast<Enumeration>(N - 1)>() &&
           !is_enumerator<static_cast<Enumeration>(N)>();
}

}  // namespace dsr::base
