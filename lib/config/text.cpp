// SPDX-License-Identifier: Apache-2.0
#include "config/text.hpp"

#include <algorithm>

namespace dsr::config {

namespace {

constexpr std::size_t shown_at_most = 60;

bool is_control(unsigned char byte) {
    return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::string shown(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "\"";
    std::size_t i = 0;
    while (i < text.size() && i < shown_at_most) {
        const std::size_t length = base::utf8_length(text.substr(i));
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

}  // namespace dsr::config
