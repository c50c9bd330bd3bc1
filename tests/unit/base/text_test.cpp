// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.hpp"

namespace dsr::base_text_test {

using namespace dsr::base;
using namespace std::string_literals;
using Parts = std::vector<std::string_view>;

TEST_CASE("invalid UTF-8 is found where it begins") {
    const std::vector<std::pair<std::string, std::optional<std::size_t>>> table = {
        {"", {}},
        {"abc", {}},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", {}},
        {"ab\xff", 2},
        {"ab\xC3", 2},
        {"ab\xC3(", 2},
        {"\xC0\xAF", 0},          // overlong slash
        {"\xE0\x80\xAF", 0},      // overlong
        {"\xF0\x80\x80\xAF", 0},  // overlong
        {"a\xED\xA0\x80", 1},     // surrogate
        {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
        {"\xF8\x88\x80\x80", 0},
        {"\x80", 0},
        {"\xE2\x82", 0},
        {"\xF0\x9F\x98", 0},
    };
    for (const auto& [text, expected] : table) {
        INFO(hex(text));
        CHECK(find_invalid_utf8(text) == expected);
    }
}

TEST_CASE("text is measured and cut by characters, or by bytes without splitting one") {
    const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    CHECK(character_count(text) == 5);
    CHECK(character_count("") == 0);
    CHECK(first_characters(text, 0).empty());
    CHECK(first_characters(text, 3) == "a\xC3\xA9\xE2\x82\xAC");
    CHECK(first_characters(text, 5) == text);
    CHECK(whole_characters(text, 5) == "a\xC3\xA9");
    CHECK(whole_characters(text, 6) == "a\xC3\xA9\xE2\x82\xAC");
    CHECK(whole_characters(text, 11) == text);
    CHECK(whole_characters("\x80\x80\x80", 2) == "\x80\x80");  // no progress would never end
}

TEST_CASE("control characters are made visible, the second page of them too") {
    CHECK(printable("a\nb\x1b[31m\x7f\tc") == "a?b?[31m??c");
    CHECK(printable("\xC2\x9B"
                    "31m \xC2\xA0") == "?31m \xC2\xA0");
    CHECK(printable("\xC3\xA9\0"s) == "\xC3\xA9?");
}

TEST_CASE("lists and blanks") {
    CHECK(split("", ',') == Parts{""});
    CHECK(split(",a,,b", ',') == Parts{"", "a", "", "b"});
    CHECK(trimmed(" \ta b\t ") == "a b");
    CHECK(trimmed(" \t").empty());
    CHECK(trimmed("\t a ", " ") == "\t a");
    CHECK(lower("A\xC3\x89Z-_") == "a\xC3\x89z-_");
}

TEST_CASE("a number is all of the text") {
    CHECK(parse_number<int>("-12") == -12);
    CHECK(parse_number<std::uint16_t>("65535") == 65535);
    for (const char* no : {"", "+1", " 1", "1 ", "0x1", "1.5", "65536"}) CHECK_FALSE(parse_number<std::uint16_t>(no));
    CHECK(is_digits("007"));
    CHECK_FALSE(is_digits(""));
    CHECK_FALSE(is_digits("-1"));
}

TEST_CASE("bytes in hex and back") {
    CHECK(hex("\x00\xff\x1a"s.substr(0, 3)) == "00ff1a");
    CHECK(from_hex("00fF1a") == "\x00\xff\x1a"s);
    CHECK(from_hex("") == "");
    for (const char* no : {"0", "0g", "-1", " 1", "0x"}) CHECK_FALSE(from_hex(no));
}

}  // namespace dsr::base_text_test
