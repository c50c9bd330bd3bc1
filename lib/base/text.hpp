// SPDX-License-Identifier: Apache-2.0
// Text from people, files and other processes: UTF-8, lists, numbers, and how to show it safely. Pure; any thread.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace dsr::base {

/// `text` with each control character (C0, DEL, C1) as a question mark: safe for a terminal and for a log of one line
/// per message.
std::string printable(std::string_view text);

/// Offset of the first byte that is not part of valid UTF-8 (RFC 3629: no overlong forms, no surrogates), if there is
/// one.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Length in bytes of the UTF-8 character at the start of `text`, which is not empty; 0 if it is invalid.
std::size_t utf8_length(std::string_view text);

/// Number of characters; every byte of invalid UTF-8 that does not continue a character counts as one.
std::size_t character_count(std::string_view text);

/// The longest beginning of at most that many characters.
std::string_view first_characters(std::string_view text, std::size_t most);

/// The longest beginning of at most that many bytes that does not split a character.
std::string_view whole_characters(std::string_view text, std::size_t max_bytes);

/// ASCII letters only; other characters stay.
std::string lower(std::string_view text);

/// Without these characters at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t");

/// The parts between separators: one more than there are separators. The parts refer to `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// All of `text` as a number, in base 10 for integers; nothing if something else is in it or it does not fit.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Decimal digits only: no sign, not empty.
bool is_digits(std::string_view text);

}  // namespace dsr::base
