// SPDX-License-Identifier: Apache-2.0
// openapi.json and the router: the same paths, methods and query parameters, and who needs the token.
#include "api/routes.hpp"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "http/dispatcher.hpp"
#include "model/failure.hpp"

namespace dsr::routes_test {

using nlohmann::json;

namespace {

struct Desk {
    boost::asio::io_context io;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
    query::DaemonStatus daemon_status;
    std::vector<std::function<void()>> posted;
    std::vector<model::ControlNote> told;
    int sweeps = 0;
    std::string problem;
    api::SweepThreadQueue sweep_queue{
        io,
        log,
        {[this](std::function<void()> work) { posted.push_back(std::move(work)); }, [] { return std::nullopt; }},
        {}};
    http::Dispatcher dispatcher{
        api::routes({[this]() -> const query::DaemonStatus& { return daemon_status; }, [this] { return problem; },
                     [this] { return problem; }, [] { return "up 1\n"; }, [this] { ++sweeps; },
                     [](const auto& done) {
                         done({{"blue", nullptr, "no daemon answers"}});
                     },
                     sweep_queue, std::make_shared<http::EventHub>(io, std::chrono::seconds{15}),
                     []() -> query::QueryService { throw model::Failure(model::ErrorKind::retry, "not yet"); },
                     [this](model::ControlNote note) {
                         note.number = 7;
                         told.push_back(note);
                         return note;
                     }}),
        log};

    http::Response ask(const std::string& method, const std::string& target, const std::string& body = "") {
        dispatcher.set_tokens(http::Token("0123456789abcdef"), {});
        http::Arrival arrival;
        arrival.method = method;
        arrival.target = target;
        arrival.host = "localhost";
        arrival.authorization = "Bearer 0123456789abcdef";
        arrival.content_type = body.empty() ? "" : "application/json";
        arrival.body = body;
        http::Response answer;
        dispatcher.handle(arrival, [&](http::Response response) { answer = std::move(response); });
        for (const auto& work : std::exchange(posted, {})) work();
        io.restart();
        io.poll();
        return answer;
    }
};

json contract() {
    std::ifstream file(std::string(DSR_SOURCE_DIR) + "/lib/api/openapi.json");
    return json::parse(file);
}

}  // namespace

TEST_CASE("the router and openapi.json have the same paths, methods, parameters and locks") {
    const auto document = contract();
    std::set<std::string> described;
    for (const auto& [path, operations] : document["paths"].items()) {
        for (const auto& [verb, operation] : operations.items()) {
            std::string method = verb;
            std::set<std::string> query;
            for (const auto& parameter : operation.value("parameters", json::array()))
                if (parameter["in"] == "query") query.insert(parameter["name"].get<std::string>());
            const auto& security = operation["security"];
            const auto* lock = security.empty() ? "open" : security.front().empty() ? "read" : "change";
            std::transform(method.begin(), method.end(), method.begin(), ::toupper);
            described.insert(method + " " + path + " " + json(query).dump() + " " + lock);
        }
    }
    boost::asio::io_context io;
    spdlog::logger log("test");
    api::SweepThreadQueue sweep_queue(io, log, {}, {});
    const auto router = api::routes({{}, {}, {}, {}, {}, {}, sweep_queue, {}, {}, {}});
    std::set<std::string> served;
    for (const auto& route : router.routes()) {
        const auto* lock = route.access == http::Access::open   ? "open"
                           : route.access == http::Access::read ? "read"
                                                                : "change";
        served.insert(route.method + " " + route.pattern + " " +
                      json(std::set<std::string>(route.query.begin(), route.query.end())).dump() + " " + lock);
    }
    CHECK(served == described);
}

TEST_CASE("the document that is served is the one in the source") {
    Desk desk;
    CHECK(json::parse(desk.ask("GET", "/api/v1/openapi.json").body) == contract());
}

TEST_CASE("the clusters are those that the neighbours answer") {
    Desk desk;
    const auto answer = json::parse(desk.ask("GET", "/api/v1/clusters").body);
    CHECK(answer.at("clusters") ==
          json::array({{{"name", "blue"}, {"status", nullptr}, {"error", "no daemon answers"}}}));
}

TEST_CASE("health") {
    Desk desk;
    CHECK(desk.ask("GET", "/healthz").status == 200);
    desk.problem = "nothing moved";
    const auto failing = desk.ask("GET", "/readyz");
    CHECK(failing.status == 503);
    CHECK(json::parse(failing.body)["reason"] == "nothing moved");
    CHECK(desk.ask("GET", "/metrics").body == "up 1\n");
}

TEST_CASE("off loopback readiness gives its reason, which names databases, only to who may read") {
    Desk desk;
    desk.problem = "no answer from the database ds at 10.0.0.5";
    desk.dispatcher.set_tokens(http::Token("0123456789abcdef"), {});
    const auto reason = [&](const std::string& authorization, bool loopback) {
        http::Arrival arrival;
        arrival.method = "GET";
        arrival.target = "/readyz";
        arrival.host = "localhost";
        arrival.authorization = authorization;
        arrival.open_reading = loopback;
        http::Response answer;
        desk.dispatcher.handle(arrival, [&](http::Response response) { answer = std::move(response); });
        CHECK(answer.status == 503);
        return json::parse(answer.body)["reason"];
    };
    CHECK(reason("", false) == nullptr);
    CHECK(reason("Bearer wrong", false) == nullptr);
    CHECK(reason("Bearer 0123456789abcdef", false) == desk.problem);
    CHECK(reason("", true) == desk.problem);
}

TEST_CASE("what is told goes to the journal, and a sweep follows") {
    Desk desk;
    const auto paused = desk.ask("POST", "/api/v1/pause", R"({"reason": "upgrade", "by": "ada", "for": "2h"})");
    REQUIRE(paused.status == 200);
    CHECK(json::parse(paused.body)["number"] == 7);
    REQUIRE(desk.told.size() == 1);
    CHECK(desk.told[0].who == "ada");
    CHECK(*desk.told[0].until - desk.told[0].at == std::chrono::hours{2});
    CHECK(desk.sweeps == 1);
    CHECK(desk.ask("POST", "/api/v1/release", R"({"reason": "x", "instance": 2147483647})").status == 200);
    CHECK(desk.told[1].instance->value == 2147483647);
    CHECK(desk.told[1].who == "api");
    CHECK(desk.ask("POST", "/api/v1/release", R"({"reason": "x", "mass_loss": true})").status == 200);
    CHECK(desk.told[2].action == model::ControlAction::release_mass_loss);
    CHECK(desk.ask("POST", "/api/v1/release", R"({"reason": "x", "clock": true})").status == 200);
    CHECK(desk.told[3].action == model::ControlAction::release_clock);
    CHECK(desk.ask("POST", "/api/v1/resume", R"({"reason": "x"})").status == 200);
    CHECK(desk.ask("POST", "/api/v1/sweep").status == 202);
    CHECK(desk.sweeps == 6);
    CHECK(desk.ask("POST", "/api/v1/release", R"({"reason": "x", "database": true})").status == 200);
    CHECK(desk.told.back().action == model::ControlAction::release_database);
}

TEST_CASE("bodies that make no sense are refused before anything is written") {
    Desk desk;
    for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
             {"pause", "{}"},
             {"pause", R"({"reason": ""})"},
             {"pause", R"({"reason": "x", "for": "2 h"})"},
             {"pause", R"({"reason": "x", "for": "02h"})"},
             {"pause", R"({"reason": "x", "for": "1000000d"})"},
             {"pause", R"({"reason": "x", "for": "h"})"},
             {"pause", R"({"reason": "x", "for": null})"},
             {"pause", R"({"reason": "x", "until": "tomorrow"})"},
             {"resume", R"({"reason": "x", "for": "2h"})"},
             {"release", R"({"reason": "x"})"},
             {"release", R"({"reason": "x", "instance": 2147483648})"},
             {"release", R"({"reason": "x", "instance": 1, "mass_loss": true})"},
             {"release", R"({"reason": "x", "instance": 0})"},
             {"release", R"({"reason": "x", "instance": -1})"},
             {"release", R"({"reason": "x", "instance": 1.0})"},
             {"release", R"({"reason": "x", "instance": 18446744073709551615})"},
             {"release", R"({"reason": "x", "instance": "1"})"},
             {"release", R"({"reason": "x", "mass_loss": false})"},
             {"release", R"({"reason": "x", "database": false})"},
             {"release", R"({"reason": "x", "database": true, "mass_loss": true})"},
             {"release", R"({"reason": "x", "clock": false})"},
             {"release", R"({"reason": "x", "clock": true, "mass_loss": true})"},
             {"release", R"({"reason": "x", "instance": 1, "clock": true})"},
             {"sweep", R"({"now": true})"},
             {"sweep", "[]"},
         }) {
        INFO(path << " " << body);
        CHECK(desk.ask("POST", "/api/v1/" + path, body).status == 400);
    }
    CHECK(desk.told.empty());
    CHECK(desk.sweeps == 0);
}

TEST_CASE("questions that make no sense are refused, others go to the sweep's thread") {
    Desk desk;
    for (const auto* target :
         {"/api/v1/verdicts?limit=0", "/api/v1/verdicts?limit=1001", "/api/v1/verdicts?verdict=dead",
          "/api/v1/verdicts?host=", "/api/v1/verdicts?after=-1", "/api/v1/verdicts?after=a/",
          "/api/v1/verdicts?sort=size", "/api/v1/verdicts?state=1",
          "/api/v1/verdicts?name=", "/api/v1/verdicts?sort=id&sort=id", "/api/v1/explain/0", "/api/v1/explain/x",
          "/api/v1/explain/2147483648", "/api/v1/history?limit=x", "/api/v1/impact?x=1", "/api/v1/sweeps?limit=201"}) {
        INFO(target);
        CHECK(desk.ask("GET", target).status == 400);
    }
    for (const auto* target : {"/api/v1/verdicts?verdict=orphan&verdict=waiting&host=a%0ab", "/api/v1/explain/1",
                               "/api/v1/verdicts?state=PAUSE&state=FAILOVER&sort=name&after=a%2Fb%2F7&project=1&name=x",
                               "/api/v1/history?instance=1", "/api/v1/impact"}) {
        INFO(target);
        CHECK(desk.ask("GET", target).status == 503);
    }
}

}  // namespace dsr::routes_test
