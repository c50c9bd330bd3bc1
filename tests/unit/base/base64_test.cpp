// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <catch2/catch.hpp>

namespace dsr::base64_test {

TEST_CASE("base64 as RFC 4648 has it") {
    CHECK(base::base64("").empty());
    CHECK(base::base64("f") == "Zg==");
    CHECK(base::base64("fo") == "Zm8=");
    CHECK(base::base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 of any bytes") {
    struct Row {
        std::string bytes;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {std::string("\0\xff\x10", 3), "AP8Q"}}));
    CHECK(base::base64(row.bytes) == row.text);
    CHECK(base::from_base64(row.text) == row.bytes);
    const auto wrong = GENERATE(values<std::string>({"Zg=", "Z", "Zg==Zg==", "Z=g=", "====", "Zm9*"}));
    CHECK_FALSE(base::from_base64(wrong));
}

}  // namespace dsr::base64_test
