// SPDX-License-Identifier: Apache-2.0
// Resolved alerts: when a hold lifts or lost masters return, once, and only for what was reported.
#include "alert/resolved.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "alert/dispatcher.hpp"
#include "alert/ds_alert_table.hpp"
#include "alert/events.hpp"
#include "model/failure.hpp"
#include "support/builders.hpp"

namespace dsr::resolved_test {

using namespace dsr::model;
using namespace dsr::alert;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

using Keys = std::vector<std::string>;

/// A sweep that saw these masters and finished its plan.
SweepReport sweep_of(const std::vector<std::string>& live = {"b:1"}, const std::vector<Guard>& guards = {}) {
    SweepReport report;
    report.started_at = test::noon;
    for (const auto& address : live) {
        LiveMaster master;
        master.address = {address};
        report.masters.push_back(master);
    }
    for (const auto guard : guards) report.holds.push_back({guard, "because"});
    report.outcome = guards.empty() ? SweepReport::Outcome::done : SweepReport::Outcome::held;
    report.steps[static_cast<std::size_t>(Step::plan)] = 1us;
    if (guards.empty()) report.steps[static_cast<std::size_t>(Step::apply)] = 1us;
    return report;
}

SweepReport lost(const std::vector<std::string>& addresses) {
    auto report = sweep_of();
    for (const auto& address : addresses) {
        report.lost_masters.push_back({address});
        report.absent_masters.push_back({});
        report.absent_masters.back().address = {address};
    }
    return report;
}

struct World {
    OpenAlerts open{60min};
    Instant now = test::noon;

    /// The resolved ones of a sweep.
    std::vector<Alert> resolved(const SweepReport& report) {
        auto alerts = open.with_resolved(report, alerts_of(report), now);
        std::erase_if(alerts, [](const Alert& alert) { return !alert.is_resolved(); });
        return alerts;
    }
};

}  // namespace

TEST_CASE("a hold that lifts is resolved once") {
    World world;
    CHECK(world.resolved(sweep_of({"b:1"}, {Guard::paused})).empty());
    CHECK(world.resolved(sweep_of({"b:1"}, {Guard::paused})).empty());
    const auto alerts = world.resolved(sweep_of());
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].title == "Resolved: ds-reconciler holds");
    CHECK(alerts[0].summary == "no longer held by paused");
    CHECK(alerts[0].resolves == Keys{"held:paused"});
    CHECK(alerts[0].severity == Severity::serious);  // that of the alert it ends: a label of Alertmanager
    CHECK(nlohmann::json::parse(alerts[0].content).at(0).at("event") == "RESOLVED");
    CHECK(world.resolved(sweep_of()).empty());
}

TEST_CASE("one of two guards lifts: the alert that named both is over, and what still holds is named") {
    World world;
    CHECK(world.resolved(sweep_of({"b:1"}, {Guard::paused, Guard::clock})).empty());
    const auto alerts = world.resolved(sweep_of({"b:1"}, {Guard::clock}));
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].summary == "no longer held by paused; still held by clock");
    CHECK(alerts[0].resolves == Keys{"held:paused:clock"});
    const auto last = world.resolved(sweep_of());
    REQUIRE(last.size() == 1);
    CHECK(last[0].resolves == Keys{"held:clock"});
}

TEST_CASE("a further guard ends nothing, and at the end one alert is for both") {
    World world;
    CHECK(world.resolved(sweep_of({"b:1"}, {Guard::paused})).empty());
    CHECK(world.resolved(sweep_of({"b:1"}, {Guard::paused, Guard::clock})).empty());
    const auto alerts = world.resolved(sweep_of());
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].resolves == Keys{"held:paused", "held:paused:clock"});
}

TEST_CASE("lost masters are resolved when all of their alert are registered again") {
    World world;
    CHECK(world.resolved(lost({"a:1", "c:1"})).empty());
    CHECK(world.resolved(lost({"d:1"})).empty());
    CHECK(world.resolved(sweep_of({"b:1", "a:1"})).empty());
    const auto alerts = world.resolved(sweep_of({"a:1", "b:1", "c:1", "d:1"}));
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].summary == "3 master(s) registered again: a:1, c:1, d:1");
    CHECK(alerts[0].resolves == Keys{"lost_master:d:1", "lost_masters:a:1:2"});
    CHECK(alerts[0].title.size() <= 64);
}

TEST_CASE("a master whose workflows were handed over is still lost") {
    World world;
    CHECK(world.resolved(lost({"a:1"})).empty());
    CHECK(world.resolved(sweep_of({"b:1"})).empty());
}

TEST_CASE("a sweep that did not look ends nothing") {
    World world;
    (void)world.resolved(sweep_of({"b:1"}, {Guard::paused}));
    (void)world.resolved(lost({"a:1"}));
    (void)world.resolved(sweep_of({"b:1"}, {Guard::paused}));
    auto report = sweep_of({"a:1", "b:1"});
    SECTION("it failed") {
        report.outcome = SweepReport::Outcome::failed;
    }
    SECTION("it was interrupted") {
        report.interrupted = true;
    }
    SECTION("it never came to its plan") {
        report.steps = {};
    }
    CHECK(world.resolved(report).empty());
}

TEST_CASE("a view that is not fresh shows no master") {
    World world;
    (void)world.resolved(lost({"a:1"}));
    CHECK(world.resolved(sweep_of({"a:1", "b:1"}, {Guard::registry_not_fresh})).empty());
    const auto alerts = world.resolved(sweep_of({"a:1", "b:1"}, {Guard::paused}));
    REQUIRE(alerts.size() == 2);
    CHECK(alerts[0].resolves == Keys{"held:registry_not_fresh"});
    CHECK(alerts[1].resolves == Keys{"lost_master:a:1"});
}

TEST_CASE("a stuck lock is only over when locks were taken again") {
    World world;
    (void)world.resolved(sweep_of({"b:1"}, {Guard::lock_stuck}));
    const auto held = world.resolved(sweep_of({"b:1"}, {Guard::clock}));
    CHECK(held.empty());
    const auto alerts = world.resolved(sweep_of());
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].resolves == Keys{"held:clock", "held:lock_stuck"});
}

TEST_CASE("what comes and goes is reported again each time, but resolved once within alerts.suppress") {
    World world;
    const auto held = sweep_of({"b:1"}, {Guard::paused});
    (void)world.resolved(held);
    REQUIRE(world.resolved(sweep_of()).size() == 1);
    world.now += 10min;
    const auto again = world.open.with_resolved(held, alerts_of(held), world.now);
    REQUIRE(again.size() == 1);
    CHECK(again[0].recurs_after == rfc3339(test::noon));
    CHECK(alert_row(again[0], 1).sign != alert_row(alerts_of(held)[0], 1).sign);
    CHECK(world.resolved(sweep_of()).empty());
    world.now += 50min;
    CHECK(world.resolved(sweep_of()).size() == 1);
}

TEST_CASE("a reload keeps what is open, up to a bound") {
    World before;
    (void)before.resolved(lost({"a:1"}));
    for (std::size_t i = 0; i < OpenAlerts::max_open; ++i) {
        before.now += 1s;
        (void)before.resolved(lost({"m" + std::to_string(i) + ":1"}));
    }
    World after;
    after.open.inherit(before.open);
    CHECK(after.resolved(sweep_of({"a:1"})).empty());  // the oldest was forgotten
    CHECK(after.resolved(sweep_of({"m0:1"})).size() == 1);
}

namespace {

class Channel final : public AlertChannel {
public:
    explicit Channel(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] std::string name() const override { return name_; }
    void send(const Alert& alert, Instant) override {
        if (fails) throw Failure(ErrorKind::retry, "down");
        told.push_back(alert);
    }
    std::vector<Alert> told;
    bool fails = false;

private:
    std::string name_;
};

struct Dispatching {
    std::ostringstream out;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(out)};
    Channel one{"one"};
    Channel other{"other"};
    const SweepReport held = sweep_of({"b:1"}, {Guard::paused});
};

}  // namespace

TEST_CASE("a hold that recurs after it was resolved is not suppressed") {
    Dispatching world;
    AlertDispatcher dispatcher({&world.one}, 60min, world.log);
    dispatcher.dispatch_report(world.held, test::noon);
    dispatcher.dispatch_report(sweep_of(), test::noon + 1min);
    dispatcher.dispatch_report(world.held, test::noon + 2min);
    dispatcher.dispatch_report(world.held, test::noon + 3min);
    REQUIRE(world.one.told.size() == 3);
    CHECK(world.one.told[1].is_resolved());
    CHECK(world.one.told[2].key == "held:paused");
}

TEST_CASE("a channel hears the end only of what it was given") {
    Dispatching world;
    AlertDispatcher before({&world.one}, 60min, world.log);
    before.dispatch_report(world.held, test::noon);
    AlertDispatcher after({&world.one, &world.other}, 60min, world.log);
    after.inherit(before);
    after.dispatch_report(sweep_of(), test::noon + 1min);
    CHECK(world.one.told.size() == 2);
    CHECK(world.other.told.empty());
}

TEST_CASE("an alert that never got out is withdrawn with its end") {
    Dispatching world;
    world.one.fails = true;
    AlertDispatcher dispatcher({&world.one}, 60min, world.log);
    dispatcher.dispatch_report(world.held, test::noon);
    world.one.fails = false;
    SECTION("nothing waits any more") {
        dispatcher.dispatch_report(sweep_of(), test::noon + 1min);
        CHECK(world.one.told.empty());
    }
    SECTION("an end that waits is withdrawn when it holds again") {
        dispatcher.dispatch_report(world.held, test::noon + 1min);
        world.one.fails = true;
        dispatcher.dispatch_report(sweep_of(), test::noon + 2min);
        dispatcher.dispatch_report(world.held, test::noon + 3min);
        world.one.fails = false;
        dispatcher.dispatch_report(world.held, test::noon + 4min);
        REQUIRE(world.one.told.size() == 2);
        for (const auto& alert : world.one.told) CHECK(alert.key == "held:paused");
    }
}

TEST_CASE("an alert that failed and is tried again does not overtake its end") {
    Dispatching world;
    AlertQueue queue("one", world.log);
    const auto alert = alerts_of(world.held)[0];
    Alert end;
    end.key = "end";
    end.resolves = {alert.key};
    queue.add(alert, test::noon);
    auto sending = queue.take_front();
    queue.add(end, test::noon);
    queue.put_back_last(sending);  // it failed, perhaps after it arrived
    CHECK(queue.take_front().alert.key == "end");
    CHECK(queue.empty());

    queue.add(end, test::noon);
    auto ending = queue.take_front();
    queue.add(alert, test::noon);
    queue.put_back_last(ending);
    CHECK(queue.take_front().alert.key == alert.key);
    CHECK(queue.empty());
}

}  // namespace dsr::resolved_test
