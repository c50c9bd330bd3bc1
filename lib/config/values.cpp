// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/text.hpp"
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

std::string in_unit(std::chrono::milliseconds duration, std::int64_t fewest_of_long_units) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0s";
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) {
        const bool is_long = u.milliseconds > 1'000;
        return count % u.milliseconds == 0 && (!is_long || count / u.milliseconds >= fewest_of_long_units);
    });
    return std::to_string(count / unit->milliseconds) + std::string{unit->name};
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
    const auto count = base::parse_number<std::int64_t>(number);
    if (!count || *count > std::numeric_limits<std::int64_t>::max() / unit->milliseconds)
        return Fault{shown(text) + " is too long a time"};
    return std::chrono::milliseconds{*count * unit->milliseconds};
}

std::string format_duration(std::chrono::milliseconds duration) {
    return in_unit(duration, 1);
}

std::string format_setting(std::chrono::milliseconds duration) {
    return in_unit(duration, 2);
}

Checked<std::int64_t> parse_integer(std::string_view text) {
    const auto number = text.substr(text.starts_with('-') ? 1 : 0);
    if (!base::is_digits(number)) return Fault{shown(text) + " is not a whole number"};
    const auto value = base::parse_number<std::int64_t>(text);
    if (!value) return Fault{shown(text) + " is too large a number"};
    return *value;
}

Checked<double> parse_ratio(std::string_view text) {
    const bool is_percentage = text.ends_with('%');
    const auto number = text.substr(0, text.size() - (is_percentage ? 1 : 0));
    const auto value = base::parse_number<double>(number);
    if (!value || number.find_first_not_of("0123456789.") != std::string_view::npos)
        return Fault{shown(text) + " is not a ratio; write a number such as 0.1"};
    return is_percentage ? *value / 100 : *value;
}

std::string format_ratio(double ratio) {
    std::array<char, 512> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), ratio, std::chars_format::fixed);
    return {buffer.data(), written.ptr};
}

Checked<bool> parse_flag(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return Fault{shown(text) + " is neither true nor false"};
}

bool reads_as_number_or_flag(std::string_view text) {
    if (!fault_of(parse_flag(text))) return true;
    const auto unsigned_text = text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    const std::string word = base::lower(unsigned_text);
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
