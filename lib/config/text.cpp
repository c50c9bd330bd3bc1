// SPDX-License-Identifier: Apache-2.0
#include "config/text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t shown_at_most = 60;
constexpr std::size_t max_name = 100;

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

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::string a = base::lower(left);
    const std::string b = base::lower(right);
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) current[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(current);
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = std::min(current[j], before_last[j - 2] + 1);
            }
        }
    }
    return current[b.size()];
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
    if (name.size() > max_name) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = name.size() / 2 + 1;
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace dsr::config
