// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "http/router.hpp"

namespace dsr::target_test {

using namespace dsr::http;

TEST_CASE("a target is taken apart and decoded") {
    const auto target = parse_target("/api/v1/a%2Fb/c%20d?x=1&y=a+b%26c&x=2&flag#end");
    REQUIRE(target);
    CHECK(target->segments == std::vector<std::string>{"api", "v1", "a/b", "c d"});
    CHECK(target->query == Pairs{{"x", "1"}, {"y", "a b&c"}, {"x", "2"}, {"flag", ""}});
    CHECK(parse_target("/")->segments == std::vector<std::string>{""});
    CHECK(parse_target("/a/")->segments == std::vector<std::string>{"a", ""});
    CHECK(parse_target("/a?")->query.empty());
    CHECK(parse_target("/a?b=%0a")->query[0].second == "\n");
    CHECK(parse_target("/a+b")->segments[0] == "a+b");
    CHECK(parse_target("/%C3%A9")->segments[0] == "\xC3\xA9");
}

TEST_CASE("targets that cannot be read") {
    for (const auto* text : {"", "*", "a", "http://localhost/a", "/%", "/%4", "/%zz", "/a%00", "/a%0d%0aX:y",
                             "/a?b=%ff", "/%ff", "/%c0%af", "/%ed%a0%80", "/%f5%80%80%80", "/a?%e2%82=1", "/%c3"}) {
        INFO(text);
        CHECK_FALSE(parse_target(text));
    }
}

}  // namespace dsr::target_test
