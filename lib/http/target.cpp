// SPDX-License-Identifier: Apache-2.0
#include "http/target.hpp"

#include <algorithm>
#include <cstdint>

namespace dsr::http {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Well-formed, shortest form, no surrogates.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<std::uint8_t>(text[i]);
        const std::size_t more = lead < 0x80        ? 0
                                 : lead >> 5U == 6  ? 1
                                 : lead >> 4U == 14 ? 2
                                 : lead >> 3U == 30 ? 3
                                                    : 9;
        if (more == 9 || i + more >= text.size()) return false;
        std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto byte = static_cast<std::uint8_t>(text[i + k]);
            if (byte >> 6U != 2) return false;
            point = point << 6U | (byte & 0x3FU);
        }
        constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
        i += more + 1;
    }
    return true;
}

enum class Part { path, query };

std::optional<std::string> decoded(std::string_view text, Part part) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += part == Part::query && text[i] == '+' ? ' ' : text[i];
        }
    }
    const bool control = std::any_of(out.begin(), out.end(), [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    if ((control && part == Part::path) || !is_utf8(out)) return std::nullopt;
    return out;
}

/// Calls `take` with each part between separators.
template <class Take>
bool each_part(std::string_view text, char separator, Take take) {
    while (true) {
        const auto end = text.find(separator);
        if (!take(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    if (!text.starts_with('/')) return std::nullopt;
    text = text.substr(0, text.find('#'));
    const auto mark = text.find('?');
    const auto path = text.substr(0, mark);

    Target target;
    if (!each_part(path.substr(1), '/', [&](std::string_view part) {
            auto segment = decoded(part, Part::path);
            if (!segment) return false;
            target.path += "/" + *segment;
            target.segments.push_back(std::move(*segment));
            return true;
        }))
        return std::nullopt;
    if (mark == std::string_view::npos) return target;
    if (!each_part(text.substr(mark + 1), '&', [&](std::string_view part) {
            if (part.empty()) return true;
            const auto equals = part.find('=');
            auto name = decoded(part.substr(0, equals), Part::query);
            auto value = equals == std::string_view::npos ? std::optional(std::string{})
                                                          : decoded(part.substr(equals + 1), Part::query);
            if (!name || !value) return false;
            target.query.emplace_back(std::move(*name), std::move(*value));
            return true;
        }))
        return std::nullopt;
    return target;
}

}  // namespace dsr::http
