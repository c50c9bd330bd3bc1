// SPDX-License-Identifier: Apache-2.0
// The JSON of etcd's gateway: what is sent, what is taken from answers, and what is no answer of an etcd.
#include <catch2/catch.hpp>

#include "registry/etcd/messages.hpp"

namespace dsr::etcd_messages_test {

using namespace dsr::registry::etcd;

TEST_CASE("all keys below a prefix end before the next one") {
    CHECK(prefix_end("ds/nodes/master/") == "ds/nodes/master0");
}

TEST_CASE("requests leave out what is zero") {
    CHECK(to_json(Range{.key = "a"}) == R"({"key":"YQ=="})");
    CHECK(
        to_json(
            Range{.key = "a", .range_end = "b", .revision = 7, .keys_only = true, .by_creation = true, .limit = 2}) ==
        R"({"key":"YQ==","keys_only":true,"limit":"2","range_end":"Yg==","revision":"7","sort_order":"ASCEND","sort_target":"CREATE"})");
    CHECK(to_json(Txn{.when = {{"a", Compare::Target::create, 0}, {"b", Compare::Target::mod, 9}},
                      .then = {Put{"a", "x", 5}, Delete{"b"}},
                      .otherwise = {Range{.key = "a"}}}) ==
          R"({"compare":[{"create_revision":"0","key":"YQ==","result":"EQUAL","target":"CREATE"},)"
          R"({"key":"Yg==","mod_revision":"9","result":"EQUAL","target":"MOD"}],)"
          R"("failure":[{"request_range":{"key":"YQ=="}}],)"
          R"("success":[{"request_put":{"key":"YQ==","lease":"5","value":"eA=="}},)"
          R"({"request_delete_range":{"key":"Yg=="}}]})");
    CHECK(to_json(Txn{}) == "{}");
    CHECK(grant_json(30) == R"({"TTL":"30"})");
    CHECK(lease_json(-1) == R"({"ID":"-1"})");
    CHECK(authenticate_json("root", "a\"b") == R"({"name":"root","password":"a\"b"})");
}

TEST_CASE("an answer to a transaction") {
    const auto answer = parse_txn(
        R"({"header":{"cluster_id":"15118495548433857066","revision":"3"},"responses":[{"response_range":{"kvs":[{)"
        R"("key":"YQ==","create_revision":"2","mod_revision":"3","version":"2","lease":"5","value":"Yg=="}],"count":"1"}},)"
        R"({"response_put":{}}]})");
    REQUIRE(answer);
    CHECK(answer->header.cluster_id == 15118495548433857066u);
    CHECK(answer->header.revision == 3);
    CHECK_FALSE(answer->succeeded);
    REQUIRE(answer->answers.size() == 2);
    CHECK(answer->answers[0].count == 1);
    CHECK(answer->answers[0].found == std::vector{KeyValue{"a", "b", 2, 3, 2, 5}});
    CHECK(answer->answers[1].found.empty());
    CHECK(parse_txn(R"({"header":{"cluster_id":"1","revision":"3"},"succeeded":true})")->succeeded);
}

TEST_CASE("what is no answer of an etcd is none") {
    const auto text = GENERATE(values<std::string>({
        "",
        "null",
        "[]",
        "{}",
        "<html></html>",
        R"({"header":{}})",
        R"({"header":{"cluster_id":"x"}})",
        R"({"header":{"cluster_id":"1"},"responses":[5]})",
        R"({"header":{"cluster_id":"1"},"responses":{"a":1}})",
        R"({"header":{"cluster_id":"1"},"responses":[{"response_range":[]}]})",
        R"({"header":{"cluster_id":"1"},"responses":[{"response_range":{"kvs":[{"key":"*"}]}}]})",
        R"({"header":{"cluster_id":"1"},"responses":[{"response_range":{"kvs":[{"key":"YQ=="}]}}]})",
        R"({"header":{"cluster_id":"1"},"responses":[{"response_range":{"kvs":[{"key":7}]}}]})",
        R"({"header":{"cluster_id":"1","revision":"99999999999999999999"}})",
    }));
    CHECK_FALSE(parse_txn(text));
    CHECK_FALSE(parse_lease(R"({"header":{"cluster_id":"-1"}})"));
}

TEST_CASE("leases and tokens") {
    const auto granted = parse_lease(R"({"header":{"cluster_id":"1","revision":"1"},"ID":"77","TTL":"10"})");
    REQUIRE(granted);
    CHECK(granted->id == 77);
    CHECK(granted->ttl_s == 10);
    const auto gone = parse_lease(R"({"result":{"header":{"cluster_id":"1","revision":"1"},"ID":"77"}})");
    REQUIRE(gone);
    CHECK(gone->ttl_s == 0);
    CHECK(parse_token(R"({"header":{},"token":"abc.1"})") == "abc.1");
    CHECK_FALSE(parse_token(R"({"token":5})"));
}

TEST_CASE("errors in each form of the gateway") {
    CHECK(parse_error(R"({"error":"no lease","message":"no lease","code":5})").code == 5);
    CHECK(parse_error(R"({"code":7,"message":"denied","details":[]})").text == "denied");
    CHECK(parse_error(R"({"error":{"grpc_code":14,"http_code":503,"message":"no leader"}})").code == 14);
    CHECK(parse_error("404 page not found").code == 0);
    CHECK(parse_error(R"({"code":7})").code == 0);
    CHECK(parse_error(R"({"code":-4294967291,"message":"no lease"})").code == 0);  // 5, were its upper half cut off
}

}  // namespace dsr::etcd_messages_test
