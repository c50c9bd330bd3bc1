// SPDX-License-Identifier: Apache-2.0
#include "query/check_up.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "support/builders.hpp"

namespace dsr::check_up_test {

using namespace model;
using query::Advice;
using query::Check;
using query::CheckUp;
using query::Finding;
using test::noon;

namespace {

LiveMaster master(const std::string& address) {
    LiveMaster live;
    live.address = MasterAddress{address};
    live.startup_time = Instant{} + std::chrono::hours{1};
    live.process_id = 7;
    return live;
}

/// A dry run in which everything holds; each test spoils one thing.
struct World {
    SweepReport report;
    ZoneEvidence zone;
    ClusterEvidence cluster;
    std::size_t workers = 2;

    World() {
        report.registry_reached = true;
        report.masters = {master("a:5678"), master("b:5678")};
        for (auto& step : report.steps) step = std::chrono::microseconds{5};
        for (const auto& live : report.masters)
            zone.proofs[live.address] = {*live.startup_time, live.process_id, Instant{} + std::chrono::hours{2}};
        cluster.standing = ClusterStanding::proven;
    }

    [[nodiscard]] CheckUp examined() const {
        return {query::checks_of({report, zone, cluster, workers, "zookeeper zk:2181"})};
    }
};

Check found(const CheckUp& check_up, const std::string& what) {
    const auto at = std::ranges::find(check_up.checks, what, &Check::what);
    REQUIRE(at != check_up.checks.end());
    return *at;
}

}  // namespace

TEST_CASE("doctor: everything holds") {
    const auto check_up = World().examined();
    for (const auto& check : check_up.checks) {
        INFO(check.what);
        CHECK(check.finding == Finding::passed);
        CHECK(check.remedy.empty());
    }
    CHECK(check_up.advice() == Advice::act);
    CHECK_FALSE(check_up.failed());
}

TEST_CASE("doctor: each thing that does not hold is named with a remedy") {
    World world;
    const auto spoilt = [&world](const std::string& what, Finding finding, Advice advice) {
        const auto check_up = world.examined();
        const auto check = found(check_up, what);
        CHECK(check.finding == finding);
        CHECK_FALSE(check.remedy.empty());
        CHECK(check_up.advice() == advice);
        CHECK(check_up.failed() == (finding == Finding::failed));
    };
    SECTION("a registry that does not answer") {
        world.report.registry_reached = false;
        world.report.masters.clear();
        world.report.steps = {};
        world.report.failure = "no answer";
        spoilt("registry", Finding::failed, Advice::fix);
    }
    SECTION("a namespace without masters") {
        world.report.masters.clear();
        spoilt("masters", Finding::failed, Advice::fix);
    }
    SECTION("one master only") {
        world.report.masters.pop_back();
        spoilt("masters", Finding::advice, Advice::shadow);
    }
    SECTION("no worker") {
        world.workers = 0;
        spoilt("workers", Finding::advice, Advice::shadow);
    }
    SECTION("clocks that differ") {
        world.report.holds = {{Guard::clock, "they differ"}};
        spoilt("clocks", Finding::failed, Advice::fix);
    }
    SECTION("a master that has not shown its zone") {
        world.zone.proofs.erase(MasterAddress{"a:5678"});
        spoilt("time zone", Finding::advice, Advice::shadow);
    }
    SECTION("a row that contradicts the zone") {
        world.zone.doubt = ZoneDoubt{};
        spoilt("time zone", Finding::failed, Advice::fix);
    }
    SECTION("a cluster that no row has proven") {
        world.cluster.standing = ClusterStanding::unknown;
        spoilt("one cluster", Finding::advice, Advice::shadow);
    }
    SECTION("a database of another cluster") {
        world.cluster.standing = ClusterStanding::disproved;
        spoilt("one cluster", Finding::failed, Advice::fix);
    }
    SECTION("no journal") {
        world.report.why_no_journal = "its tables are missing";
        world.report.holds = {{Guard::no_journal, "no journal"}};
        spoilt("journal", Finding::failed, Advice::fix);
    }
    SECTION("no journal, in shadow mode, which runs without") {
        world.report.shadow = true;
        world.report.why_no_journal = "its tables are missing";
        spoilt("journal", Finding::advice, Advice::shadow);
    }
    SECTION("another guard") {
        world.report.holds = {{Guard::mass_loss, "half of them went"}};
        spoilt("guard", Finding::advice, Advice::shadow);
        CHECK(found(world.examined(), "guard").seen == "mass_loss: half of them went");
    }
    SECTION("a scan of the history") {
        world.report.index_advice = "the last sweep read 5 rows in 900 ms";
        spoilt("index", Finding::advice, Advice::shadow);
    }
    SECTION("rows that cannot be judged") {
        world.report.verdicts[static_cast<std::size_t>(Verdict::ambiguous)] = 3;
        spoilt("workflows", Finding::advice, Advice::shadow);
    }
    SECTION("a sweep that ended early") {
        world.report.steps = {};
        world.report.failure = "the database went away";
        spoilt("a dry sweep", Finding::failed, Advice::fix);
    }
}

TEST_CASE("doctor: a missing right to act leaves shadow mode, what was left out on purpose leaves act") {
    CheckUp check_up{{{"rights to act", Finding::failed, "missing", "grant"}}};
    CHECK(check_up.failed());
    CHECK(check_up.advice() == Advice::shadow);
    check_up.checks = {{"alerts", Finding::not_tried, "", "--send"}, {"daemon", Finding::not_tried, "", "start it"}};
    CHECK_FALSE(check_up.failed());
    CHECK(check_up.advice() == Advice::act);
}

TEST_CASE("doctor: the workflows add up, and those that need a person are among them") {
    World world;
    const auto count = [&world](Verdict verdict, std::uint64_t rows) {
        world.report.verdicts[static_cast<std::size_t>(verdict)] = rows;
    };
    count(Verdict::owned, 9);
    count(Verdict::recovering, 1);
    CHECK(found(world.examined(), "workflows").finding == Finding::passed);
    for (std::size_t i = 0; i < verdict_count; ++i) world.report.verdicts[i] = 1;
    CHECK(found(world.examined(), "workflows").seen ==
          "17 unfinished: 1 owned by live masters, 1 waiting for the end of a grace, 3 to hand over in mode act, 2 "
          "handed over and not taken up yet, 5 that need a person, 1 that cannot be judged, 1 zombie, 1 parked, 1 "
          "unassigned, 1 superseded");
    world.report.verdicts = {};
    count(Verdict::unrecoverable, 1);
    CHECK(found(world.examined(), "workflows").seen == "1 unfinished: 0 owned by live masters, 1 that need a person");
    CHECK(found(world.examined(), "workflows").finding == Finding::advice);
}

TEST_CASE("doctor: the advice names what keeps it from act, and fits the daemon that runs") {
    World world;
    world.report.verdicts[static_cast<std::size_t>(Verdict::unrecoverable)] = 1;
    const auto last_line = [](const CheckUp& check_up) {
        std::ostringstream out;
        query::print(out, check_up, {.colour = false, .width = 0, .clock = {noon, true}});
        return out.str().substr(out.str().find("Advice:"));
    };
    auto check_up = world.examined();
    CHECK(check_up.advice() == Advice::shadow);
    CHECK(last_line(check_up) ==
          "Advice: failover.mode: shadow, because of: workflows. Let it watch until these lines say passed.\n");
    check_up.acts = true;
    CHECK(check_up.advice() == Advice::act);
    CHECK(last_line(check_up) == "Advice: failover.mode: act, as the daemon here has it.\n");
    world.cluster.standing = ClusterStanding::unknown;
    check_up = world.examined();
    check_up.acts = true;
    CHECK(check_up.advice() == Advice::shadow);
    CHECK(check_up.in_the_way() == std::vector<std::string>{"one cluster"});
}

TEST_CASE("doctor: releases that were looked at") {
    SchemaFacts schema;
    const auto finding = [&schema](std::optional<Version> version) {
        schema.version = version;
        return query::release_check(schema).finding;
    };
    CHECK(finding(Version{2, 0, 2}) == Finding::passed);
    CHECK(finding(Version{3, 4, 9}) == Finding::passed);
    CHECK(finding(Version{2, 0, 1}) == Finding::advice);
    CHECK(finding(Version{3, 5, 0}) == Finding::advice);
    CHECK(finding(std::nullopt) == Finding::advice);
}

TEST_CASE("doctor: text and JSON") {
    const CheckUp check_up{{{"registry", Finding::passed, "answered at 2026-11-23T12:00:00.000Z"},
                            {"masters", Finding::failed, "none\x1b[2J is registered", "check the namespace"}}};
    std::ostringstream out;
    query::print(out, check_up, {.colour = false, .width = 0, .clock = {noon, true}});
    CHECK(out.str() ==
          "  finding  check     what was seen, and what to do\n"
          "  passed   registry  answered at 12:00:00Z\n"
          "  failed   masters   none?[2J is registered\n"
          "                     -> check the namespace\n"
          "Advice: fix what failed before you start the daemon.\n");
    const auto json = query::to_json(check_up);
    CHECK(json.at("advice") == "fix");
    CHECK(json.at("checks").at(0).at("remedy").is_null());
    CHECK(json.at("checks").at(1).at("finding") == "failed");
}

}  // namespace dsr::check_up_test
