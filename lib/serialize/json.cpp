// SPDX-License-Identifier: Apache-2.0
#include "serialize/json.hpp"

#include "base/hex.hpp"

namespace dsr::serialize {

namespace {

constexpr const char* hex_key = "hex";

/// Unescaped between quotes, which fits most texts.
bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char character) {
        return character >= ' ' && character <= '~' && character != '"' && character != '\\';
    });
}

}  // namespace

void append_text(std::string& json, const std::string& text, bool lossless) {
    if (is_plain(text)) {
        json.append("\"").append(text).append("\"");
    } else if (!lossless) {
        json += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    } else {
        try {
            json += Json(text).dump();
        } catch (const Json::type_error&) {
            json += Json{{hex_key, base::hex(text)}}.dump();
        }
    }
}

void read_text(const Json& json, std::string& text, bool lossless) {
    if (json.is_string()) {
        text = json.get<std::string>();
        return;
    }
    if (!lossless || !json.is_object() || !json.contains(hex_key) || !json[hex_key].is_string())
        throw Unreadable{"", "is not a text"};
    auto bytes = base::from_hex(json[hex_key].get<std::string>());
    if (!bytes) throw Unreadable{hex_key, "is not a text of hex digits"};
    text = std::move(*bytes);
}

}  // namespace dsr::serialize
