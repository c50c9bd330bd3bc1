// SPDX-License-Identifier: Apache-2.0
#include "worker/kill_frame.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::kill_frame_test {

using namespace dsr::worker;

TEST_CASE("a kill request has the bytes that a real 3.1.1 worker understood") {
    const auto frame = encode_kill_request({18, 19}, 1, {42});
    const std::string expected = std::string("\xBE\x00\x12", 3) + std::string("\0\0\0\0\0\0\0\x01", 8) +
                                 std::string("\0\0\0\x0C", 4) + R"({"items":{}})" + std::string("\0\0\0\x15", 4) +
                                 R"({"taskInstanceId":42})";
    CHECK(frame == expected);
}

TEST_CASE("which message a release understands") {
    auto facts = test::schema_3_1();
    CHECK(kill_message_types(facts) == KillMessageTypes{18, 19});
    facts.state_history = false;
    facts.version = model::Version{3, 0, 6};
    CHECK(kill_message_types(facts) == KillMessageTypes{17, 18});
    facts.version = model::Version{3, 0, 1};
    CHECK(kill_message_types(facts) == KillMessageTypes{17, 18});
    facts.version = model::Version{3, 0, 0};
    CHECK(kill_message_types(facts) == KillMessageTypes{15, 16});
    facts.version = model::Version{2, 0, 9};
    CHECK(kill_message_types(facts) == KillMessageTypes{15, 16});
    facts.version.reset();
    CHECK_FALSE(kill_message_types(facts));
    CHECK_FALSE(kill_message_types(test::schema_3_4()));
    facts = test::schema_3_1();
    facts.tenant_code = true;  // 3.2
    CHECK_FALSE(kill_message_types(facts));
}

TEST_CASE("frames are cut from a stream at any border") {
    const auto frame = encode_kill_request({18, 19}, 7, {1});
    for (std::size_t size = 0; size < frame.size(); ++size)
        CHECK(parse_frame(std::string_view(frame).substr(0, size)).status == FrameParse::Status::incomplete);
    const auto whole = parse_frame(frame + "rest");
    CHECK(whole.status == FrameParse::Status::complete);
    CHECK(whole.consumed == frame.size());
    CHECK(whole.frame.type == 18);
    CHECK(whole.frame.body == R"({"taskInstanceId":1})");
}

TEST_CASE("what is no frame is refused before it is believed") {
    CHECK(parse_frame("HTTP/1.1 400").status == FrameParse::Status::broken);
    auto frame = encode_kill_request({18, 19}, 7, {1});
    frame[11] = '\x7f';  // a context of 2 GiB
    CHECK(parse_frame(frame).status == FrameParse::Status::broken);
}

TEST_CASE("answers") {
    const auto killed =
        parse_kill_answer(R"({"taskInstanceId":42,"host":"h","status":"SUCCESS","processId":1,"appIds":[]})");
    REQUIRE(killed);
    CHECK(killed->task.value == 42);
    CHECK(killed->success);
    CHECK_FALSE(parse_kill_answer(R"({"taskInstanceId":42,"status":"FAILURE"})")->success);
    CHECK_FALSE(parse_kill_answer(R"({"taskInstanceId":42})")->success);
    CHECK_FALSE(parse_kill_answer("[]"));
    CHECK_FALSE(parse_kill_answer("{"));
    CHECK_FALSE(parse_kill_answer(R"({"taskInstanceId":"42"})"));
}

}  // namespace dsr::kill_frame_test
