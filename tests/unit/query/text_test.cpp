// SPDX-License-Identifier: Apache-2.0
#include "query/text.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "model/task_instance.hpp"
#include "query/query_service.hpp"
#include "query/sweep_text.hpp"
#include "query/table.hpp"
#include "query/timeline.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::query_text_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using query::QueryService;

namespace {

query::Style style(bool colour) {
    return {.colour = colour, .width = 0, .clock = {noon, true}};
}

/// A printed answer to each question, over a cluster with an orphan whose name would clear the screen.
struct Printed {
    explicit Printed(bool colour) {
        SweepBench bench;
        bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
        auto evil = row(1, "10.0.0.7:5678");
        evil.name = "wf\033[2J\u009b2J\n";
        bench.add(evil);
        bench.tables->tasks[1] = {{{1}, {1}, 1, "SPARK", "w:1"}, 1, 1, {}, {}, "load", noon - 2h, "app_1"};
        const QueryService query_service{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
        query::print_status(status, query::status(query_service.daemon_status(), noon), style(colour));
        query::print_verdicts(verdicts, to_json(query_service.verdicts({}, {}, 10)), style(colour));
        query::print_explanation(explanation, to_json(query_service.explain({1})), style(colour));
        query::print_impact(impact, to_json(query_service.impact()), style(colour));
        query::print_history(history, to_json(query_service.history({}, 10)), style(colour));
    }
    std::ostringstream status, verdicts, explanation, impact, history;
    [[nodiscard]] std::string all() const {
        return status.str() + verdicts.str() + explanation.str() + impact.str() + history.str();
    }
};

bool has(const std::ostringstream& out, const std::string& text) {
    return out.str().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("status and explain print a stuck queue with what frees it") {
    auto schema = schema_3_4();
    schema.serial_queue = true;
    SweepBench bench(at_once(), schema);
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.tables->serial_commands = {{5, 9001, 1, 10, 1}};
    bench.tables->queues_unread = "t_ds_command";
    const QueryService query_service{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
    std::ostringstream status;
    std::ostringstream explanation;
    query::print_status(status, query::status(query_service.daemon_status(), noon), style(false));
    query::print_explanation(explanation, to_json(query_service.explain({10})), style(false));
    for (const auto* out : {&status, &explanation}) {
        CHECK(has(*out, "Stuck queue: the serial queue of workflow definition 9001 version 1 is stuck"));
        CHECK(has(*out, "  To free it: delete from t_ds_serial_command where id = 5;\n"));
    }
    CHECK(has(status, "Queues not read: t_ds_command"));
}

TEST_CASE("status prints since when its state is, and that the next hand-over is held") {
    query::DaemonStatus daemon_status;
    daemon_status.replica = "r";
    daemon_status.version = "1";
    daemon_status.started_at = noon - 1h;
    SweepReport report;
    report.started_at = noon;
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::mass_loss, "many"}};
    report.next_action_at = noon + 1min;
    daemon_status.finished(report);
    std::ostringstream out;
    query::print_status(out, query::status(daemon_status, noon), style(false));
    CHECK(has(out, "r, version 1, started 1 h 00 m ago (11:00:00Z); held, since now (12:00:00Z)\n"));
    CHECK(has(out, "Next hand-over: held: mass loss\n"));
    CHECK(has(out, "Mode: act; grace 2 m 30 s, 2 view(s) of the registry\n"));
    CHECK(has(out, "Last sweep: held now (12:00:00Z), took 0 ms; 0 workflow(s) due for recovery, 0 handed over\n"));
    CHECK_FALSE(has(out, "if nothing changes"));
}

TEST_CASE("after a sweep that failed the status says as of when it is, without colours") {
    query::DaemonStatus daemon_status;
    SweepReport report;
    report.started_at = noon;
    report.masters = {live("10.0.0.8:5678", noon - 2h)};
    report.verdicts[static_cast<std::size_t>(Verdict::owned)] = 5;
    daemon_status.finished(report);
    std::ostringstream good;
    query::print_status(good, query::status(daemon_status, noon), style(true));
    CHECK(has(good, "\033[32mlive\033[0m"));
    CHECK_FALSE(has(good, "as of"));
    report.started_at = noon + 10s;
    report.outcome = SweepReport::Outcome::failed;
    daemon_status.finished(report);
    std::ostringstream failed;
    query::print_status(failed, query::status(daemon_status, noon), style(true));
    CHECK(has(failed, "Not judged, because the last sweep failed. What follows is as of now (12:00:00Z)\n"));
    CHECK(has(failed, "10.0.0.8:5678  live"));
    CHECK_FALSE(has(failed, "\033[32m"));
}

TEST_CASE("several clusters have a line each, and those without an answer their reason") {
    query::DaemonStatus daemon_status;
    SweepReport report;
    report.started_at = noon;
    report.masters = {live("10.0.0.8:5678", noon - 2h)};
    report.absent_masters = {{{"10.0.0.90:5678"}, std::nullopt, noon - 112s, 2, true, false, noon + 38s}};
    report.verdicts[static_cast<std::size_t>(Verdict::waiting)] = 40;
    report.verdicts[static_cast<std::size_t>(Verdict::stranded)] = 1;
    daemon_status.finished(report);
    daemon_status.cluster.name = "nightly";
    auto older = query::status(daemon_status, noon);
    older.erase("masters");
    std::ostringstream out;
    print_clusters(out,
                   query::clusters({{"blue", query::status(daemon_status, noon), ""},
                                    {"green", nullptr, "no daemon answers at /run/x"},
                                    {"old", older, ""}},
                                   noon),
                   style(false));
    CHECK(has(out, "nightly"));
    CHECK(has(out, "workflows lost"));  // not masters
    CHECK(has(out, "1/2 registered"));
    CHECK(has(out, "  41 "));
    CHECK(has(out, "green    no answer"));
    CHECK(has(out, "green: no daemon answers at /run/x\n"));
    CHECK(has(out, "old: the daemon is of another version; restart it\n"));
}

TEST_CASE("the status counts verdicts, then shows masters: missing ones first, live ones past ten with --all-masters") {
    query::DaemonStatus daemon_status;
    SweepReport report;
    report.started_at = noon;
    for (int i = 10; i < 32; ++i) report.masters.push_back(live(fmt::format("10.0.0.{}:5678", i), noon - 2h));
    report.absent_masters = {{{"10.0.0.90:5678"}, std::nullopt, noon - 112s, 2, true, false, noon + 38s}};
    report.verdicts[static_cast<std::size_t>(Verdict::owned)] = 5;
    report.verdicts[static_cast<std::size_t>(Verdict::overdue)] = 2;
    report.owners[{"10.0.0.90:5678"}] = {.owned = 0, .waiting = 41, .orphan = 0, .other = 0};
    report.owners[{"10.0.0.31:5678"}] = {.owned = 0, .waiting = 0, .orphan = 7, .other = 0};
    daemon_status.finished(report);
    std::ostringstream short_text;
    query::print_status(short_text, query::status(daemon_status, noon), style(false));
    const auto text = short_text.str();
    CHECK(text.find("overdue") < text.find("owned"));
    CHECK(text.find("5  owned") < text.find("10.0.0.90:5678"));
    CHECK(text.find("10.0.0.90:5678") < text.find("10.0.0.31:5678"));  // of an earlier incarnation of a live master
    CHECK(text.find("10.0.0.31:5678") < text.find("10.0.0.10:5678"));
    CHECK(text.find("      41 ") != std::string::npos);
    CHECK(has(short_text, "10.0.0.18:5678"));
    CHECK_FALSE(has(short_text, "10.0.0.19:5678"));
    CHECK(has(short_text, "… and 12 more live master(s): --all-masters\n"));
    auto all = style(false);
    all.all_masters = true;
    std::ostringstream whole;
    query::print_status(whole, query::status(daemon_status, noon), all);
    CHECK(has(whole, "10.0.0.30:5678"));
    CHECK_FALSE(has(whole, "more live"));
}

TEST_CASE("the end of a page of verdicts is the option for the next one, as a shell takes it") {
    query::Verdicts verdicts;
    verdicts.matching = 7;
    const auto printed = [&](const std::string& after) {
        verdicts.next_after = after;
        std::ostringstream out;
        query::print_verdicts(out, to_json(verdicts), style(false));
        return out.str();
    };
    CHECK(printed("g/4711") == "0 of 7 row(s); next page: the same command with --after g/4711\n");
    CHECK_THAT(printed("it's so/1"), Catch::Contains(R"(--after 'it'\''s so/1')"));
}

TEST_CASE("a sweep's text says how many rows it leaves out, and what lists them") {
    SweepReport report;
    report.dry_run = true;
    report.started_at = noon;
    for (std::int64_t id = 1; id <= 530; ++id)
        report.add({{id}, {"10.0.0.7:5678"}, Verdict::orphan, Outcome::would_recover, ""});
    for (std::int64_t id = 1; id <= 25; ++id) report.notices.push_back({{id}, "a:1", {Verdict::waiting, "why", {}}});
    report.notices_total = 3000;
    std::ostringstream out;
    query::print(out, report, style(false));
    CHECK(has(out, "… and 480 more: --json has the first 1000, `ds-reconcilerd verdicts` lists all\n"));
    CHECK(has(out, "… and 2980 more: `ds-reconcilerd verdicts` lists all\n"));
    CHECK(query::Json::parse(query::json_of(report))["notices_total"] == 3000);
}

TEST_CASE("answers are printed for people, without escapes when not on a terminal") {
    const Printed printed(false);
    CHECK(printed.all().find('\033') == std::string::npos);
    CHECK(printed.all().find("\u009b") == std::string::npos);
    CHECK(has(printed.status, "Not asked of a daemon"));
    CHECK(has(printed.status, "10.0.0.8:5678  live"));
    CHECK(has(printed.verdicts, "10.0.0.7:5678"));
    CHECK(has(printed.verdicts, "wf?[2J?2J?"));
    CHECK(has(printed.explanation, "Workflow instance 1: orphan\nhost 10.0.0.7:5678 absent for 0 ms"));
    CHECK(has(printed.explanation, "grace_over"));
    CHECK(has(printed.explanation, "1 RUNNING_EXECUTION"));
    CHECK(has(printed.explanation, "\n  taken up "));
    CHECK(has(printed.impact, "re-run 1 workflow(s) now"));
    CHECK(has(printed.impact, "app_1"));
    CHECK(has(printed.impact, "2 h 00 m"));
    CHECK(has(printed.history, "The journal has no entries"));
}

TEST_CASE("shadow mode's score and what it noted are printed") {
    SweepBench bench;
    bench.shadow = true;
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.add(row(1, "10.0.0.7:5678"));
    bench.sweep();
    const QueryService query_service{
        bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer, {}, true};
    std::ostringstream status;
    std::ostringstream history;
    query::print_status(status, query::status(query_service.daemon_status(), noon), style(false));
    query::print_history(history, to_json(query_service.history({}, 10)), style(false));
    CHECK(has(status, "Mode: shadow, only the journal is written; grace "));
    CHECK(has(status, "Shadow: 1 loss: 0 agreed, 0 would have doubled, 0 would have been saved, 1 open"));
    CHECK(has(history, "10.0.0.7:5678"));
    CHECK(has(history, "open"));
    CHECK_FALSE(has(history, "The journal has no entries"));
}

TEST_CASE("on a terminal verdicts are coloured, and every colour ends") {
    const Printed printed(true);
    CHECK(has(printed.verdicts, "orphan"));
    CHECK_FALSE(has(printed.verdicts, "\033[31m"));  // nobody must act
    CHECK(has(printed.status, "\033[32mlive\033[0m"));
    CHECK(printed.all().find("\033[2J") == std::string::npos);
    std::size_t begun = 0;
    std::size_t ended = 0;
    const auto text = printed.all();
    for (auto at = text.find("\033["); at != std::string::npos; at = text.find("\033[", at + 1))
        ++(text.compare(at, 4, "\033[0m") == 0 ? ended : begun);
    CHECK(begun > 0);
    CHECK(begun == ended);
}

TEST_CASE("an explanation says each fact once, and is red only where a person must act") {
    Policy policy;
    policy.grace = 150s;
    SweepBench bench(policy);
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.add(row(1, "10.0.0.7:5678"));
    bench.add(row(2, "10.0.0.8:5678"));
    bench.add(row(3, "10.0.0.7:5678"));
    bench.tables->instances[3].row.definition_code = 7777;
    bench.tables->all_definitions_exist = false;
    bench.tables->definitions.insert({9001, 1});
    bench.sweep();
    const auto printed = [&](std::int64_t id, Policy by) {
        const QueryService query_service{bench.sweeper->context(), by, bench.sweeper->memory(),
                                         QueryService::Role::observer};
        std::ostringstream out;
        query::print_explanation(out, to_json(query_service.explain({id})), style(true));
        return out.str();
    };
    const auto times = [](const std::string& text, const std::string& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    };
    const auto waiting = printed(1, policy);
    CHECK(times(waiting, "absent for") == 1);
    CHECK(times(waiting, "view(s)") == 1);
    CHECK(times(waiting, "waiting, see above") == 1);
    CHECK(times(waiting, "its host is not registered") == 1);
    CHECK(times(waiting, "\033[31m") == 0);
    const auto owned = printed(2, policy);
    CHECK(times(owned, "stops here") == 1);
    CHECK(times(owned, "owned, see above") == 1);
    CHECK(times(owned, "\033[31m") == 0);
    CHECK(times(printed(1, at_once()), "the grace of 0 ms is over") == 1);
    CHECK(times(printed(3, at_once()), "\033[31m") == 2);  // the verdict, and where it stops
}

TEST_CASE("application links are a list without blanks and empty places") {
    using Links = std::vector<std::string>;
    CHECK(application_links("") == Links{});
    CHECK(application_links(" , ,") == Links{});
    CHECK(application_links("a") == Links{"a"});
    CHECK(application_links(" a, b b ,,c\n") == Links{"a", "b b", "c"});
}

TEST_CASE("the status says what needs a person, what was not observed, and no times that say nothing") {
    query::DaemonStatus daemon_status;
    SweepReport report;
    report.started_at = noon;
    const Incarnation last{{"10.0.0.91:5678"}, noon - 3h, 7};
    report.absent_masters = {{{"10.0.0.90:5678"}, std::nullopt, noon - 112s, 2, true, false, noon + 38s, false},
                             {{"10.0.0.91:5678"}, last, noon - 50s, 2, true, false, std::nullopt}};
    const auto printed = [&] {
        daemon_status.finished(report);
        std::ostringstream out;
        query::print_status(out, query::status(daemon_status, noon), style(false));
        return out.str();
    };
    CHECK_THAT(printed(), !Catch::Contains("Needs a person"));
    report.verdicts[static_cast<std::size_t>(Verdict::unrecoverable)] = 1;
    report.need_person = {{111}};
    const auto one = printed();
    CHECK_THAT(one, Catch::Contains("Needs a person: 1 (111): `ds-reconcilerd verdicts` begins with it, `explain 111` "
                                    "says what to do\n"));
    CHECK_THAT(one, Catch::Contains("  at least 1 m 52 s ago (11:58:08Z)  in 38 s (12:00:38Z)"));
    CHECK_THAT(one, Catch::Contains("10.0.0.91:5678  absent  -         50 s ago (11:59:10Z)"));
    report.verdicts[static_cast<std::size_t>(Verdict::failed)] = 2;
    CHECK_THAT(printed(), Catch::Contains("Needs a person: 3 (111, …): `ds-reconcilerd verdicts` begins with them"));
}

TEST_CASE("states and projects are printed by name, a project without a name by its code") {
    SweepBench bench;
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.add(row(1, "10.0.0.7:5678"));
    bench.tables->projects[9001] = {17, std::nullopt};
    bench.sweep(true);
    const auto printed = [&] {
        const QueryService query_service{bench.sweeper->context(), bench.policy(), bench.sweeper->memory(),
                                         QueryService::Role::observer};
        std::ostringstream out;
        query::print_verdicts(out, to_json(query_service.verdicts({}, {}, 10)), style(false));
        query::print_explanation(out, to_json(query_service.explain({1})), style(false));
        query::print_impact(out, to_json(query_service.impact()), style(false));
        return out.str();
    };
    const auto coded = printed();
    CHECK_THAT(coded, Catch::Contains("10.0.0.7:5678  RUNNING_EXECUTION  17       wf-1"));
    CHECK_THAT(coded, Catch::Contains("  project     17\n"));
    CHECK_THAT(coded, Catch::Contains("0 unfinished task(s), 0 external application(s)\n"));  // nothing runs for "-"
    CHECK_THAT(coded, Catch::Contains("absent since at least now (12:00:00Z), because its loss was not observed\n"));
    CHECK_THAT(coded, !Catch::Contains("10 s apart"));  // without a grace each view counts
    bench.tables->projects[9001].name = "nightly";
    CHECK_THAT(printed(), Catch::Contains("  project     nightly\n"));
}

TEST_CASE("a sweep hands over, and only a master's take-up is told as such") {
    SweepReport report;
    report.started_at = noon;
    report.duration = 5s;
    CHECK(query::sentence_of_hand_overs(report, 10min).empty());
    report.add({{1}, {"a:1"}, Verdict::orphan, Outcome::recovered, ""});
    report.add({{2}, {"a:1"}, Verdict::orphan, Outcome::recovered, ""});
    report.receipts[static_cast<std::size_t>(Receipt::recovered)] = 3;
    report.receipts[static_cast<std::size_t>(Receipt::failed)] = 1;
    report.unconfirmed = 4;
    CHECK(query::line_of(report) ==
          "sweep done: 0 master(s); 2 handed over; of earlier hand-overs: 3 taken up, 1 failed, 4 not taken up yet; "
          "5 s");
    CHECK(query::sentence_of_hand_overs(report, 10min) ==
          "2 workflow(s) were handed over and are pending until a master takes them up; what is not taken up by "
          "2026-11-23T12:10:05.000Z is overdue (failover.confirm_within)");
    std::ostringstream out;
    print(out, report, style(false));
    CHECK(has(out, "orphan   handed over"));
    CHECK(has(out, "3 earlier failover(s) are now taken up"));
    CHECK(out.str().find("recovered") == std::string::npos);
    report.why_no_journal = "its tables are missing";
    CHECK(query::sentence_of_hand_overs(report, 10min).empty());
}

TEST_CASE("the timeline is printed, one line an event") {
    query::TimelineAnswer answer;
    answer.taken_at = noon;
    std::ostringstream none;
    query::print_timeline(none, to_json(answer), style(false));
    CHECK(none.str() == "Nothing happened since 1 d 00 h ago (2026-11-22 12:00:00Z)\n");
    answer.timeline.events = {
        {.at = noon - 5min, .kind = TimelineKind::masters_lost, .count = 3, .masters = {{"a:1"}, {"b:1"}}},
        {.at = noon - 4min, .kind = TimelineKind::hold_began, .guard = Guard::mass_loss, .reason = "many"}};
    answer.recoveries = query::grouped({{{"a:1"}, Receipt::recovered, 7, noon - 2min, noon - 2min, noon - 1min, {1}},
                                        {{"b:1"}, Receipt::failed, 1, noon - 2min, noon - 2min, noon - 1min, {9}}});
    answer.notes = {{3, noon - 3min, ControlAction::release_mass_loss, {}, {}, "ada", "looked"}};
    answer.complete = false;
    std::ostringstream out;
    query::print_timeline(out, to_json(answer), style(false));
    CHECK(out.str() ==
          "  at                        event         what\n"
          "  2 m 00 s ago (11:58:00Z)  recovery      8 workflow(s) of a:1, b:1 handed over: 7 taken up, 1 failed\n"
          "  3 m 00 s ago (11:57:00Z)  command       ada release_mass_loss: looked\n"
          "  4 m 00 s ago (11:56:00Z)  hold began    mass_loss: many\n"
          "  5 m 00 s ago (11:55:00Z)  masters lost  3 master(s): a:1, b:1 and 1 more\n"
          "There was more; `ds-reconcilerd history` has the rest\n");
}

TEST_CASE("the timeline says of an unobserved loss and of shadow mode only what was seen") {
    query::TimelineAnswer answer;
    answer.taken_at = noon;
    answer.timeline.events = {{.at = noon - 5min,
                               .kind = TimelineKind::masters_lost,
                               .count = 1,
                               .masters = {{"a:1"}},
                               .reason = std::string(Timeline::loss_not_observed)}};
    std::vector<journal::RecoveryCount> counts;
    for (const auto* host : {"a:1", "b:1", "c:1", "d:1", "e:1", "f:1"})
        counts.push_back({{host}, Receipt::awaited, 2, noon - 2min, noon - 2min, {}, {1}});
    answer.shadow = query::grouped(counts);
    std::ostringstream out;
    query::print_timeline(out, to_json(answer), style(false));
    CHECK(has(out, "masters absent  1 master(s): a:1; absent already when this daemon first looked\n"));
    CHECK(has(out, "12 workflow(s) of a:1, b:1, c:1, d:1, e:1 and 1 more would have been handed over\n"));
}

TEST_CASE("the history says when a hand-over was taken up") {
    query::History history;
    auto entry = entry_for(row(1, "10.0.0.7:5678"), noon - 90s);
    entry.verdict = Verdict::orphan;
    entry.receipt = Receipt::recovered;
    entry.receipt_at = noon - 80s;
    entry.taken_by = "10.0.0.8:5678";
    history.entries = {entry};
    std::ostringstream out;
    query::print_history(out, to_json(history), style(false));
    CHECK(has(out, "it was  result     result at"));
    CHECK(has(out, "orphan  recovered  1 m 20 s ago (11:58:40Z)  10.0.0.8:5678"));
}

}  // namespace dsr::query_text_test
