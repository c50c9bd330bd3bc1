// SPDX-License-Identifier: Apache-2.0
#include "query/daemon_status.hpp"

#include <catch2/catch.hpp>

#include "plan/judge.hpp"
#include "support/builders.hpp"
#include "support/openapi.hpp"

namespace dsr::daemon_status_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using query::DaemonStatus;
using query::Json;

namespace {

SweepReport whole_report() {
    SweepReport report;
    report.sweep = "2026-11-23T12:00:00.000Z/r";
    report.started_at = noon;
    report.duration = 42ms;
    report.masters = {live("10.0.0.8:5678", noon - 2h)};
    report.absent_masters = {
        {{"10.0.0.7:5678"}, std::nullopt, noon - 112s, 2, true, false, noon + 38s},
        {{"10.0.0.6:5678"}, Incarnation{{"10.0.0.6:5678"}, noon - 3h, 7}, noon - 9s, 1, true, true, std::nullopt}};
    report.verdicts[static_cast<std::size_t>(Verdict::orphan)] = 3;
    report.verdicts[static_cast<std::size_t>(Verdict::stranded)] = 1;
    report.verdicts[static_cast<std::size_t>(Verdict::owned)] = 5;
    report.owners[{"10.0.0.7:5678"}] = {.owned = 0, .waiting = 0, .orphan = 3, .other = 1};
    report.owners[{"10.0.0.8:5678"}] = {.owned = 5, .waiting = 0, .orphan = 0, .other = 0};
    report.add({{1}, {"10.0.0.7:5678"}, Verdict::orphan, Outcome::recovered, ""});
    report.next_action_at = noon + 38s;
    return report;
}

DaemonStatus standing_with(const SweepReport& report) {
    DaemonStatus daemon_status;
    daemon_status.version = "1";
    daemon_status.replica = "r";
    daemon_status.started_at = noon - 1h;
    daemon_status.finished(report);
    return daemon_status;
}

}  // namespace

TEST_CASE("before its first sweep a daemon says that it is starting, and keeps to the contract") {
    const auto json = query::status(DaemonStatus{}, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["state"] == "starting");
    CHECK(json["verdicts"].is_null());
    CHECK(json["last_sweep"].is_null());
    CHECK(json["masters"].empty());
}

TEST_CASE("the status tells what an index would spare, as long as the last sweep says so") {
    auto report = whole_report();
    CHECK(query::status(standing_with(report), noon)["index_advice"].is_null());
    report.index_advice = "it took its time";
    const auto json = query::status(standing_with(report), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["index_advice"] == "it took its time");
}

TEST_CASE("the status tells of the queues, once a sweep looked at them") {
    auto report = whole_report();
    CHECK(query::status(standing_with(report), noon)["queues"].is_null());
    report.queues.emplace();
    report.queues->stuck_total = 1;
    report.queues->stuck.push_back({5, 9001, 2, {10}, 6, 3, "it is stuck", "delete"});
    report.queues->ours = {4, 77, 11min, "no master has fetched it"};
    const auto json = query::status(standing_with(report), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["queues"]["stuck"][0]["workflow_instance_id"] == 10);
    CHECK(json["queues"]["unfetched_ours"]["oldest_age_ms"] == 660'000);
    CHECK(json["queues"]["unfetched_others"]["oldest_age_ms"].is_null());
    CHECK(json["queues"]["unread"].is_null());
}

TEST_CASE("the status names the row that went ahead of the others") {
    auto report = whole_report();
    CHECK(query::status(standing_with(report), noon)["canary"].is_null());
    report.canary = "7 orphans wait for workflow instance 4711";
    const auto json = query::status(standing_with(report), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["canary"] == report.canary);
}

TEST_CASE("the status tells masters in order, counts, and the last sweep in numbers") {
    const auto json = query::status(standing_with(whole_report()), noon + 1s);
    CAPTURE(faults(json, "Status"));
    CHECK(faults(json, "Status").empty());
    CHECK(json["state"] == "acting");
    CHECK(json["leads"] == true);
    REQUIRE(json["masters"].size() == 3);
    CHECK(json["masters"][0]["state"] == "zombie");
    CHECK(json["masters"][0]["process_id"] == 7);
    CHECK(json["masters"][1]["address"] == "10.0.0.7:5678");
    CHECK(json["masters"][1]["state"] == "absent");
    CHECK(json["masters"][1]["grace_over_at"] == "2026-11-23T12:00:38.000Z");
    CHECK(json["masters"][2]["state"] == "live");
    CHECK(json["masters"][0]["orphan"] == 0);
    CHECK(json["masters"][1]["orphan"] == 3);
    CHECK(json["masters"][1]["other"] == 1);
    CHECK(json["masters"][2]["owned"] == 5);
    CHECK(json["masters"][2]["waiting"] == 0);
    CHECK(json["last_sweep"]["found"] == 4);
    CHECK(json["last_sweep"]["recovered"] == 1);
    CHECK(json["last_sweep"]["unfinished"] == 9);
    CHECK(json["last_sweep"]["duration_ms"] == 42);
    CHECK(json["verdicts"]["orphan"] == 3);
}

TEST_CASE("a sweep that failed leaves who lives and what is lost as it was last seen") {
    auto daemon_status = standing_with(whole_report());
    SweepReport failed;
    failed.outcome = SweepReport::Outcome::failed;
    failed.failure = "the database is unreachable";
    daemon_status.finished(failed);
    const auto json = query::status(daemon_status, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["state"] == "failing");
    CHECK(json["last_sweep"]["failure"] == "the database is unreachable");
    CHECK(json["masters"].size() == 3);
    CHECK(json["verdicts"]["orphan"] == 3);
    CHECK(json["seen_at"] == rfc3339(noon));
    CHECK(query::status(DaemonStatus{}, noon)["seen_at"].is_null());
}

TEST_CASE("whether ZooKeeper answered is told by the last sweep that asked it, whatever else it says") {
    auto report = whole_report();
    CHECK(query::status(standing_with(report), noon)["registry_session"] == "unknown");
    report.registry_reached = true;
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::registry_not_fresh, "/nodes/master does not exist in ZooKeeper"}};
    CHECK(query::status(standing_with(report), noon)["registry_session"] == "connected");
    report.registry_reached = false;
    report.outcome = SweepReport::Outcome::failed;
    CHECK(query::status(standing_with(report), noon)["registry_session"] == "lost");
}

TEST_CASE("holds, a pause that stands and another leader are told") {
    auto report = whole_report();
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::paused, "paused by kim"}};
    report.pause = ControlNote{1, noon - 1min, ControlAction::pause, {}, noon + 1min, "kim", "upgrade"};
    auto json = query::status(standing_with(report), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["state"] == "held");
    CHECK(json["pause"]["by"] == "kim");
    CHECK(json["holds"][0]["guard"] == "paused");
    CHECK(query::status(standing_with(report), noon + 1min)["pause"].is_null());  // its time is over
    report.follows = true;
    report.leader = "other pid 2";
    json = query::status(standing_with(report), noon);
    CHECK(json["state"] == "following");
    CHECK(json["leads"] == false);
    CHECK(json["leader"] == "other pid 2");
}

TEST_CASE("a state is told with its own beginning, not the process's") {
    auto report = whole_report();
    DaemonStatus daemon_status;
    daemon_status.started_at = noon - 1h;
    CHECK(query::status(daemon_status, noon)["state_since"] == rfc3339(noon - 1h));
    const auto sweep_at = [&](Instant at, SweepReport::Outcome outcome) {
        report.started_at = at;
        report.outcome = outcome;
        daemon_status.finished(report);
        return query::status(daemon_status, noon)["state_since"];
    };
    CHECK(sweep_at(noon, SweepReport::Outcome::done) == rfc3339(noon));
    CHECK(sweep_at(noon + 10s, SweepReport::Outcome::held) == rfc3339(noon + 10s));
    CHECK(sweep_at(noon + 20s, SweepReport::Outcome::held) == rfc3339(noon + 10s));
    CHECK(sweep_at(noon + 30s, SweepReport::Outcome::done) == rfc3339(noon + 30s));
    const auto json = query::status(daemon_status, noon);
    CHECK(json["masters"][0]["state_since"] == json["masters"][0]["absent_since"]);
    CHECK(json["masters"][2]["state_since"] == json["masters"][2]["registered_at"]);
}

TEST_CASE("no next hand-over is told while a guard holds, or after a failure") {
    auto report = whole_report();
    auto daemon_status = standing_with(report);
    CHECK(query::status(daemon_status, noon)["next_action_at"] == rfc3339(noon + 38s));
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::lock_stuck, "one host"}};
    daemon_status.finished(report);
    CHECK(query::status(daemon_status, noon)["next_action_at"] == rfc3339(noon + 38s));
    report.holds = {{Guard::mass_loss, "many"}};
    daemon_status.finished(report);
    auto json = query::status(daemon_status, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["next_action_at"].is_null());
    CHECK(json["last_sweep"]["next_action_at"] == rfc3339(noon + 38s));
    SweepReport failed;
    failed.outcome = SweepReport::Outcome::failed;
    daemon_status.finished(whole_report());
    daemon_status.finished(failed);
    CHECK(query::status(daemon_status, noon)["next_action_at"].is_null());
}

TEST_CASE("shadow mode is told with its score, which mode act does not have") {
    auto report = whole_report();
    auto daemon_status = standing_with(report);
    auto json = query::status(daemon_status, noon);
    CHECK(json["mode"] == "act");
    CHECK(json["shadow"].is_null());
    daemon_status.shadow = report.shadow = true;
    daemon_status.finished(report);  // the journal told no score
    json = query::status(daemon_status, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["shadow"].is_null());
    report.shadow_score = ShadowScore{31, 27, 0, 4, 0};
    daemon_status.finished(report);
    json = query::status(daemon_status, noon);
    CAPTURE(faults(json, "Status"));
    CHECK(faults(json, "Status").empty());
    CHECK(json["state"] == "shadowing");
    CHECK(json["mode"] == "shadow");
    CHECK(json["shadow"]["losses"] == 31);
    CHECK(json["shadow"]["would_have_been_saved"] == 4);
    CHECK(json["shadow"]["in_words"] == "31 losses: 27 agreed, 0 would have doubled, 4 would have been saved");
    daemon_status.shadow = false;  // configured so, and no sweep in mode act yet
    json = query::status(daemon_status, noon);
    CHECK(json["mode"] == "act");
    CHECK(json["shadow"].is_null());
}

TEST_CASE("only so many sweeps are kept, the newest first") {
    DaemonStatus daemon_status;
    for (int i = 0; i < 250; ++i) {
        auto report = whole_report();
        report.sweep = std::to_string(i);
        daemon_status.finished(report);
    }
    CHECK(daemon_status.sweeps.size() == DaemonStatus::kept_sweeps);
    const auto json = query::sweeps(daemon_status, 2, noon);
    CHECK(faults(json, "Sweeps").empty());
    REQUIRE(json["sweeps"].size() == 2);
    CHECK(json["sweeps"][0]["sweep"] == "249");
    CHECK(json["sweeps"][1]["sweep"] == "248");
    CHECK(faults(query::sweeps(daemon_status, 1000, noon), "Sweeps").empty());
}

TEST_CASE("names in the contract are the names in the code") {
    const auto& schemas = openapi()["components"]["schemas"];
    const auto names = [&](const char* schema) { return schemas[schema]["enum"].get<std::vector<std::string>>(); };
    const auto same = [](const std::vector<std::string>& told, const auto& known) {
        return std::equal(told.begin(), told.end(), known.begin(), known.end());
    };
    CHECK(same(names("Verdict"), verdict_names));
    CHECK(same(names("Guard"), guard_names));
    CHECK(same(names("Outcome"), outcome_names));
    const auto property = [&](const char* schema, const char* key) {
        return schemas[schema]["properties"][key]["enum"].get<std::vector<std::string>>();
    };
    CHECK(same(property("Gate", "gate"), plan::gate_names));
    CHECK(same(property("JournalEntry", "receipt"), receipt_names));
    CHECK(same(property("JournalEntry", "kind"), entry_kind_names));
    CHECK(same(property("ShadowEntry", "kind"), entry_kind_names));
    CHECK(same(property("ShadowEntry", "compared"), comparison_names));
    CHECK(same(property("ControlNote", "action"), control_action_names));
}

TEST_CASE("the check of the contract finds what is missing, too much, or of another kind") {
    auto json = query::status(standing_with(whole_report()), noon);
    json["surprise"] = 1;
    json["masters"][0].erase("views");
    json["verdicts"]["orphan"] = -1;
    json["now"] = "today";
    json["state"] = "well";
    CHECK(faults(json, "Status").size() == 5);
}

TEST_CASE("the status names what needs a person, and says where a loss was not observed") {
    CHECK(query::status(DaemonStatus{}, noon)["needs_person"].is_null());
    auto report = whole_report();
    report.verdicts[static_cast<std::size_t>(Verdict::unrecoverable)] = 2;
    report.verdicts[static_cast<std::size_t>(Verdict::failed)] = 1;
    report.need_person = {{7}, {9}};
    report.absent_masters[0].witnessed = false;
    const auto json = query::status(standing_with(report), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["needs_person"] == Json{{"workflows", 3}, {"first", {7, 9}}});
    CHECK(json["masters"][0]["witnessed"] == true);
    CHECK(json["masters"][1]["witnessed"] == false);
    CHECK(json["masters"][2]["witnessed"].is_null());
}

}  // namespace dsr::daemon_status_test
