// SPDX-License-Identifier: Apache-2.0
#include "model/instant.hpp"

#include <date/date.h>

namespace dsr::model {

Instant system_now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

namespace {
constexpr long long last_epoch_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
}

std::string rfc3339(Instant time) {
    const auto shown = std::chrono::floor<std::chrono::milliseconds>(time);
    const auto day = date::floor<date::days>(shown);
    const date::year_month_day calendar{day};
    const int year = static_cast<int>(calendar.year());
    if (year < 0 || year > 9999) return date::format("%FT%TZ", shown);
    // By hand: a stream for each judged row would take much of a sweep's time.
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t last, std::int64_t number) {
        for (; number > 0; --last, number /= 10) text[last] = static_cast<char>('0' + number % 10);
    };
    const auto of_day = (shown - day).count();
    put(3, year);
    put(6, static_cast<unsigned>(calendar.month()));
    put(9, static_cast<unsigned>(calendar.day()));
    put(12, of_day / 3'600'000);
    put(15, of_day / 60'000 % 60);
    put(18, of_day / 1'000 % 60);
    put(22, of_day % 1'000);
    return text;
}

std::optional<Instant> instant_from_epoch_ms(long long epoch_ms) {
    if (epoch_ms < 0 || epoch_ms > last_epoch_ms) return std::nullopt;
    return Instant{std::chrono::milliseconds{epoch_ms}};
}

long long epoch_ms(Instant time) {
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::string human(std::chrono::microseconds duration) {
    using namespace std::chrono;
    if (duration < 0us) return "-" + human(-duration);
    const auto two = [](long long number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    if (duration < 1s) return std::to_string(duration_cast<milliseconds>(duration).count()) + " ms";
    const auto total = duration_cast<seconds>(duration).count();
    if (total < 60) return std::to_string(total) + " s";
    if (total < 3600) return std::to_string(total / 60) + " m " + two(total % 60) + " s";
    if (total < 86400) return std::to_string(total / 3600) + " h " + two(total / 60 % 60) + " m";
    return std::to_string(total / 86400) + " d " + two(total / 3600 % 24) + " h";
}

}  // namespace dsr::model
