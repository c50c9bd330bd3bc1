// SPDX-License-Identifier: Apache-2.0
#include "recording/json_value.hpp"

#include <charconv>

namespace dsr::recording {

namespace {

constexpr const char* hex_key = "hex";

/// Unescaped between quotes, which fits most texts.
bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char character) {
        return character >= ' ' && character <= '~' && character != '"' && character != '\\';
    });
}

std::string hex_of(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        hex += digits[static_cast<unsigned char>(byte) >> 4U];
        hex += digits[static_cast<unsigned char>(byte) & 0x0FU];
    }
    return hex;
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        unsigned value = 0;
        const auto [end, error] =
            std::from_chars(hex.data() + at, hex.data() + std::min(at + 2, hex.size()), value, 16);
        if (error != std::errc{} || end != hex.data() + at + 2) throw Unreadable{hex_key, "is no text of hex digits"};
        bytes += static_cast<char>(value);
    }
    return bytes;
}

}  // namespace

void append_text(std::string& json, const std::string& text) {
    if (is_plain(text)) {
        json.append("\"").append(text).append("\"");
        return;
    }
    try {
        json += Json(text).dump();
    } catch (const Json::type_error&) {
        json += Json{{hex_key, hex_of(text)}}.dump();
    }
}

void read_text(const Json& json, std::string& text) {
    if (json.is_string()) {
        text = json.get<std::string>();
        return;
    }
    if (!json.is_object() || !json.contains(hex_key) || !json[hex_key].is_string()) throw Unreadable{"", "is no text"};
    text = bytes_of(json[hex_key].get<std::string>());
}

}  // namespace dsr::recording
