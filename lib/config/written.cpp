// SPDX-License-Identifier: Apache-2.0
#include "config/written.hpp"

#include <nlohmann/json.hpp>

#include "config/text.hpp"

namespace dsr::config {

namespace {

// Texts that every YAML reader takes unquoted: no special character, not like a number, no special word of YAML 1.1 or
// 1.2.
bool is_plain(std::string_view text) {
    constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";
    constexpr std::string_view first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/";
    if (text.empty() || first.find(text.front()) == std::string_view::npos) return false;
    if (text.find_first_not_of(harmless) != std::string_view::npos) return false;
    const std::string word = lower(text);
    for (const auto* reserved : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
        if (word == reserved) return false;
    }
    return true;
}

}  // namespace

std::string written(const Key& key, std::string_view value) {
    if (key.kind != Kind::text && key.kind != Kind::file && key.kind != Kind::secret) return std::string{value};
    if (is_plain(value)) return std::string{value};
    // A JSON string is a double-quoted YAML scalar.
    return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace dsr::config
