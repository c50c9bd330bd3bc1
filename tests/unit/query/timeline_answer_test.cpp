// SPDX-License-Identifier: Apache-2.0
// The timeline as it is answered: grouped by loss, in order, as openapi.json says; and made by sweeps.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "query/query_service.hpp"
#include "query/timeline.hpp"
#include "support/openapi.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::timeline_answer_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using journal::RecoveryCount;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

query::TimelineAnswer ask(SweepBench& bench) {
    bench.tables->now = bench.now;
    return query::QueryService(bench.sweeper->context(), bench.policy(), bench.sweeper->memory(),
                               query::QueryService::Role::replica)
        .timeline();
}

std::vector<std::string> kinds_in(const query::Json& json) {
    std::vector<std::string> kinds;
    for (const auto& event : json.at("events")) kinds.push_back(event.at("kind"));
    return kinds;
}

}  // namespace

TEST_CASE("hand-overs of several sweeps and hosts within ten minutes are one recovery") {
    const auto recoveries = query::grouped({
        {{"b:1"}, Receipt::recovered, 3, noon + 40s, noon + 41s, noon + 60s, {7}},
        {{"a:1"}, Receipt::recovered, 10, noon, noon + 1s, noon + 30s, {4}},
        {{"a:1"}, Receipt::failed, 1, noon, noon, noon + 50s, {2}},
        {{"a:1"}, Receipt::awaited, 1, noon + 1h, noon + 1h, {}, {9}},
    });
    REQUIRE(recoveries.size() == 2);
    CHECK(recoveries[0].at == noon + 1h);
    CHECK_FALSE(recoveries[0].ended_at);
    const auto& first = recoveries[1];
    CHECK(first.at == noon);
    CHECK(first.workflows == 14);
    CHECK(first.receipts[static_cast<std::size_t>(Receipt::recovered)] == 13);
    CHECK(first.receipts[static_cast<std::size_t>(Receipt::failed)] == 1);
    CHECK(first.ended_at == noon + 60s);
    REQUIRE(first.hosts.size() == 2);
    CHECK(first.hosts[0].address.text == "a:1");
    CHECK(first.hosts[0].workflows == 11);
    CHECK(first.hosts[0].taken_up == 10);
    CHECK(first.hosts[0].first == WorkflowInstanceId{2});
}

TEST_CASE("a loss, its recovery, a hold and a command come as one timeline, also to another replica") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.add(row(1, dead));
    bench.add(row(2, dead));
    bench.sweep();
    CHECK(to_json(ask(bench)).at("events").empty());
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
    bench.take_up(alive);
    bench.now += 20s;
    bench.sweep();
    ControlNote note;
    note.at = bench.now;
    note.action = ControlAction::pause;
    note.who = "ada";
    note.why = "an upgrade";
    bench.journal->note(note);
    bench.now += 20s;
    bench.sweep();
    note.at = bench.now;
    note.action = ControlAction::resume;
    bench.journal->note(note);
    bench.now += 20s;
    bench.cluster->add_master({dead}, bench.now, 3);
    bench.sweep();
    bench.restart();
    const auto json = to_json(ask(bench));
    CAPTURE(faults(json, "Timeline"));
    CHECK(faults(json, "Timeline").empty());
    CHECK(kinds_in(json) ==
          std::vector<std::string>{"hold_ended", "masters_back", "command", "command", "recovery", "masters_lost"});
    CHECK(json.at("events").at(5).at("reason").is_null());
    const auto& recovery = json.at("events").at(4).at("recovery");
    CHECK(recovery.at("workflows") == 2);
    CHECK(recovery.at("taken_up") == 2);
    CHECK(recovery.at("hosts").at(0).at("address") == dead);
    bench.now += 25h;
    CHECK(to_json(ask(bench)).at("events").empty());
}

TEST_CASE("shadow mode's timeline says what would have been handed over") {
    SweepBench bench;
    bench.shadow = true;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    bench.sweep();
    const auto json = to_json(ask(bench));
    CHECK(faults(json, "Timeline").empty());
    CHECK(kinds_in(json) == std::vector<std::string>{"shadow", "masters_lost"});
    CHECK(json.at("events").at(1).at("reason") == Timeline::loss_not_observed);
}

TEST_CASE("without a journal the timeline says what is missing") {
    SweepBench bench;
    bench.tables->journal.exist = false;
    CHECK_THROWS_AS(ask(bench), Failure);
}

}  // namespace dsr::timeline_answer_test
