// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dsr::values_test {

using namespace dsr::config;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("durations are a whole number and one unit") {
    const std::vector<std::pair<std::string, std::chrono::milliseconds>> table = {
        {"0s", 0ms},    {"0ms", 0ms}, {"1ms", 1ms}, {"60s", 60s}, {"150s", 150s},
        {"10m", 10min}, {"24h", 24h}, {"7d", 168h}, {"007s", 7s}, {"106751991167d", 106751991167 * 24h},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE_FALSE(fault_of(parsed));
        CHECK(std::get<std::chrono::milliseconds>(parsed) == expected);
    }
}

TEST_CASE("a duration that is not exactly that is refused with the reason") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", "is not a duration"},
        {"s", "is not a duration"},
        {"-5s", "is not a duration"},
        {"+5s", "is not a duration"},
        {" 5s", "is not a duration"},
        {"abc", "is not a duration"},
        {"150", "\"150\" has no unit"},
        {"0", "has no unit"},
        {"10 parsecs", "\"10 parsecs\" has an unknown unit"},
        {"10 s", "has an unknown unit"},
        {"10S", "has an unknown unit"},
        {"10M", "has an unknown unit"},
        {"1.5s", "has an unknown unit"},
        {"1h30m", "has an unknown unit"},
        {"5s ", "has an unknown unit"},
        {"1w", "has an unknown unit"},
        {"5\xC2\xB5s", "has an unknown unit"},
        {"106751991168d", "is too long a time"},
        {"9223372036854775807s", "is too long a time"},
        {"99999999999999999999999ms", "is too long a time"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE(fault_of(parsed));
        CHECK_THAT(fault_of(parsed)->message, Contains(expected));
    }
}

TEST_CASE("durations are written in the largest unit that divides them") {
    CHECK(format_duration(0ms) == "0s");
    CHECK(format_duration(1ms) == "1ms");
    CHECK(format_duration(1500ms) == "1500ms");
    CHECK(format_duration(150s) == "150s");
    CHECK(format_duration(60s) == "1m");
    CHECK(format_duration(90min) == "90m");
    CHECK(format_duration(24h) == "1d");
}

TEST_CASE("whole numbers") {
    CHECK(std::get<std::int64_t>(parse_integer("0")) == 0);
    CHECK(std::get<std::int64_t>(parse_integer("-12")) == -12);
    CHECK(std::get<std::int64_t>(parse_integer("010")) == 10);
    CHECK(std::get<std::int64_t>(parse_integer("9223372036854775807")) == 9223372036854775807);
    for (const std::string text : {"", "-", "+1", "1.0", "1e3", "0x10", "1_000", " 1", "1 ", "one", "--1"}) {
        INFO(text);
        REQUIRE(fault_of(parse_integer(text)));
        CHECK_THAT(fault_of(parse_integer(text))->message, Contains("is not a whole number"));
    }
    CHECK_THAT(fault_of(parse_integer("9223372036854775808"))->message, Contains("too large"));
}

TEST_CASE("settings are written with the numbers that people write") {
    CHECK(format_setting(0ms) == "0s");
    CHECK(format_setting(1500ms) == "1500ms");
    CHECK(format_setting(1s) == "1s");
    CHECK(format_setting(60s) == "60s");
    CHECK(format_setting(150s) == "150s");
    CHECK(format_setting(2min) == "2m");
    CHECK(format_setting(60min) == "60m");
    CHECK(format_setting(24h) == "24h");
    CHECK(format_setting(168h) == "7d");
}

TEST_CASE("ratios are numbers, or percentages in their old form") {
    CHECK(std::get<double>(parse_ratio("0.1")) == 0.1);
    CHECK(std::get<double>(parse_ratio("0")) == 0.0);
    CHECK(std::get<double>(parse_ratio(".5")) == 0.5);
    CHECK(std::get<double>(parse_ratio("10%")) == 0.10);
    CHECK(std::get<double>(parse_ratio("0%")) == 0.0);
    CHECK(std::get<double>(parse_ratio("2.5%")) == 0.025);
    CHECK(std::get<double>(parse_ratio(".5%")) == 0.005);
    for (const std::string text : {"", "%", "-1%", "10 %", "1e1%", "inf%", "nan%", "1.2.3%", ".%", "10%%", "1,5%",
                                   "-0.1", "1e-1", "inf", "nan", "."}) {
        INFO(text);
        REQUIRE(fault_of(parse_ratio(text)));
        CHECK_THAT(fault_of(parse_ratio(text))->message, Contains("is not a ratio"));
    }
    CHECK(format_ratio(0.1) == "0.1");
    CHECK(format_ratio(0.025) == "0.025");
    CHECK(format_ratio(0) == "0");
    CHECK(format_ratio(0.07) == "0.07");
}

TEST_CASE("a ratio is written so that the same is read") {
    for (const std::string text :
         {"33.3333333%", "12.3456789%", "0.00001%", "0.1%", "28.999999999999996%", "49.99999999%"}) {
        const auto ratio = std::get<double>(parse_ratio(text));
        CHECK(std::get<double>(parse_ratio(format_ratio(ratio))) == ratio);
    }
    for (int i = 0; i <= 5000; ++i) {
        const auto text = "0." + std::to_string(10'000 + i).substr(1);
        const auto ratio = std::get<double>(parse_ratio(text));
        const auto written = format_ratio(ratio);
        INFO(text << " " << written);
        CHECK(std::get<double>(parse_ratio(written)) == ratio);
        CHECK(written.size() <= text.size());
    }
}

TEST_CASE("flags are true or false and nothing else") {
    for (const std::string text : {"true", "True", "TRUE"}) CHECK(std::get<bool>(parse_flag(text)));
    for (const std::string text : {"false", "False", "FALSE"}) CHECK_FALSE(std::get<bool>(parse_flag(text)));
    for (const std::string text : {"", "yes", "no", "on", "off", "1", "0", "tRue", "true "}) {
        INFO(text);
        CHECK(fault_of(parse_flag(text)));
    }
}

TEST_CASE("what YAML 1.2 reads as something else than text") {
    for (const std::string text : {"0", "12", "-3", "+3", "1.5", "1.", ".5", "1e5", "-1E-5", "0x1F", "0o17", ".inf",
                                   "-.INF", ".nan", "true", "False", "1e999"}) {
        INFO(text);
        CHECK(reads_as_number_or_flag(text));
    }
    for (const std::string text :
         {"",    "a",   "10.0.0.7", "127.0.0.1:2181", "1a", "e5",  ".",   "-",   "+",     "1e",        "1-2",
          "yes", "inf", "nan",      "infinity",       "0x", "0xg", "--1", "+-1", "1_000", "2024-01-01"}) {
        INFO(text);
        CHECK_FALSE(reads_as_number_or_flag(text));
    }
}

}  // namespace dsr::values_test
