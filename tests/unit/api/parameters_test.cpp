// SPDX-License-Identifier: Apache-2.0
#include "api/parameters.hpp"

#include <catch2/catch.hpp>

namespace dsr::parameters_test {

using namespace dsr::api;
using namespace dsr::http;

namespace {

int status_of(const std::function<void()>& read) {
    try {
        read();
    } catch (const Refusal& refusal) {
        return refusal.status();
    }
    return 200;
}

Request posted(std::string body, std::string content_type = "application/json") {
    Request request;
    request.body = std::move(body);
    request.content_type = std::move(content_type);
    return request;
}

}  // namespace

TEST_CASE("whole numbers of a request") {
    constexpr std::int64_t max_exact = 9'007'199'254'740'991;  // JSON numbers are exact up to here
    CHECK(integer_of("id", "9007199254740991", {1, max_exact}) == max_exact);
    CHECK(integer_of("after", "0", {0, 5}) == 0);
    for (const auto* text : {"", "0", "-1", "+1", " 1", "1 ", "01", "1.0", "1e3", "0x1", "9007199254740992",
                             "99999999999999999999", "\xd9\xa1"}) {
        INFO(text);
        CHECK(status_of([&] { (void)integer_of("id", text, {1, max_exact}); }) == 400);
    }
    CHECK_FALSE(integer_in({}, "limit", {1, 2}));
}

TEST_CASE("a body is a JSON object with known members, each once") {
    CHECK(object_of(posted(R"({"reason": "x"})"), {"reason"}, true)["reason"] == "x");
    CHECK(object_of(posted("{}", "Application/JSON; charset=utf-8"), {}, true).empty());
    CHECK(object_of(posted("", ""), {}, false).empty());
    CHECK(status_of([] { (void)object_of(posted("", ""), {}, true); }) == 415);
    CHECK(status_of([] { (void)object_of(posted(""), {}, true); }) == 400);
    CHECK(status_of([] { (void)object_of(posted("{}", "text/plain"), {}, true); }) == 415);
    for (const auto* body :
         {"[]", "null", "{", "{}x", R"({"a":1})", R"({"reason":"x","reason":"y"})", "\xff", "{\"reason\":\"\xff\"}"}) {
        INFO(body);
        CHECK(status_of([&] { (void)object_of(posted(body), {"reason"}, true); }) == 400);
    }
    const std::string deep(16'000, '[');
    CHECK(status_of([&] { (void)object_of(posted(deep), {}, true); }) == 400);
    CHECK(object_of(posted(R"({"reason":{"reason":1}})"), {"reason"}, true).size() == 1);
}

TEST_CASE("texts of a body") {
    const auto text = [](const std::string& body, std::size_t most) {
        return text_in(nlohmann::json::parse(body), "reason", most);
    };
    CHECK(text(R"({"reason":"\u00e9\u00e9"})", 2) == "\xC3\xA9\xC3\xA9");
    CHECK_FALSE(text("{}", 2));
    for (const auto* body :
         {R"({"reason":""})", R"({"reason":"  "})", R"({"reason":"abc"})", R"({"reason":1})", R"({"reason":null})",
          R"({"reason":"a\n"})", R"({"reason":"\u007f"})", R"({"reason":"\u0000"})"}) {
        INFO(body);
        CHECK(status_of([&] { (void)text(body, 2); }) == 400);
    }
}

}  // namespace dsr::parameters_test
