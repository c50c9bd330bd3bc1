// SPDX-License-Identifier: Apache-2.0
#include "query/query_service.hpp"

#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/openapi.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::query_service_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using query::Explanation;
using query::NextStep;
using query::QueryService;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

Policy patient() {
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    return policy;
}

/// 1 is of the dead master, 2 of the living one, 3 is parked, 4 has a command, 5 has no host, 9 has finished.
SweepBench cluster(Policy policy = at_once()) {
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    bench.add(row(2, alive));
    bench.add(row(3, dead, state::serial_wait));
    bench.add(row(4, dead));
    bench.tables->add_command(4);
    bench.add(row(5, ""));
    bench.add(row(9, dead, 7));
    return bench;
}

QueryService ask(SweepBench& bench, QueryService::Role role = QueryService::Role::replica) {
    bench.tables->now = bench.now;
    return {bench.sweeper->context(), bench.policy(), bench.sweeper->memory(), role};
}

std::vector<std::int64_t> ids_of(const query::Verdicts& verdicts) {
    std::vector<std::int64_t> ids;
    for (const auto& row : verdicts.rows) ids.push_back(row.id.value);
    return ids;
}

}  // namespace

TEST_CASE("every unfinished row has its verdict, the same as a sweep's") {
    auto bench = cluster();
    const auto verdicts = ask(bench).verdicts({}, {}, 100);
    CHECK(faults(to_json(verdicts), "Verdicts").empty());
    CHECK(ids_of(verdicts) == std::vector<std::int64_t>{5, 1, 4, 3, 2});
    CHECK(verdicts.rows[1].judgement.verdict == Verdict::orphan);
    CHECK(verdicts.rows[4].judgement.verdict == Verdict::owned);
    CHECK(verdicts.matching == 5);
    CHECK_FALSE(verdicts.next_after);
    CHECK(verdicts.counts == bench.sweep(true).verdicts);
}

TEST_CASE("verdicts are picked by verdict and host, and come in pages") {
    auto bench = cluster();
    const auto query_service = ask(bench);
    const auto picked = query_service.verdicts({.verdicts = {Verdict::owned, Verdict::parked}}, {}, 100);
    CHECK(ids_of(picked) == std::vector<std::int64_t>{3, 2});
    CHECK(picked.matching == 2);
    CHECK(picked.counts[static_cast<std::size_t>(Verdict::orphan)] == 1);  // counts are of all rows
    CHECK(ids_of(query_service.verdicts({.host = dead}, {}, 100)) == std::vector<std::int64_t>{1, 4, 3});
    const auto first = query_service.verdicts({}, {}, 2);
    CHECK(ids_of(first) == std::vector<std::int64_t>{5, 1});
    REQUIRE(first.next_after);
    CHECK(first.matching == 5);
    const auto second = query_service.verdicts({}, *first.next_after, 3);
    CHECK(ids_of(second) == std::vector<std::int64_t>{4, 3, 2});
    CHECK_FALSE(second.next_after);
}

TEST_CASE("verdicts have their project, by which they are picked and sorted") {
    auto bench = cluster();
    auto other = row(6, dead);
    other.definition_code = 9002;
    bench.add(other);
    bench.tables->projects[9001] = {1, "nightly"};
    bench.tables->projects[9002] = {2, "daily"};
    const auto picked = ask(bench).verdicts({.project = "daily"}, {}, 100);
    REQUIRE(ids_of(picked) == std::vector<std::int64_t>{6});
    CHECK(picked.rows[0].project == Project{2, "daily"});
    CHECK(faults(to_json(picked), "Verdicts").empty());
    CHECK(ids_of(ask(bench).verdicts({.sort = query::VerdictSort::project}, {}, 1)) == std::vector<std::int64_t>{6});
    bench.store->hook = [](fakes::StoreOperation operation, fakes::StoreMoment) {
        if (operation == fakes::StoreOperation::projects_of) throw Failure(ErrorKind::permanent, "no privilege");
    };
    CHECK(ask(bench).verdicts({}, {}, 100).rows.size() == 6);
    CHECK_THROWS_AS(ask(bench).verdicts({.project = "daily"}, {}, 100), Failure);
}

TEST_CASE("asking writes nothing and leaves what the daemon remembers as it was") {
    auto bench = cluster(patient());
    bench.sweep();
    const auto membership = bench.sweeper->memory().membership;
    bench.store->writes.clear();
    const auto journal = bench.tables->journal.entries;
    const auto persisted = bench.tables->journal.persisted;
    bench.registry->hook = [](fakes::Operation operation, fakes::Moment) {
        CHECK((operation == fakes::Operation::observe || operation == fakes::Operation::leadership));
    };
    bench.now += 30s;
    const auto query_service = ask(bench);
    (void)query_service.verdicts({}, {}, 10);
    (void)query_service.explain({1});
    (void)query_service.impact();
    (void)query_service.history({}, 10);
    (void)query_service.daemon_status();
    CHECK(bench.sweeper->memory().membership == membership);
    CHECK(bench.store->writes.empty());
    CHECK(bench.tables->journal.entries == journal);
    CHECK(bench.tables->journal.persisted == persisted);
}

TEST_CASE("a waiting row is explained: its owner, the gates, what follows and when") {
    auto bench = cluster(patient());
    bench.cluster->add_master({dead}, noon - 3h, 2);
    bench.sweep();
    bench.cluster->masters.erase({dead});
    bench.now += 60s;
    bench.sweep();
    bench.now += 52s;
    const auto explained = ask(bench).explain({1});
    CAPTURE(faults(to_json(explained), "Explanation"));
    CHECK(faults(to_json(explained), "Explanation").empty());
    CHECK(explained.standing == Explanation::Standing::unfinished);
    CHECK(explained.verdict == Verdict::waiting);
    CHECK(explained.reason ==
          "host 10.0.0.7:5678 absent for 52 s (missing in 2 view(s), 2 required); due after 2 m 30 s, at "
          "2026-11-23T12:03:30.000Z");
    REQUIRE(explained.owner);
    CHECK_FALSE(explained.owner->registered);
    REQUIRE(explained.owner->absence);
    CHECK(explained.owner->absence->witnessed);
    CHECK(explained.owner->startup_time == noon - 3h);
    CHECK(explained.next_step.what == NextStep::What::handed_over);
    CHECK(explained.next_step.at == noon + 210s);
    CHECK(explained.state_since == noon + 60s);
    CHECK(to_json(explained)["state_since"] == "2026-11-23T12:01:00.000Z");
    CHECK(explained.gates.back().passed == false);
    CHECK(explained.gates.back().gate == plan::Gate::grace_over);
}

TEST_CASE("an owned row is explained by its master") {
    auto bench = cluster();
    const auto explained = ask(bench).explain({2});
    CHECK(explained.verdict == Verdict::owned);
    REQUIRE(explained.owner);
    CHECK(explained.owner->registered);
    CHECK(explained.owner->startup_time == noon - 2h);
    CHECK(explained.next_step.what == NextStep::What::nothing);
}

TEST_CASE("the journal's part is told, of rows that are gone too") {
    auto bench = cluster();
    bench.sweep();
    bench.journal->note({0, noon, ControlAction::release, WorkflowInstanceId{1}, {}, "kim", "looked at it"});
    auto explained = ask(bench).explain({1});
    REQUIRE(explained.journal.size() == 1);
    CHECK(explained.journal[0].instance.value == 1);
    REQUIRE(explained.notes.size() == 1);
    CHECK(explained.notes[0].who == "kim");
    CHECK(faults(to_json(explained), "Explanation").empty());
    bench.tables->instances.erase(1);
    explained = ask(bench).explain({1});
    CHECK(explained.standing == Explanation::Standing::gone);
    CHECK(explained.journal.size() == 1);
    CHECK(faults(to_json(explained), "Explanation").empty());
}

TEST_CASE("a release is refused at once where nothing is left to a person, with the reason") {
    auto bench = cluster();
    const auto refused = [&](std::int64_t id) { return ask(bench).release_refused({id}).value_or(""); };
    CHECK_THAT(refused(1), Catch::Contains("it is orphan and needs no release"));
    CHECK_THAT(refused(2), Catch::Contains("it is owned: "));
    CHECK_THAT(refused(3), Catch::Contains("it is parked: "));
    CHECK_THAT(refused(4), Catch::Contains("it is pending: "));
    CHECK_THAT(refused(5), Catch::Contains("it is unassigned: "));
    CHECK_THAT(refused(9), Catch::Contains("finished"));
    CHECK(refused(77).empty());  // it is told that there is none
    bench.sweep();
    CHECK_THAT(refused(1), Catch::Contains("it is pending: "));
    bench.tables->commands.clear();
    CHECK_THAT(refused(1), Catch::Contains("it is recovering: "));
    bench.now += 11min;
    CHECK(refused(1).empty());  // overdue: a person decides
    auto waits = cluster(patient());
    CHECK_THAT(ask(waits).release_refused({1}).value_or(""), Catch::Contains("it is waiting: "));
    waits.registry->hook = [](fakes::Operation, fakes::Moment) { throw Failure(ErrorKind::retry, "away"); };
    CHECK_FALSE(ask(waits).release_refused({2}));  // the next sweep tells
}

TEST_CASE("the row that went ahead may be released, whether a daemon is asked or the journal") {
    auto policy = at_once();
    policy.max_per_sweep = 1;
    auto bench = cluster(policy);
    bench.add(row(6, dead));
    bench.sweep();
    bench.now += 10s;
    bench.sweep();  // keeps which one it was
    REQUIRE(bench.sweeper->memory().canary);
    const auto id = bench.sweeper->memory().canary->instance;
    CHECK_FALSE(ask(bench).release_refused(id));
    const QueryService observer{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
    CHECK_FALSE(observer.release_refused(id));
    CHECK(observer.release_refused({2}));
}

TEST_CASE("explain names the stuck serial queue that an instance blocks, or waits in") {
    auto schema = schema_3_4();
    schema.serial_queue = true;
    SweepBench bench(at_once(), schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(10, alive, state::failure));
    bench.add(row(11, alive, state::serial_wait));
    bench.add(row(12, alive));  // of the same definition, not in the queue
    bench.tables->serial_commands = {{5, 9001, 1, 10, 1}, {6, 9001, 1, 11, 0}};
    bench.sweep();
    bench.now += 20s;
    for (const std::int64_t id : {10, 11}) {
        const auto explained = ask(bench).explain({id});
        CHECK(faults(to_json(explained), "Explanation").empty());
        REQUIRE(explained.stuck_queue);
        CHECK(explained.stuck_queue->instance.value == 10);
        CHECK(to_json(explained)["stuck_queue"]["statement"] == "delete from t_ds_serial_command where id = 5;");
    }
    CHECK_FALSE(ask(bench).explain({12}).stuck_queue);
    bench.tables->instances.erase(10);
    const auto gone = ask(bench).explain({10});
    CHECK(gone.standing == Explanation::Standing::gone);
    CHECK_THAT(gone.reason, Catch::Contains("a serial queue still names it"));
    CHECK(gone.stuck_queue);
    // Where no daemon runs one look must do.
    bench.restart();
    CHECK_FALSE(ask(bench).explain({11}).stuck_queue);
    const auto visited = ask(bench, QueryService::Role::observer);
    CHECK_THAT(visited.explain({11}).stuck_queue->reason, Catch::Contains("check again"));
    CHECK(query::status(visited.daemon_status(), bench.now)["queues"]["stuck_total"] == 1);
}

TEST_CASE("a finished and an unknown instance get a clear answer") {
    auto bench = cluster();
    const auto finished = ask(bench).explain({9});
    CHECK(finished.standing == Explanation::Standing::finished);
    CHECK(finished.reason.find("finished") != std::string::npos);
    CHECK(finished.gates.empty());
    CHECK(faults(to_json(finished), "Explanation").empty());
    const auto unknown = ask(bench).explain({77});
    CHECK(unknown.standing == Explanation::Standing::unknown);
    CHECK(faults(to_json(unknown), "Explanation").empty());
}

TEST_CASE("what is explained is what the plan judged, for every row") {
    auto bench = cluster(patient());
    bench.sweep();
    bench.now += 20s;
    const auto query_service = ask(bench);
    for (const auto& row : query_service.verdicts({}, {}, 100).rows) {
        const auto explained = query_service.explain(row.id);
        CHECK(explained.verdict == row.judgement.verdict);
        CHECK(explained.reason == row.judgement.reason);
    }
}

TEST_CASE("a guard that holds is in every answer, and an orphan's next step names it") {
    auto bench = cluster();
    REQUIRE(bench.registry->lead().leads);
    bench.journal->note({0, noon, ControlAction::pause, {}, {}, "kim", "upgrade"});
    const auto explained = ask(bench).explain({1});
    CHECK(explained.verdict == Verdict::orphan);
    CHECK(explained.next_step.sentence.find("paused") != std::string::npos);
    REQUIRE(explained.holds.size() == 1);
    CHECK(explained.holds[0].guard == Guard::paused);
    CHECK(ask(bench).verdicts({}, {}, 1).holds.size() == 1);
    CHECK(ask(bench).impact().holds.size() == 1);
}

TEST_CASE("under a hold what waits is held, without a time") {
    auto bench = cluster(patient());
    REQUIRE(bench.registry->lead().leads);
    bench.sweep();
    CHECK(ask(bench).explain({1}).next_step.at);
    bench.journal->note({0, noon, ControlAction::pause, {}, {}, "kim", "upgrade"});
    const auto waiting = ask(bench).explain({1});
    CHECK(waiting.verdict == Verdict::waiting);
    CHECK_FALSE(waiting.next_step.at);
    CHECK(waiting.next_step.sentence == "held: paused; it is handed over once its grace is over and no guard holds");
    const auto holds = std::vector<Hold>{{Guard::lock_stuck, ""}, {Guard::mass_loss, ""}, {Guard::no_live_master, ""}};
    CHECK(query::held_words(holds) == "held: mass loss, no live master");
    CHECK(query::held_words({{Guard::lock_stuck, ""}}).empty());
}

TEST_CASE("the end of a grace stays where it was once it is over") {
    auto bench = cluster(patient());
    const auto end_at = [&](std::chrono::seconds later) {
        bench.now = noon + later;
        bench.sweep(true);
        return query::status(ask(bench).daemon_status(), bench.now)["masters"][0]["grace_over_at"];
    };
    CHECK(end_at(0s) == rfc3339(noon + 150s));
    for (auto later = 20s; later <= 160s; later += 20s) (void)end_at(later);  // no gap, which would start it again
    CHECK(end_at(170s) == rfc3339(noon + 150s));
}

TEST_CASE("an observer does not queue for the leadership, and a replica that does not lead says so") {
    auto bench = cluster();
    fakes::FakeRegistry other(bench.cluster, "replica 2");
    REQUIRE(other.lead().leads);
    CHECK(ask(bench, QueryService::Role::observer).verdicts({}, {}, 1).holds.empty());
    const auto holds = ask(bench).verdicts({}, {}, 1).holds;
    REQUIRE(holds.size() == 1);
    CHECK(holds[0].guard == Guard::not_leader);
    CHECK(ask(bench, QueryService::Role::observer).daemon_status().leader.find("replica 2") != std::string::npos);
}

TEST_CASE("without a daemon the absence that the journal remembers counts") {
    auto bench = cluster(patient());
    bench.cluster->add_master({dead}, noon - 3h, 2);
    bench.sweep();
    bench.cluster->masters.erase({dead});
    bench.now += 60s;
    bench.sweep();
    bench.now += 60s;
    const QueryService observer{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
    const auto explained = observer.explain({1});
    REQUIRE(explained.owner);
    REQUIRE(explained.owner->absence);
    CHECK(explained.owner->absence->since == noon + 60s);
    const auto status = query::status(observer.daemon_status(), bench.now);
    CAPTURE(faults(status, "Status"));
    CHECK(faults(status, "Status").empty());
    CHECK(status["answered_by"] == "journal");
    CHECK(status["state"] == "unknown");
    CHECK(status["journal_view_at"] == "2026-11-23T12:01:00.000Z");
}

TEST_CASE("the impact is what a failover would re-run, by project") {
    auto bench = cluster();
    bench.add(row(6, dead));
    bench.tables->instances[6].row.definition_code = 9002;
    bench.tables->projects[9001] = {1, "nightly"};
    bench.tables->tasks[1] = {{{1}, {1}, 1, "SPARK", "w:1"}, 1, 1, {}, {}, "load", noon - 2h, "app_1,app_2"};
    bench.tables->tasks[2] = {{{2}, {6}, 1, "SHELL", "w:1"}, 1, 1, {}, {}, "tidy", noon - 3h, ""};
    bench.tables->tasks[3] = {{{3}, {2}, 1, "SHELL", "w:1"}, 1, 1, {}, {}, "of the living", noon - 9h, "app_3"};
    const auto impact = ask(bench).impact();
    CHECK(impact.orphans == 2);
    CHECK(impact.waiting == 0);
    CHECK(impact.complete);
    const auto json = to_json(impact);
    CAPTURE(faults(json, "Impact"));
    CHECK(faults(json, "Impact").empty());
    CHECK(json["running_tasks"] == 2);
    CHECK(json["application_links"] == 2);
    CHECK(json["longest_running_ms"] == 3 * 3600 * 1000);
    REQUIRE(json["projects"].size() == 2);
    REQUIRE(json["workflows"].size() == 2);
    CHECK(json["workflows"][0]["project"] == "nightly");
    CHECK(json["workflows"][0]["tasks"][0]["name"] == "load");
    CHECK(json["workflows"][0]["tasks"][0]["running_for_ms"] == 2 * 3600 * 1000);
    CHECK(json["workflows"][1]["project"].is_null());
}

TEST_CASE("lists are bounded, and say that there is more") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 1100; ++id) bench.add(row(id, dead));
    for (int id = 1; id <= 300; ++id)
        bench.tables->tasks[id] = {{{id}, {1}, 1, "SHELL", "w:1"}, 1, 1, {}, {}, "t", noon, ""};
    const auto impact = ask(bench).impact();
    CHECK(impact.orphans == 1100);
    CHECK_FALSE(impact.complete);
    const auto json = to_json(impact);
    CHECK(faults(json, "Impact").empty());
    CHECK(json["workflows"].size() == 1000);
    CHECK(json["workflows"][0]["tasks"].size() == 200);
    CHECK(json["running_tasks"] == 300);
    const auto verdicts = ask(bench).verdicts({}, {}, 5000);
    CHECK(verdicts.rows.size() == 1000);
    CHECK(verdicts.matching == 1100);
    CHECK(faults(to_json(verdicts), "Verdicts").empty());
}

TEST_CASE("what shadow mode noted is in the history, its score in the standing, and what follows is nothing") {
    auto bench = cluster();
    bench.shadow = true;
    bench.add(row(6, dead));
    bench.sweep();
    const QueryService query_service{
        bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer, {}, true};
    const auto all = query_service.history({}, 100);
    CHECK(all.entries.empty());
    REQUIRE(all.shadow.size() == 2);
    CHECK(all.shadow[0].instance == WorkflowInstanceId{6});  // the newest first
    CAPTURE(faults(to_json(all), "History"));
    CHECK(faults(to_json(all), "History").empty());
    CHECK(query_service.history(WorkflowInstanceId{1}, 100).shadow.size() == 1);
    const auto json = query::status(query_service.daemon_status(), noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["shadow"]["open"] == 2);
    const auto explained = query_service.explain({1});
    CHECK(explained.next_step.what == NextStep::What::nothing);
    CHECK_THAT(explained.next_step.sentence, Catch::Contains("shadow"));
    bench.tables->journal.shadow_exists = false;
    CHECK(query_service.history({}, 100).shadow.empty());
    CHECK(query::status(query_service.daemon_status(), noon)["shadow"].is_null());
}

TEST_CASE("the history is the journal's, of all or of one") {
    auto bench = cluster();
    bench.add(row(6, dead));
    bench.sweep();
    bench.journal->note({0, noon, ControlAction::pause, {}, {}, "kim", "upgrade"});
    const auto all = ask(bench).history({}, 100);
    CHECK(all.entries.size() == 2);
    CHECK(all.notes.size() == 1);
    CHECK(faults(to_json(all), "History").empty());
    const auto one = ask(bench).history(WorkflowInstanceId{6}, 100);
    CHECK(one.entries.size() == 1);
    CHECK(one.notes.empty());
    CHECK(ask(bench).history({}, 1).entries.size() == 1);
    bench.tables->journal.exist = false;
    CHECK_THROWS_AS(ask(bench).history({}, 1), Failure);
}

TEST_CASE("who may not read projects is told everything else, and who cannot be reached is a failure") {
    auto bench = cluster();
    bench.store->hook = [](fakes::StoreOperation operation, fakes::StoreMoment) {
        if (operation == fakes::StoreOperation::projects_of) throw Failure(ErrorKind::permanent, "no privilege");
    };
    CHECK(ask(bench).explain({1}).verdict == Verdict::orphan);
    bench.store->out_of_reach = "gone";
    CHECK_THROWS_AS(ask(bench).explain({1}), Failure);
}

TEST_CASE("a stop that is asked for ends a query") {
    auto bench = cluster();
    std::stop_source stop;
    stop.request_stop();
    const QueryService query_service{bench.sweeper->context(), bench.policy(), bench.sweeper->memory(),
                                     QueryService::Role::replica, stop.get_token()};
    CHECK_THROWS_AS(query_service.verdicts({}, {}, 1), Failure);
}

TEST_CASE("a grace is shown only for a master of which something waits") {
    auto bench = cluster(patient());
    const auto master = [&] {
        bench.sweep(true);
        return query::status(ask(bench).daemon_status(), bench.now)["masters"][0];
    };
    CHECK(master()["grace_over_at"] == rfc3339(noon + 150s));
    CHECK(master()["witnessed"] == false);
    bench.tables->instances.erase(1);  // what is parked stays
    CHECK(master()["owns_rows"] == true);
    CHECK(master()["grace_over_at"].is_null());
}

TEST_CASE("where a person must act, the next step names the section of the runbook") {
    for (const auto verdict : verdicts_by_attention) {
        const auto sentence =
            query::next_step_of({{verdict, "", {}}, {}}, row(1, "a:1"), Generation::process, {}).sentence;
        CAPTURE(sentence);
        const bool names_it = sentence.find("; more in operating.md#" + std::string(name(verdict)) +
                                            " (of a package in /usr/share/doc/ds-reconciler, ") != std::string::npos;
        CHECK(names_it == (needs_person(verdict) || verdict == Verdict::parked || verdict == Verdict::unassigned));
    }
}

TEST_CASE("where a person must change the row, the next step has the statement") {
    auto lost = row(4711, "a:1");
    const auto sentence = [&](const plan::Reasoning& reasoning, Generation generation) {
        return query::next_step_of(reasoning, lost, generation, {}).sentence;
    };
    const plan::Reasoning unrecoverable{{Verdict::unrecoverable, "", {}}, {}};
    CHECK_THAT(sentence(unrecoverable, Generation::process),
               Catch::Contains("`update t_ds_process_instance set state = 5 where id = 4711 and state = 1;`"));
    CHECK_THAT(sentence(unrecoverable, Generation::workflow),
               Catch::Contains("`update t_ds_workflow_instance set state = 5 where id = 4711 and state = 1;`"));
    const plan::Reasoning stopped{{Verdict::ambiguous, "", {}}, {{plan::Gate::stop_kept, false, ""}}};
    lost.state = state::ready_stop;
    CHECK_THAT(
        sentence(stopped, Generation::process),
        Catch::Contains("set state = 5 where id = 4711 and state = 4;` To continue it, `ds-reconcilerd release 4711`"));
    lost.state = state::ready_pause;
    CHECK_THAT(sentence(unrecoverable, Generation::process),
               Catch::Contains("set state = 5 where id = 4711 and state = 2;"));
    CHECK_THAT(sentence(stopped, Generation::process), Catch::Contains("set state = 3 where id = 4711 and state = 2;"));
    const plan::Reasoning other{{Verdict::ambiguous, "", {}}, {{plan::Gate::owner_gone, false, ""}}};
    CHECK_THAT(sentence(other, Generation::process), !Catch::Contains("update "));
}

}  // namespace dsr::query_service_test
