// SPDX-License-Identifier: Apache-2.0
#include "query/time_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <regex>
#include <string>

namespace dsr::query {

using namespace model;

namespace {

std::tm broken_down(Instant time, bool utc) {
    const std::time_t seconds = epoch_ms(time) >= 0 ? epoch_ms(time) / 1000 : 0;
    std::tm parts{};
    if (utc)
        ::gmtime_r(&seconds, &parts);
    else
        ::localtime_r(&seconds, &parts);
    return parts;
}

const std::regex& api_time() {
    static const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z)");
    return form;
}

std::optional<Instant> parsed(const std::string& rfc3339) {
    if (!std::regex_match(rfc3339, api_time())) return std::nullopt;
    std::tm parts{};
    const char* rest = ::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return std::nullopt;
    std::string digits = *rest == '.' ? std::string(rest + 1, rfc3339.c_str() + rfc3339.size() - 1) : "";
    digits.resize(6, '0');
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts))) +
           std::chrono::microseconds(std::stol(digits));
}

}  // namespace

std::string clock_text(Instant time, const Clock& clock) {
    const auto at = broken_down(time, clock.utc);
    const auto today = broken_down(clock.now, clock.utc);
    const bool is_today = at.tm_year == today.tm_year && at.tm_yday == today.tm_yday;
    const auto date = is_today ? "" : fmt::format("{:04}-{:02}-{:02} ", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday);
    return fmt::format("{}{:02}:{:02}:{:02}{}", date, at.tm_hour, at.tm_min, at.tm_sec, clock.utc ? "Z" : "");
}

std::string time_text(Instant time, const Clock& clock) {
    const auto away = time - clock.now;
    const auto distance = std::chrono::abs(away);
    if (distance < std::chrono::seconds{1}) return fmt::format("now ({})", clock_text(time, clock));
    if (away > std::chrono::seconds{0}) return fmt::format("in {} ({})", human(distance), clock_text(time, clock));
    return fmt::format("{} ago ({})", human(distance), clock_text(time, clock));
}

std::string time_text(std::string_view rfc3339, const Clock& clock) {
    const auto time = parsed(std::string(rfc3339));
    return time ? time_text(*time, clock) : std::string(rfc3339);
}

std::string with_clock_texts(std::string_view sentence, const Clock& clock) {
    const std::string text(sentence);
    std::string result;
    auto rest = text.cbegin();
    for (std::sregex_iterator found(text.begin(), text.end(), api_time()), end; found != end; ++found) {
        const auto time = parsed(found->str());
        result.append(rest, text.cbegin() + found->position());
        result += time ? clock_text(*time, clock) : found->str();
        rest = text.cbegin() + found->position() + found->length();
    }
    return result.append(rest, text.cend());
}

}  // namespace dsr::query
