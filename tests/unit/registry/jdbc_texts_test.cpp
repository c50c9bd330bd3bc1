// SPDX-License-Identifier: Apache-2.0
// Texts that servers write into the JDBC registry, and texts that they do not.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "registry/jdbc/sql.hpp"
#include "registry/jdbc/texts.hpp"

namespace dsr::jdbc_texts_test {

using namespace std::chrono_literals;
using registry::jdbc::parse_event;
using registry::jdbc::session_timeout;

TEST_CASE("jdbc: a session timeout is read, or not there") {
    CHECK(session_timeout(R"({"sessionTimeout":60000})") == 60s);
    CHECK(session_timeout(R"({"x":[1],"sessionTimeout":9000})") == 9s);
    CHECK(session_timeout(R"({"sessionTimeout":18446744073709551615})") == 24h);
    for (const auto* const text :
         {"", "null", "[]", "{", "{}", R"({"sessionTimeout":"60000"})", R"({"sessionTimeout":-1})",
          R"({"sessionTimeout":0})", R"({"sessionTimeout":1.5})", R"({"sessionTimeout":null})", "\xff"}) {
        CAPTURE(text);
        CHECK_FALSE(session_timeout(text));
    }
}

TEST_CASE("jdbc: an event tells its row") {
    const auto event = parse_event(
        R"({"id":3,"dataKey":"/nodes/master/a:1","dataValue":"{\"processId\":7}","dataType":"EPHEMERAL","clientId":140,)"
        R"("createTime":1,"lastUpdateTime":{"dataKey":"x"}})");
    REQUIRE(event);
    CHECK(event->key == "/nodes/master/a:1");
    CHECK(event->client == 140);
    CHECK(event->value == R"({"processId":7})");
}

TEST_CASE("jdbc: an event that was cut still tells whose it is") {
    const auto event = parse_event(R"({"id":3,"dataKey":"/nodes/master/a:1","dataValue":"{\"pro)");
    REQUIRE(event);
    CHECK(event->key == "/nodes/master/a:1");
    CHECK(event->value.empty());
}

TEST_CASE("jdbc: an event that was cut within its client does not tell a shorter one") {
    const std::string cut = R"({"dataKey":"/nodes/master/a:1","clientId":140)";
    CHECK(parse_event(cut)->client == 0);
    CHECK(parse_event(cut + R"(,"createTime":17)")->client == 140);
    CHECK(parse_event(cut + "}")->client == 140);
}

TEST_CASE("jdbc: a client out of range is none") {
    CHECK(parse_event(R"({"dataKey":"a","clientId":18446744073709551615})")->client == 0);
    CHECK(parse_event(R"({"dataKey":"a","clientId":9223372036854775807})")->client == 9223372036854775807);
}

TEST_CASE("jdbc: a text that names no row is no event") {
    for (const auto* const text : {"", "7", "null", "{}", R"([{"dataKey":"a"}])", R"({"dataKey":7})",
                                   R"({"x":{"dataKey":"a"}})", R"({"dataKey":"/nodes)", "\xff\xfe"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_event(text));
    }
}

TEST_CASE("jdbc: SQLite holds no such registry") {
    try {
        (void)registry::jdbc::jdbc_sql(store::DatabaseKind::sqlite);
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("registry.type"));
    }
}

}  // namespace dsr::jdbc_texts_test
