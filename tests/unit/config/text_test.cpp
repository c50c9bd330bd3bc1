// SPDX-License-Identifier: Apache-2.0
#include "config/text.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/text_checks.hpp"

namespace dsr::config_text_test {

using namespace dsr::config;
using Catch::Contains;
using Catch::EndsWith;

TEST_CASE("text is shown in quotes and can do no harm there") {
    CHECK(shown("abc") == "\"abc\"");
    CHECK(shown("") == "\"\"");
    CHECK(shown("a\nb\x1b[31m\x7f") == "\"a\\x0ab\\x1b[31m\\x7f\"");
    CHECK(shown("\xff") == "\"\\xff\"");
    CHECK(shown("\xE4\xB8\x8A\xE6\xB5\xB7") == "\"\xE4\xB8\x8A\xE6\xB5\xB7\"");
    CHECK(shown(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
    CHECK_THAT(shown(std::string(61, 'a')), EndsWith("a...\""));
    // never cut inside a character
    const std::string long_text = std::string(59, 'a') + "\xE4\xB8\x8A" + "b";
    CHECK(shown(long_text) == "\"" + std::string(59, 'a') + "\xE4\xB8\x8A...\"");
}

TEST_CASE("control characters other than white space are found") {
    CHECK_FALSE(find_control_character("a\tb\r\nc \xC3\xA9"));
    CHECK(find_control_character(std::string_view{"ab\0c", 4}) == 2U);
    CHECK(find_control_character("\x1b") == 0U);
    CHECK(find_control_character("a\x7f") == 1U);
}

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("interval", "interval") == 0);
    CHECK(edit_distance("intervall", "interval") == 1);
    CHECK(edit_distance("intreval", "interval") == 1);
    CHECK(edit_distance("Interval", "interval") == 0);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("ca", "abc") == 3);
}

TEST_CASE("the nearest name is near, or none") {
    const std::vector<std::string> names = {"interval", "jitter", "on_start", "watch"};
    CHECK(nearest("interv", names) == "interval");
    CHECK(nearest("WATCH", names) == "watch");
    CHECK(nearest("startup", names) == std::nullopt);
    CHECK(nearest("", names) == std::nullopt);
    CHECK(nearest(std::string(101, 'a'), {std::string(101, 'a')}) == std::nullopt);
}

TEST_CASE("time zones are names that the IANA database knows") {
    for (const std::string name :
         {"Asia/Shanghai", "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "PRC", "Etc/GMT-8"}) {
        INFO(name);
        REQUIRE_FALSE(fault_of(check_time_zone(name)));
        CHECK(std::get<std::string>(check_time_zone(name)) == name);
    }
    const std::vector<std::pair<std::string, std::string>> table = {
        {"Asia/Shangai", "the nearest is Asia/Shanghai"},
        {"asia/shanghai", "the nearest is Asia/Shanghai"},
        {"Shanghai", "the nearest is Asia/Shanghai"},
        {"Asia/Shanghai ", "the nearest is Asia/Shanghai"},
        {"CST", "such as Asia/Shanghai"},
        {"+08:00", "such as Asia/Shanghai"},
        {"GMT+8", "is not an IANA time zone name"},
        {"localtime", "is not an IANA time zone name"},
        {"", "is not an IANA time zone name"},
        {"../../etc/passwd", "is not an IANA time zone name"},
        {"/etc/localtime", "is not an IANA time zone name"},
        {"Asia", "is not an IANA time zone name"},
        {"posixrules", "is not an IANA time zone name"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        REQUIRE(fault_of(check_time_zone(text)));
        CHECK_THAT(fault_of(check_time_zone(text))->message, Contains(expected));
    }
}

TEST_CASE("namespaces are ZooKeeper paths without the leading slash") {
    for (const std::string text : {"dolphinscheduler", "teams/a", "ds-3.2_x", "\xE6\xB5\xB7"})
        CHECK_FALSE(fault_of(check_namespace(text)));
    for (const std::string text : {"", "/", "/ds", "ds/", "a//b", ".", "a/../b", "a/./b", "a\nb"}) {
        INFO(text);
        CHECK(fault_of(check_namespace(text)));
    }
}

TEST_CASE("paths are absolute and name a file") {
    CHECK_FALSE(fault_of(check_path("/a/b c")));
    for (const std::string text : {"", "a", "./a", "~/a", "/", "/a/", "file:/a"}) {
        INFO(text);
        CHECK(fault_of(check_path(text)));
    }
}

TEST_CASE("a folder may end with a slash") {
    for (const std::string text : {"/a", "/a/", "/a//"}) CHECK(std::get<std::string>(check_folder(text)) == "/a");
    for (const std::string text : {"", "/", "a/"}) CHECK(fault_of(check_folder(text)));
}

TEST_CASE("a digest is user:password, and a wrong one is never shown") {
    for (const std::string text : {"user:password", "u:p:q", "u: "}) CHECK_FALSE(fault_of(check_digest(text)));
    for (const std::string text : {"hunter2", ":hunter2", "hunter2:", ":"}) {
        INFO(text);
        REQUIRE(fault_of(check_digest(text)));
        CHECK_THAT(fault_of(check_digest(text))->message, Contains("user:password") && !Contains("hunter2"));
    }
}

}  // namespace dsr::config_text_test
