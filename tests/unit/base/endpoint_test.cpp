// SPDX-License-Identifier: Apache-2.0
#include "base/endpoint.hpp"

#include <catch2/catch.hpp>

namespace dsr::endpoint_test {

using namespace dsr::base;

TEST_CASE("endpoints") {
    CHECK(parse_endpoint("127.0.0.1:9530")->port() == 9530);
    CHECK(parse_endpoint("[::1]:9530")->address().is_v6());
    for (const auto* text : {"127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "localhost:1", "::1:9530", "[127.0.0.1]:1",
                             "127.0.0.1:", "", ":80"}) {
        INFO(text);
        CHECK_FALSE(parse_endpoint(text));
    }
    CHECK(is_loopback(parse_endpoint("127.1.2.3:1")->address()));
    CHECK(is_loopback(parse_endpoint("[::ffff:127.0.0.1]:1")->address()));
    CHECK_FALSE(is_loopback(parse_endpoint("0.0.0.0:1")->address()));
}

TEST_CASE("a host and its port") {
    CHECK(parse_host_port("zk_1.example:02181")->host == "zk_1.example");
    CHECK(parse_host_port("zk_1.example:02181")->port == 2181);
    CHECK(parse_host_port("[2001:db8::1]")->host == "2001:db8::1");
    for (const auto* text : {"localhost", "localhost:", "[::1]"}) {
        INFO(text);
        REQUIRE(parse_host_port(text));
        CHECK_FALSE(parse_host_port(text)->port);
    }
    for (const auto* text : {"", ":80", "h:0", "h:65536", "h:95300", "h:-1", "h:x", "h:1:2", "user@h", "user:@h:1",
                             "loc%61lhost", "::1", "[::1", "[zk1]:1", "h/x", "a b", "h\n"}) {
        INFO(text);
        CHECK_FALSE(parse_host_port(text));
    }
}

}  // namespace dsr::endpoint_test
