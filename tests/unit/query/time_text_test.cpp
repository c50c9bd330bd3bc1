// SPDX-License-Identifier: Apache-2.0
#include "query/time_text.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <string>

#include "support/builders.hpp"

namespace dsr::time_text_test {

using namespace dsr::query;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const Clock utc{noon, true};  // 2026-11-23 12:00:00

/// The process's time zone, for one test.
class LocalZone {
public:
    explicit LocalZone(const char* name) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    LocalZone(const LocalZone&) = delete;
    LocalZone& operator=(const LocalZone&) = delete;
    ~LocalZone() {
        before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
        ::tzset();
    }

private:
    std::string before_;
};

}  // namespace

TEST_CASE("a time is how far away it is, and the clock's time") {
    CHECK(time_text(noon + 161s, utc) == "in 2 m 41 s (12:02:41Z)");
    CHECK(time_text(noon - 723s, utc) == "12 m 03 s ago (11:47:57Z)");
    CHECK(time_text(noon + 999ms, utc) == "now (12:00:00Z)");
    CHECK(time_text(noon, utc) == "now (12:00:00Z)");
    CHECK(time_text(noon + 13h, utc) == "in 13 h 00 m (2026-11-24 01:00:00Z)");
    CHECK(time_text(noon - 365 * 24h, utc) == "365 d 00 h ago (2025-11-23 12:00:00Z)");
}

TEST_CASE("a time of the API is one, another text stays") {
    CHECK(time_text(std::string_view("2026-11-23T12:02:41.500Z"), utc) == "in 2 m 41 s (12:02:41Z)");
    CHECK(time_text(std::string_view("2026-11-23T12:02:41Z"), utc) == "in 2 m 41 s (12:02:41Z)");
    for (const auto* text : {"", "soon", "2026-11-23T12:02:41", "2026-13-40T12:02:41Z"})
        CHECK(time_text(std::string_view(text), utc) == text);
}

TEST_CASE("the times in a sentence become the clock's") {
    CHECK(with_clock_texts("acts at 2026-11-23T12:02:41.000Z, or 2026-11-24T00:00:00Z.", utc) ==
          "acts at 12:02:41Z, or 2026-11-24 00:00:00Z.");
    CHECK(with_clock_texts("no time: 2026-11-23", utc) == "no time: 2026-11-23");
    CHECK(with_clock_texts("", utc).empty());
}

TEST_CASE("without --utc it is the local time zone's clock, and its day") {
    const LocalZone zone("XST-8");  // eight hours before UTC
    const Clock local{noon, false};
    CHECK(time_text(noon + 161s, local) == "in 2 m 41 s (20:02:41)");
    CHECK(time_text(noon + 4h, local) == "in 4 h 00 m (2026-11-24 00:00:00)");
    CHECK(with_clock_texts("at 2026-11-23T12:00:00.000Z", local) == "at 20:00:00");
}

}  // namespace dsr::time_text_test
