// SPDX-License-Identifier: Apache-2.0
#include "model/zone.hpp"

#include <date/tz.h>

#include "model/failure.hpp"

namespace dsr::model {

namespace {

using LocalTime = date::local_time<std::chrono::microseconds>;

/// That many digits of the text, which is long enough, as a number; nothing when they are not all digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int number = 0;
    for (const std::size_t end = at + count; at < end; ++at) {
        const int digit = text[at] - '0';
        if (digit < 0 || digit > 9) return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

/// "2026-11-22 21:12:00", optionally with a point and one to six digits. Parsed by hand: with many rows a stream would
/// take most of a sweep's time.
std::optional<LocalTime> parse(std::string_view text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    constexpr std::string_view form = "0000-00-00 00:00:00";
    if (text.size() < form.size()) return std::nullopt;
    for (const std::size_t at : {4U, 7U, 13U, 16U}) {
        if (text[at] != form[at]) return std::nullopt;
    }
    if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    const date::year_month_day calendar{date::year{*year}, date::month{static_cast<unsigned>(*month)},
                                        date::day{static_cast<unsigned>(*day)}};
    if (!calendar.ok()) return std::nullopt;

    int microseconds = 0;
    if (text.size() > form.size()) {
        const std::size_t places = text.size() - form.size() - 1;
        if (text[form.size()] != '.' || places < 1 || places > 6) return std::nullopt;  // more overflow an int
        const auto fraction = digits(text, form.size() + 1, places);
        if (!fraction) return std::nullopt;
        microseconds = *fraction;
        for (std::size_t place = places; place < 6; ++place) microseconds *= 10;
    }
    return LocalTime{date::local_days{calendar}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + std::chrono::microseconds{microseconds};
}

}  // namespace

Zone::Zone(const std::string& iana_name) : name_(iana_name), zone_(nullptr) {
    try {
        zone_ = date::locate_zone(iana_name);
    } catch (const std::exception&) {
        throw Failure(ErrorKind::permanent, "time zone '" + iana_name +
                                                "' is not in this system's tz database; give an IANA name such as "
                                                "Asia/Shanghai, and install the package tzdata");
    }
}

std::optional<Instant> Zone::instant(std::string_view wall) const {
    const auto local = parse(wall);
    if (!local) return std::nullopt;
    const auto info = zone_->get_info(*local);
    if (info.result != date::local_info::unique) return std::nullopt;
    return Instant{local->time_since_epoch() - info.first.offset};
}

std::string Zone::wall(Instant time) const {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
    return date::format("%F %T", zone_->to_local(milliseconds));
}

}  // namespace dsr::model
