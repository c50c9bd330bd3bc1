// SPDX-License-Identifier: Apache-2.0
#include "alert/events.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "alert/digest.hpp"
#include "alert/ds_alert_table.hpp"
#include "alert/queue.hpp"
#include "support/builders.hpp"

namespace dsr::events_test {

using namespace dsr::model;
using namespace dsr::alert;
using namespace std::chrono_literals;

namespace {

SweepReport report_of(std::vector<Outcome> outcomes) {
    SweepReport report;
    report.started_at = test::noon;
    std::int64_t id = 0;
    for (const auto outcome : outcomes)
        report.add({{++id}, {"a:1"}, Verdict::orphan, outcome, outcome == Outcome::recovered ? "" : "why"});
    return report;
}

}  // namespace

TEST_CASE("a quiet sweep tells nothing, a dry run neither") {
    CHECK(alerts_of(report_of({})).empty());
    auto report = report_of({Outcome::would_recover});
    report.dry_run = true;
    report.lost_masters.push_back({"a:1"});
    CHECK(alerts_of(report).empty());
}

TEST_CASE("a lost master is told as a master would tell it, sign and all") {
    SweepReport report;
    report.lost_masters.push_back({"10.0.0.7:5678"});
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 1);
    const auto row = alert_row(alerts[0], 1);
    CHECK(row.title == "Fault tolerance warning");
    CHECK(row.content ==
          R"([{"type":"MASTER","host":"/nodes/master/10.0.0.7:5678","event":"SERVER_DOWN","warningLevel":"SERIOUS"}])");
    CHECK(row.sign == sha1_hex(row.content));
    CHECK(alert_row(alerts[0], 1, {"prod", "r", "https://ops.example.org/"}).content == row.content);
    CHECK(alert_row(alerts[0], 1, {"prod", "r"}).title == row.title);
    CHECK(row.warning_type == 2);
    CHECK(row.alert_type == 4);
}

TEST_CASE("masters that are lost together are one alert, which names the first few") {
    SweepReport report;
    for (int host = 1; host <= 18; ++host) report.lost_masters.push_back({fmt::format("10.0.0.{}:5678", host)});
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].title == "ds-reconciler: masters are lost");
    CHECK_THAT(alerts[0].summary, Catch::Contains("10.0.0.1:5678, 10.0.0.2:5678") &&
                                      Catch::Contains("10.0.0.5:5678 and 13 more") && !Catch::Contains("10.0.0.6"));
    const auto content = nlohmann::json::parse(alerts[0].content).at(0);
    CHECK(content.at("event") == "MASTERS_LOST");
    CHECK(content.at("masters") == 18);
    const auto row = alert_row(alerts[0], 1, {"prod", "r", "https://ops.example.org/"});
    CHECK(row.title == "[prod] ds-reconciler: masters are lost");
    const auto linked = nlohmann::json::parse(row.content).at(0);
    CHECK(linked.at("cluster") == "prod");
    CHECK(linked.at("link") == "https://ops.example.org/");
    CHECK(linked.at("event") == "MASTERS_LOST");
    CHECK_FALSE(alerts[0].as_master_would);
}

TEST_CASE("receipts of one kind are one alert, with their number") {
    SweepReport report;
    report.receipts[static_cast<std::size_t>(Receipt::overdue)] = 200;
    for (int id = 1; id <= 100; ++id) {
        auto entry = test::entry_for(test::row(id, "a:1"), test::noon);
        entry.receipt = Receipt::overdue;
        entry.message = "no master";
        report.receipts_to_tell.push_back(entry);
    }
    report.receipts_to_tell.back().receipt = Receipt::failed;
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 2);
    CHECK(alerts[0].title == "ds-reconciler: 200 recoveries are overdue");
    CHECK(alerts[0].key == "receipt:7:overdue:200");
    CHECK_THAT(alerts[0].summary, Catch::Contains("1, 2, 3, 4, 5 and 195 more") && Catch::Contains("no master"));
    CHECK(nlohmann::json::parse(alerts[0].content).at(0).at("workflowInstances") == 200);
    CHECK(alerts[1].title == "ds-reconciler: a recovery failed");
    for (const auto& alert : alerts) CHECK(alert.title.size() <= 64);
}

TEST_CASE("SHA-1 as everybody computes it") {
    CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("with no master left there is one alert, not one for each") {
    SweepReport report;
    report.lost_masters = {{"a:1"}, {"b:1"}};
    report.holds.push_back({Guard::no_live_master, "nobody"});
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].key == "held:no_live_master");
    CHECK(nlohmann::json::parse(alerts[0].content).at(0).at("guards") == "no_live_master");
}

TEST_CASE("what was recovered is news each time, what keeps failing is not") {
    auto first = report_of({Outcome::recovered, Outcome::recovered});
    auto second = first;
    second.started_at += 1min;
    CHECK(alerts_of(first).at(0).key != alerts_of(second).at(0).key);
    CHECK(alerts_of(first).at(0).title.size() <= 64);

    auto failing = report_of({Outcome::failed});
    auto still = failing;
    still.started_at += 1min;
    CHECK(alerts_of(failing).at(0).key == alerts_of(still).at(0).key);
    CHECK(alerts_of(failing).at(0).title.size() <= 64);
    CHECK_THAT(alerts_of(failing).at(0).summary, Catch::Contains("why"));
}

TEST_CASE("what is handed over is told with the first ids and hosts, and not as recovered") {
    auto report = report_of({Outcome::recovered, Outcome::recovered, Outcome::failed});
    CHECK(alerts_of(report).at(0).title == "ds-reconciler could not hand all workflows over");
    CHECK_THAT(alerts_of(report).at(0).summary,
               Catch::StartsWith("2 workflow(s) handed over to live masters: 1, 2, of a:1; 1 workflow(s) not handed "
                                 "over: 3, of a:1: why"));
    report = report_of(std::vector<Outcome>(2000, Outcome::recovered));
    for (int host = 0; host < 20; ++host)
        report.actions.at(static_cast<std::size_t>(host)).from_host = {fmt::format("b{:02}:1", host)};
    const auto alert = alerts_of(report).at(0);
    CHECK(alert.title == "ds-reconciler handed workflows over");
    CHECK_THAT(alert.summary, Catch::StartsWith("2000 workflow(s) handed over to live masters: 1, 2, 3, 4, 5 and 1995 "
                                                "more, of a:1, b00:1, b01:1, b02:1, b03:1 and 16 more"));
    CHECK(nlohmann::json::parse(alert.content).at(0).at("workflowInstanceIds") == "1, 2, 3, 4, 5 and 1995 more");
    CHECK(nlohmann::json::parse(alert.content).at(0).at("recovered") == 2000);
}

TEST_CASE("rows left to another's lock are told by the hold alone") {
    auto report = report_of({Outcome::skipped_lock});
    report.holds.push_back({Guard::lock_stuck, "held by x"});
    REQUIRE(alerts_of(report).size() == 1);
    CHECK(alerts_of(report)[0].key == "held:lock_stuck");
}

TEST_CASE("the same thing is not told twice within the window") {
    Suppression suppression(60min);
    CHECK(suppression.due("k", test::noon));
    suppression.told("k", test::noon);
    CHECK_FALSE(suppression.due("k", test::noon + 59min));
    CHECK(suppression.due("other", test::noon));
    CHECK(suppression.due("k", test::noon + 60min));
}

TEST_CASE("a recovery that is overdue or failed is told by its entry, once for each") {
    struct Case {
        Receipt receipt;
        std::string key;
        std::string event;
    };
    const auto told = GENERATE(values<Case>({
        {Receipt::overdue, "receipt:7:overdue", "RECOVERY_OVERDUE"},
        {Receipt::failed, "receipt:7:failed", "RECOVERY_FAILED"},
    }));
    auto entry = test::entry_for(test::row(42, "a:1"), test::noon);
    entry.receipt = told.receipt;
    entry.message = "no master";
    SweepReport report;
    report.receipts_to_tell.push_back(entry);
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].key == told.key);
    CHECK(alerts[0].severity == Severity::serious);
    CHECK(alerts[0].title.size() <= 64);
    CHECK_THAT(alerts[0].summary, Catch::Contains("42") && Catch::Contains("a:1") && Catch::Contains("no master"));
    const auto content = nlohmann::json::parse(alerts[0].content).at(0);
    CHECK(content.at("event") == told.event);
    CHECK(content.at("workflowInstanceId") == 42);
    CHECK(content.at("handedOverAt") == "2026-11-23T12:00:00.000Z");

    report.dry_run = true;
    CHECK(alerts_of(report).empty());
}

TEST_CASE("queues are told with what a person is to do, each kind once") {
    SweepReport report;
    report.queues.emplace();
    CHECK(alerts_of(report).empty());
    report.queues->stuck_total = 3;
    report.queues->stuck.push_back({5, 9001, 2, {10}, 6, 4, "it is stuck", "delete from here;"});
    report.queues->ours = {1, 70, 11min, "ours wait"};
    report.queues->others = {2, 60, 12min, "others wait"};
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 3);
    const auto field = [&](std::size_t alert, const char* name) {
        return nlohmann::json::parse(alerts.at(alert).content).at(0).at(name);
    };
    for (const auto& alert : alerts) CHECK(alert.title.size() <= 64);
    CHECK(alerts[0].summary ==
          "it is stuck. To free it: delete from here; 2 more queue(s) are stuck: see `ds-reconcilerd status`");
    CHECK(field(0, "event") == "SERIAL_QUEUE_STUCK");
    CHECK(field(0, "statement") == "delete from here;");
    CHECK(field(1, "event") == "COMMANDS_UNFETCHED");
    CHECK(field(1, "whose") == "ours");
    CHECK(field(1, "oldestSeconds") == 660);
    CHECK(field(2, "oldest") == 60);
    CHECK(alerts[1].key != alerts[2].key);

    auto later = report;
    later.queues->ours.age = 13min;
    CHECK(alerts_of(later).at(1).key == alerts[1].key);
    later.queues->stuck_total = 4;
    CHECK(alerts_of(later).at(0).key != alerts[0].key);
    later.shadow = true;
    CHECK(alerts_of(later).empty());
}

TEST_CASE("rows that a person must look at are told with the first of them, anew when there are more") {
    const auto verdict = GENERATE(Verdict::zombie, Verdict::quarantined);
    SweepReport report;
    report.verdicts[static_cast<std::size_t>(verdict)] = 2;
    report.notices.push_back({{8}, "b:1", {Verdict::ambiguous, "another matter", std::nullopt}});
    report.notices.push_back({{9}, "a:1", {verdict, "because", std::nullopt}});
    const auto alerts = alerts_of(report);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].severity == Severity::serious);
    CHECK(alerts[0].title.size() <= 64);
    CHECK_THAT(alerts[0].summary, Catch::Contains("the first is 9: because"));
    CHECK(nlohmann::json::parse(alerts[0].content).at(0).at("event") == std::string(name(verdict)));

    auto more = report;
    ++more.verdicts[static_cast<std::size_t>(verdict)];
    CHECK(alerts_of(more).at(0).key != alerts[0].key);

    report.notices.clear();  // beyond those that a report keeps
    CHECK(alerts_of(report).at(0).key == alerts[0].key);
}

TEST_CASE("what is looked at once more before it is believed alarms nobody") {
    SweepReport report;
    report.holds.push_back({Guard::registry_not_fresh, "all gone"});
    report.all_masters_lost_once = true;
    CHECK(alerts_of(report).empty());
}

TEST_CASE("a recovery says how many rows of the same hosts need a person") {
    auto report = report_of({Outcome::recovered});
    const auto content = [&] { return nlohmann::json::parse(alerts_of(report).at(0).content).at(0); };
    CHECK(content().at("needsPerson") == 0);
    CHECK_THAT(alerts_of(report).at(0).summary, !Catch::Contains("need"));
    report.owners[{"a:1"}].count(Verdict::unrecoverable);
    report.owners[{"a:1"}].count(Verdict::parked);
    report.owners[{"b:1"}].count(Verdict::unrecoverable);
    CHECK(content().at("needsPerson") == 1);
    CHECK(content().at("notRecovered") == 0);
    CHECK_THAT(alerts_of(report).at(0).summary, Catch::Contains("1 more need a person: `ds-reconcilerd verdicts`"));
}

}  // namespace dsr::events_test
