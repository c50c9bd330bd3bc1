// SPDX-License-Identifier: Apache-2.0
#include "config/text.hpp"

#include <algorithm>

namespace dsr::config {

namespace {

constexpr std::size_t shown_at_most = 60;

bool is_control(unsigned char byte) {
    return byte < 0x20 || byte == 0x7F;
}

// Length of the UTF-8 sequence at the start of `text`; 0 if it is invalid.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    const bool beyond_unicode = first == 0xF4 && byte(1) > 0x8F;
    return overlong || surrogate || beyond_unicode ? 0 : length;
}

}  // namespace

std::string shown(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "\"";
    std::size_t i = 0;
    while (i < text.size() && i < shown_at_most) {
        const std::size_t length = sequence_length(text.substr(i));
        const auto byte = static_cast<unsigned char>(text[i]);
        if (length == 0 || is_control(byte)) {
            result += "\\x";
            result += digits[byte >> 4U];
            result += digits[byte & 0x0FU];
            i += 1;
        } else {
            result += text.substr(i, length);
            i += length;
        }
    }
    return result + (i < text.size() ? "...\"" : "\"");
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        const std::size_t length = sequence_length(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::nullopt;
}

std::optional<std::size_t> find_control_character(std::string_view text) {
    const auto found = std::find_if(text.begin(), text.end(), [](char c) {
        return is_control(static_cast<unsigned char>(c)) && c != '\t' && c != '\n' && c != '\r';
    });
    if (found == text.end()) return std::nullopt;
    return static_cast<std::size_t>(found - text.begin());
}

int line_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

}  // namespace dsr::config
