// SPDX-License-Identifier: Apache-2.0
//
// The written form of single values: durations, whole numbers, percentages, flags. Each has one form, nothing is
// guessed: no default unit, no fractions of a unit, no hexadecimal, no "yes" for true.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/checked.hpp"

namespace dsr::config {

/// A whole number and one unit without a space: ms, s, m, h, d (24 hours). Not negative.
Checked<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that divides it: "150s", "7d", "0s".
std::string format_duration(std::chrono::milliseconds duration);

/// Decimal digits with an optional minus.
Checked<std::int64_t> parse_integer(std::string_view text);

/// "10%" or "2.5%" as a ratio: 0.1, 0.025. Not negative.
Checked<double> parse_percent(std::string_view text);

std::string format_percent(double ratio);

/// true or false, in the three spellings of YAML 1.2 (true, True, TRUE).
Checked<bool> parse_flag(std::string_view text);

/// Whether YAML 1.2's core schema reads this plain scalar as a number or a boolean rather than text.
bool reads_as_number_or_flag(std::string_view text);

}  // namespace dsr::config
