// SPDX-License-Identifier: Apache-2.0
// Who may do what, before any handler is asked; and what handlers throw.
#include "http/dispatcher.hpp"

#include <spdlog/sinks/null_sink.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace dsr::dispatcher_test {

using namespace dsr::http;
using Catch::Contains;

namespace {

constexpr auto secret = "0123456789abcdef";

struct Desk {
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
    int handled = 0;
    Dispatcher dispatcher{router(), log};

    Router router() {
        Router made;
        const auto fine = [this](const Request&, const Respond& respond) {
            ++handled;
            respond(json("{}"));
        };
        made.add({"GET", "/healthz", Access::open, fine});
        made.add({"GET", "/status", Access::read, fine, {"limit"}});
        made.add({"POST", "/pause", Access::change, fine});
        made.add({"GET", "/refuses", Access::read,
                  [](const Request&, const Respond&) { throw Refusal(404, "there is no workflow instance 7"); }});
        made.add({"GET", "/breaks", Access::read,
                  [](const Request&, const Respond&) { throw std::runtime_error("secret detail"); }});
        return made;
    }

    Response ask(Arrival arrival) {
        std::vector<Response> answers;
        dispatcher.handle(std::move(arrival), [&](Response response) { answers.push_back(std::move(response)); });
        REQUIRE(answers.size() == 1);
        return answers[0];
    }
};

Arrival arrival(const std::string& method, const std::string& target, const std::string& authorization = "") {
    Arrival made;
    made.method = method;
    made.target = target;
    made.host = "localhost:9530";
    made.authorization = authorization;
    made.listen_address = "127.0.0.1";
    return made;
}

std::string code_in(const Response& response) {
    return nlohmann::json::parse(response.body)["error"]["code"];
}

}  // namespace

TEST_CASE("on loopback everybody reads, and only the token changes") {
    Desk desk;
    desk.dispatcher.set_tokens(Token(secret), {});
    CHECK(desk.ask(arrival("GET", "/status")).status == 200);
    const auto missing = desk.ask(arrival("POST", "/pause"));
    CHECK(missing.status == 401);
    CHECK(value_of(missing.headers, "WWW-Authenticate") == "Bearer");
    CHECK(code_in(missing) == "unauthorized");
    for (const auto* wrong : {"Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0",
                              "Bearer ", "Bearer", "Basic 0123456789abcdef", "0123456789abcdef"}) {
        INFO(wrong);
        CHECK(desk.ask(arrival("POST", "/pause", wrong)).status == 401);
    }
    CHECK(desk.handled == 1);
    CHECK(desk.ask(arrival("POST", "/pause", "bearer  0123456789abcdef")).status == 200);
    CHECK(desk.handled == 2);
}

TEST_CASE("without a token in the configuration nothing is changed, and the key is named") {
    Desk desk;
    for (const auto* authorization : {"", "Bearer ", "Bearer x"}) {
        const auto refused = desk.ask(arrival("POST", "/pause", authorization));
        CHECK(refused.status == 403);
        CHECK_THAT(refused.body, Contains("http.token_file"));
    }
    CHECK(desk.handled == 0);
}

TEST_CASE("off loopback reading needs the token too, health does not") {
    Desk desk;
    auto reading = arrival("GET", "/status");
    reading.open_reading = false;
    reading.host = "reconciler.example";
    const auto refused = desk.ask(reading);
    CHECK(refused.status == 401);
    CHECK_THAT(refused.body, Contains("http.token_file"));
    desk.dispatcher.set_tokens(Token(secret), {});
    CHECK(desk.ask(reading).status == 401);
    reading.authorization = std::string("Bearer ") + secret;
    CHECK(desk.ask(reading).status == 200);
    auto health = arrival("GET", "/healthz");
    health.open_reading = false;
    CHECK(desk.ask(health).status == 200);
}

TEST_CASE("the token for reading reads where a token is needed, and changes nothing anywhere") {
    const std::string read_only = "Bearer fedcba9876543210";
    Desk desk;
    desk.dispatcher.set_tokens(Token(secret), Token("fedcba9876543210"));
    auto reading = arrival("GET", "/status", read_only);
    reading.open_reading = false;
    CHECK(desk.ask(reading).status == 200);
    reading.authorization = std::string("Bearer ") + secret;
    CHECK(desk.ask(reading).status == 200);
    reading.authorization = "Bearer neither-of-the-two";
    const auto neither = desk.ask(reading);
    CHECK(neither.status == 401);
    CHECK_THAT(neither.body, Contains("http.token_file") && Contains("http.read_token_file"));
    CHECK(desk.handled == 2);

    auto change = arrival("POST", "/pause", read_only);
    for (const bool loopback : {true, false}) {
        change.open_reading = loopback;
        const auto refused = desk.ask(change);
        CHECK(refused.status == 403);
        CHECK(code_in(refused) == "forbidden");
        CHECK_THAT(refused.body, Contains("only allows reading") && Contains("http.token_file"));
    }
    desk.dispatcher.set_tokens({}, Token("fedcba9876543210"));
    CHECK_THAT(desk.ask(change).body, Contains("accepts no changes over HTTP"));
    CHECK(desk.handled == 2);
    reading.authorization = read_only;
    CHECK(desk.ask(reading).status == 200);
}

TEST_CASE("a name that a stranger's DNS points here is refused") {
    Desk desk;
    desk.dispatcher.set_tokens(Token(secret), {});
    for (const auto* host : {"evil.example:9530", "localhost.evil.example", "", "127.0.0.1.evil.example", "10.0.0.1",
                             "[::1", "localhost:80:80", "127.0.0.1@evil"}) {
        INFO(host);
        auto rebound = arrival("GET", "/status");
        rebound.host = host;
        CHECK(desk.ask(rebound).status == 400);
    }
    CHECK(desk.handled == 0);
    for (const auto* host : {"localhost", "LOCALHOST:9530", "127.0.0.1:1", "127.8.8.8", "[::1]:9530"}) {
        INFO(host);
        auto own = arrival("GET", "/status");
        own.host = host;
        CHECK(desk.ask(own).status == 200);
    }
    auto over_socket = arrival("GET", "/status");
    over_socket.host = "evil.example";
    over_socket.local_socket = true;
    CHECK(desk.ask(over_socket).status == 200);
}

TEST_CASE("what is not there, and what is thrown") {
    Desk desk;
    CHECK(desk.ask(arrival("GET", "/nothing")).status == 404);
    CHECK(desk.ask(arrival("GET", "/%zz")).status == 400);
    CHECK(desk.ask(arrival("GET", "/status?limit=1")).status == 200);
    CHECK_THAT(desk.ask(arrival("GET", "/status?limits=1")).body, Contains("limits"));
    CHECK(desk.ask(arrival("GET", "/status?limit=1&limit=2")).status == 400);
    const auto method = desk.ask(arrival("DELETE", "/pause"));
    CHECK(method.status == 405);
    CHECK(value_of(method.headers, "Allow") == "POST");
    const auto refused = desk.ask(arrival("GET", "/refuses"));
    CHECK(refused.status == 404);
    CHECK_THAT(refused.body, Contains("no workflow instance 7"));
    const auto broken = desk.ask(arrival("GET", "/breaks"));
    CHECK(broken.status == 500);
    CHECK_THAT(broken.body, !Contains("secret detail"));
}

TEST_CASE("the address to listen on is a name of this machine") {
    CHECK(is_own_host("10.1.2.3:9530", "10.1.2.3"));
}

TEST_CASE("on loopback a page of another site cannot make the daemon work, a link to it can be followed") {
    Desk desk;
    const auto from = [](const char* site, const char* mode, const char* dest) {
        auto made = arrival("GET", "/status");
        made.fetch_site = site;
        made.fetch_mode = mode;
        made.fetch_dest = dest;
        return made;
    };
    for (const auto* site : {"cross-site", "same-site"}) {
        INFO(site);
        CHECK(desk.ask(from(site, "no-cors", "image")).status == 403);
        CHECK(desk.ask(from(site, "cors", "empty")).status == 403);
        CHECK(desk.ask(from(site, "navigate", "iframe")).status == 403);
        CHECK(desk.ask(from(site, "navigate", "document")).status == 200);
    }
    CHECK(desk.ask(from("same-origin", "cors", "empty")).status == 200);
    CHECK(desk.ask(from("none", "navigate", "document")).status == 200);
    CHECK(desk.ask(from("", "", "")).status == 200);
    CHECK(desk.handled == 5);

    auto off_loopback = from("cross-site", "no-cors", "image");
    off_loopback.open_reading = false;
    CHECK(desk.ask(off_loopback).status == 401);
    auto local = from("cross-site", "no-cors", "image");
    local.local_socket = true;
    CHECK(desk.ask(local).status == 200);
}

TEST_CASE("the dispatcher tells when a token was replaced") {
    Desk desk;
    CHECK(desk.dispatcher.set_tokens(Token(secret), {}));
    CHECK(!desk.dispatcher.set_tokens(Token(secret), {}));
    CHECK(desk.dispatcher.set_tokens(Token(secret), Token("another-0123456789")));
    CHECK(desk.dispatcher.set_tokens({}, Token("another-0123456789")));
}

}  // namespace dsr::dispatcher_test
