// SPDX-License-Identifier: Apache-2.0
// The gateway of etcd: what each answer means, which member is asked, and when a login happens.
#include <catch2/catch.hpp>
#include <functional>

#include "model/failure.hpp"
#include "registry/etcd/gateway.hpp"
#include "support/fake_gateway.hpp"
#include "support/zookeeper_process.hpp"

namespace dsr::etcd_gateway_test {

using namespace std::chrono_literals;
using model::ErrorKind;
using registry::etcd::Gateway;
using registry::etcd::GatewayOptions;
using support::FakeGateway;

namespace {

const FakeGateway::Answer empty_range{200, R"({"header":{"cluster_id":"1","revision":"5"}})"};

GatewayOptions options(std::vector<std::string> endpoints) {
    GatewayOptions options;
    options.endpoints = std::move(endpoints);
    options.time_limit = 2s;
    return options;
}

Gateway gateway_of(const FakeGateway& server) {
    return {options({server.endpoint()}), {}};
}

struct Failed {
    ErrorKind kind{};
    std::string text;
};

Failed failure_of(const std::function<void()>& operation) {
    try {
        operation();
    } catch (const model::Failure& failure) {
        return {failure.kind(), failure.what()};
    }
    FAIL("no failure");
    return {};
}

}  // namespace

TEST_CASE("what an answer that is no success means") {
    struct Row {
        FakeGateway::Answer answer;
        ErrorKind of_read;
        ErrorKind of_write;
        std::string says;
    };
    using enum ErrorKind;
    const auto row = GENERATE(values<Row>({
        {{404, "404 page not found\n"}, permanent, permanent, "enable-grpc-gateway: true"},
        {{400, R"({"error":"etcdserver: user name is empty","code":3})"}, permanent, permanent, "set registry.user"},
        {{403, R"({"error":"etcdserver: permission denied","code":7})"}, permanent, permanent, "grant registry.user"},
        {{401, R"({"error":"etcdserver: invalid auth token","code":16})"}, permanent, permanent, "registry.user"},
        {{400, R"({"error":"etcdserver: mvcc: required revision has been compacted","code":11})"},
         conflict,
         conflict,
         "compacted"},
        {{404, R"({"error":"etcdserver: requested lease not found","code":5})"}, conflict, conflict, "lease not found"},
        {{429, R"({"error":"etcdserver: mvcc: database space exceeded","code":8})"}, retry, retry, "has room again"},
        {{503, R"({"error":"etcdserver: no leader","code":14})"}, retry, retry, "most of its members"},
        {{503, R"({"error":"etcdserver: request timed out","code":14})"}, retry, unknown_outcome, "timed out"},
        {{504, R"({"error":"context deadline exceeded","code":4})"}, retry, unknown_outcome, "deadline"},
        {{502, "<html>bad gateway</html>"}, retry, unknown_outcome, "502"},
        {{400, "<html>bad request</html>"}, permanent, permanent, "is this an etcd?"},
        {{200, "hello"}, retry, unknown_outcome, "not etcd's"},
        {{200, "{}"}, retry, unknown_outcome, "not etcd's"},
        {{200, "", true}, retry, unknown_outcome, "etcd at http://127.0.0.1:"},
    }));
    FakeGateway server([&](const auto&) { return row.answer; });
    auto gateway = gateway_of(server);
    const auto read = failure_of([&] { (void)gateway.range({.key = "a"}); });
    INFO(read.text);
    CHECK(read.kind == row.of_read);
    CHECK_THAT(read.text, Catch::Contains(row.says));
    const auto write = failure_of([&] { (void)gateway.txn({.then = {registry::etcd::Put{"a", "b"}}}); });
    INFO(write.text);
    CHECK(write.kind == row.of_write);
}

TEST_CASE("a member that does not answer is passed over, and a write that may have arrived is not repeated") {
    FakeGateway good([&](const auto&) { return empty_range; });
    const auto nobody = "http://127.0.0.1:" + std::to_string(support::free_port());
    SECTION("nobody listens: nothing was sent") {
        Gateway gateway(options({nobody, good.endpoint()}), {});
        CHECK(gateway.range({.key = "a"}).header.revision == 5);
        CHECK(gateway.member() == good.endpoint());
        CHECK(gateway.txn({}).header.revision == 5);
        CHECK(good.requests().size() == 2);
    }
    SECTION("the answer is lost") {
        FakeGateway silent([](const auto&) { return FakeGateway::Answer{200, "", true}; });
        Gateway gateway(options({silent.endpoint(), good.endpoint()}), {});
        CHECK(failure_of([&] { (void)gateway.txn({}); }).kind == ErrorKind::unknown_outcome);
        CHECK(good.requests().empty());
        CHECK(gateway.range({.key = "a"}).header.revision == 5);  // the next request goes to the other one
    }
    SECTION("nobody at all") {
        Gateway gateway(options({nobody}), {});
        CHECK(failure_of([&] { (void)gateway.txn({}); }).kind == ErrorKind::retry);
    }
}

TEST_CASE("a token is sent with each request, and asked for again when it is refused") {
    int logins = 0;
    FakeGateway server([&](const FakeGateway::Request& request) -> FakeGateway::Answer {
        if (request.path == "/v3/auth/authenticate") {
            CHECK(request.authorization.empty());
            if (request.body.find("\"wrong\"") != std::string::npos)
                return {400, R"({"error":"etcdserver: authentication failed, invalid user ID or password","code":3})"};
            return {200, R"({"token":"token)" + std::to_string(++logins) + "\"}"};
        }
        if (request.authorization != "token" + std::to_string(logins) || logins == 1)
            return {401, R"({"error":"etcdserver: invalid auth token","code":16})"};
        return empty_range;
    });
    auto with_user = options({server.endpoint()});
    with_user.user = "ds";
    SECTION("again once") {
        with_user.password = "right";
        Gateway gateway(with_user, {});
        CHECK(gateway.range({.key = "a"}).header.revision == 5);
        CHECK(logins == 2);
        CHECK(gateway.range({.key = "a"}).header.revision == 5);
        CHECK(logins == 2);
    }
    SECTION("a wrong password") {
        with_user.password = "wrong";
        Gateway gateway(with_user, {});
        const auto failed = failure_of([&] { (void)gateway.range({.key = "a"}); });
        CHECK(failed.kind == ErrorKind::permanent);
        CHECK_THAT(failed.text, Catch::Contains("registry.password_file") && !Catch::Contains("wrong"));
    }
}

TEST_CASE("a member of another cluster is told") {
    int asked = 0;
    FakeGateway server([&](const auto&) {
        return FakeGateway::Answer{200, R"({"header":{"cluster_id":")" + std::to_string(++asked) + R"("}})"};
    });
    auto gateway = gateway_of(server);
    (void)gateway.range({.key = "a"});
    const auto failed = failure_of([&] { (void)gateway.range({.key = "a"}); });
    CHECK(failed.kind == ErrorKind::permanent);
    CHECK_THAT(failed.text, Catch::Contains("belongs to cluster 2, but this daemon works with cluster 1"));
}

TEST_CASE("an answer without end is cut off") {
    FakeGateway server([&](const auto&) {
        return FakeGateway::Answer{200, std::string(registry::etcd::HttpPost::max_answer + 1, ' ')};
    });
    auto patient = options({server.endpoint()});
    patient.time_limit = 1min;  // so much takes long with a sanitizer
    Gateway gateway(patient, {});
    const auto failed = failure_of([&] { (void)gateway.range({.key = "a"}); });
    CHECK(failed.kind == ErrorKind::retry);
    CHECK_THAT(failed.text, Catch::Contains("larger than 64 MiB"));
}

TEST_CASE("no answer in time is a failure of its kind") {
    FakeGateway server([&](const auto&) {
        std::this_thread::sleep_for(500ms);
        return empty_range;
    });
    auto impatient = options({server.endpoint()});
    impatient.time_limit = 100ms;
    Gateway gateway(impatient, {});
    const auto read = failure_of([&] { (void)gateway.range({.key = "a"}); });
    CHECK(read.kind == ErrorKind::retry);
    CHECK_THAT(read.text, Catch::Contains("no answer within 100 ms; most of its members must be up and connected"));
    CHECK(failure_of([&] { (void)gateway.txn({}); }).kind == ErrorKind::unknown_outcome);
}

}  // namespace dsr::etcd_gateway_test
