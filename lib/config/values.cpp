// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "config/text.hpp"

namespace dsr::config {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

// From the largest down, the order in which format_duration tries them.
constexpr std::array units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                           Unit{"ms", 1}};

constexpr std::string_view digits = "0123456789";

bool all_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

// The fewest digits that read back to the same number.
std::string without_exponent(double number) {
    std::array<char, 512> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
    return {buffer.data(), written.ptr};
}

}  // namespace

Checked<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto number_end = std::min(text.find_first_not_of(digits), text.size());
    const auto number = text.substr(0, number_end);
    const auto unit_name = text.substr(number_end);
    if (number.empty()) {
        return Fault{shown(text) + " is not a duration; write a whole number and a unit (ms, s, m, h, d), such as 30s"};
    }
    if (unit_name.empty()) {
        return Fault{shown(text) + " has no unit; write ms, s, m, h or d behind the number, such as 30s"};
    }
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == unit_name; });
    if (unit == units.end()) {
        return Fault{shown(text) +
                     " has an unknown unit; write ms, s, m, h or d directly behind a whole number, such as 30s"};
    }
    std::int64_t count = 0;
    if (!read_whole(number, count) || count > std::numeric_limits<std::int64_t>::max() / unit->milliseconds) {
        return Fault{shown(text) + " is too long a time"};
    }
    return std::chrono::milliseconds{count * unit->milliseconds};
}

std::string format_duration(std::chrono::milliseconds duration) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0s";
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& u) { return count % u.milliseconds == 0; });
    return std::to_string(count / unit->milliseconds) + std::string{unit->name};
}

Checked<std::int64_t> parse_integer(std::string_view text) {
    const auto number = text.substr(text.starts_with('-') ? 1 : 0);
    if (!all_of(number, digits)) return Fault{shown(text) + " is not a whole number"};
    std::int64_t value = 0;
    if (!read_whole(text, value)) return Fault{shown(text) + " is too large a number"};
    return value;
}

Checked<double> parse_percent(std::string_view text) {
    double percent = 0;
    const bool has_sign = text.ends_with('%');
    const auto number = text.substr(0, has_sign ? text.size() - 1 : text.size());
    if (!has_sign || !all_of(number, "0123456789.") || !read_whole(number, percent)) {
        return Fault{shown(text) + " is not a percentage; write a number and a percent sign, such as 10%"};
    }
    return percent / 100;
}

// A hundredth times a hundred may differ from the original number: then a neighbour is the right one.
std::string format_percent(double ratio) {
    const double product = ratio * 100;
    std::string shortest;
    for (const double percent : {product, std::nextafter(product, 0.0), std::nextafter(product, 2 * product)}) {
        const std::string text = without_exponent(percent) + "%";
        const bool reads_back = percent / 100 == ratio;
        if (reads_back && (shortest.empty() || text.size() < shortest.size())) shortest = text;
    }
    return shortest;
}

Checked<bool> parse_flag(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return Fault{shown(text) + " is neither true nor false"};
}

bool reads_as_number_or_flag(std::string_view text) {
    if (!fault_of(parse_flag(text))) return true;
    const auto unsigned_text = text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    const std::string word = lower(unsigned_text);
    if (word == ".inf" || word == ".nan") return true;
    if (word.starts_with("0x") && all_of(std::string_view{word}.substr(2), "0123456789abcdef")) return true;
    if (word.starts_with("0o") && all_of(std::string_view{word}.substr(2), "01234567")) return true;
    if (!all_of(word, "0123456789.e+-") || word.find_first_of(digits) == std::string::npos) return false;
    if (word.starts_with('-') || word.starts_with('e')) return false;
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return end == word.data() + word.size() && error != std::errc::invalid_argument;
}

}  // namespace dsr::config
