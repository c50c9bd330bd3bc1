// SPDX-License-Identifier: Apache-2.0
//
// The written form of single values: durations, whole numbers, ratios, flags. Each has one form, nothing is guessed: no
// default unit, no fractions of a unit, no hexadecimal, no "yes" for true.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace dsr::config {

/// What is wrong with a value and what to write instead; completes a message that already names the key.
struct Fault {
    std::string message;
};

template <class T>
using Checked = std::variant<T, Fault>;

/// The fault, or null when there is a value.
template <class T>
const Fault* fault_of(const Checked<T>& checked) {
    return std::get_if<Fault>(&checked);
}

/// A whole number and one unit without a space: ms, s, m, h, d (24 hours). Not negative.
Checked<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that divides it: "150s", "7d", "0s".
std::string format_duration(std::chrono::milliseconds duration);

/// The same with at least two of a minute, an hour or a day, as people write it: "60s", "60m", "24h".
std::string format_setting(std::chrono::milliseconds duration);

/// Decimal digits with an optional minus.
Checked<std::int64_t> parse_integer(std::string_view text);

/// "0.1", or in the old form "10%". Not negative, no exponent.
Checked<double> parse_ratio(std::string_view text);

/// With the fewest digits that read back to the same number, no exponent: "0.1".
std::string format_ratio(double ratio);

/// true or false, in the three spellings of YAML 1.2 (true, True, TRUE).
Checked<bool> parse_flag(std::string_view text);

/// Whether YAML 1.2's core schema reads this plain scalar as a number or a boolean rather than text.
bool reads_as_number_or_flag(std::string_view text);

}  // namespace dsr::config
