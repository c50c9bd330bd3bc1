// SPDX-License-Identifier: Apache-2.0
// What a sweep keeps in the journal, and what it makes of what it finds there.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::journal_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

SweepBench with_orphans(int count, Policy policy = at_once(), SchemaFacts schema = schema_3_1()) {
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= count; ++id) bench.add(row(id, dead));
    return bench;
}

const JournalEntry& entry(const SweepBench& bench, std::size_t position = 0) {
    REQUIRE(bench.tables->journal.entries.size() > position);
    return bench.tables->journal.entries[position];
}

SchemaFacts schema_3_3_0() {
    auto facts = schema_3_4();
    facts.test_flag = true;
    facts.version_text = "3.3.0";
    return facts;
}

Policy patient() {
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    policy.sweep_interval = 60s;
    return policy;
}

}  // namespace

TEST_CASE("each failover is in the journal, with why and by whom") {
    auto bench = with_orphans(2);
    const auto report = bench.sweep();
    REQUIRE(bench.tables->journal.entries.size() == 2);
    const auto& first = entry(bench);
    CHECK(first.sweep == report.sweep);
    CHECK(first.instance == WorkflowInstanceId{1});
    CHECK(first.from_host.text == dead);
    CHECK(first.old_state == state::running_execution);
    CHECK(first.owned_since == noon - 1h);
    CHECK(first.kind == EntryKind::failover);
    CHECK(first.verdict == Verdict::orphan);
    CHECK_THAT(first.reason, Catch::Contains("absent"));
    CHECK(first.replica == "replica 1");
    CHECK(first.version == "0.0.0");
    CHECK(first.command == bench.tables->commands[0].id);
    CHECK(first.receipt == Receipt::awaited);
}

TEST_CASE("without a journal nothing is handed over, and it is said what is lost") {
    auto bench = with_orphans(2);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    const auto report = bench.sweep();
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::no_journal);
    CHECK_THAT(report.holds[0].reason, Catch::Contains("init-db"));
    CHECK(bench.tables->commands.empty());
    CHECK(bench.people.told.size() == 2);  // the lost master, and the hold
}

TEST_CASE("journal.required: false does without") {
    auto policy = at_once();
    policy.journal_required = false;
    auto bench = with_orphans(2, policy);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK_FALSE(report.why_no_journal.empty());
    CHECK(bench.tables->journal.entries.empty());
}

TEST_CASE("journal.create makes it, and a dry run only says what it would do then") {
    auto policy = at_once();
    policy.journal_create = true;
    auto bench = with_orphans(2, policy);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    CHECK(bench.sweep(true).count(Outcome::would_recover) == 2);
    CHECK_FALSE(bench.tables->journal.exist);
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
    CHECK(bench.tables->journal.entries.size() == 2);
}

TEST_CASE("without the right to make it the daemon only looks") {
    auto policy = at_once();
    policy.journal_create = true;
    auto bench = with_orphans(1, policy);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    bench.journal->may_not_create = "no CREATE for you";
    const auto report = bench.sweep();
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::no_journal);
    CHECK_THAT(report.holds[0].reason, Catch::Contains("no CREATE for you"));
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a grace goes on after a restart, unless too long went by") {
    const auto pause = GENERATE(60s, 1200s);
    auto bench = with_orphans(0, patient());
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.add(row(1, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 60s;
    bench.sweep();  // the first view that misses it
    bench.now += 60s;
    bench.sweep();
    bench.restart();
    bench.now += pause;
    const auto report = bench.sweep();
    if (pause == 60s) {
        bench.now += 60s;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
    } else {
        CHECK(report.count(Verdict::waiting) == 1);
        bench.now += 60s;
        CHECK(bench.sweep().count(Verdict::waiting) == 1);
    }
}

TEST_CASE("what proved the time zone is known after a restart") {
    auto bench = with_orphans(0);
    bench.add_fresh_row(50, alive);
    bench.sweep();
    bench.restart();
    REQUIRE(bench.tables->journal.persisted);
    CHECK(bench.tables->journal.persisted->zone.proofs.contains({"10.0.0.8:5678"}));
    bench.now += 1h;  // the row proves nothing now
    bench.add(row(1, alive, state::running_execution, noon - 5h));
    CHECK(bench.sweep().count(Verdict::orphan_earlier_incarnation) == 1);
}

TEST_CASE("a build that recovers in place gets one command for one loss, in one-shot runs too") {
    auto policy = at_once();
    policy.recovers_in_place = RecoversInPlace::no;  // a person's word
    auto bench = with_orphans(3, policy, schema_3_3_0());
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    // A master takes them up and leaves the dead host in the rows.
    bench.tables->commands.clear();
    for (auto& [id, instance] : bench.tables->instances) instance.row.state = state::running_execution;
    for (int run = 0; run < 3; ++run) {
        bench.restart();
        bench.now += 5min;
        const auto report = bench.sweep();
        CHECK(report.actions_total == 0);
        CHECK(report.count(Verdict::owned) == 3);
    }
    CHECK(bench.tables->journal.entries.size() == 3);
    CHECK(entry(bench).receipt == Receipt::recovered);
}

TEST_CASE("an entry answers for its row in place after database.time_zone was corrected") {
    auto policy = at_once();
    policy.recovers_in_place = RecoversInPlace::no;
    auto bench = with_orphans(3, policy, schema_3_3_0());
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    CHECK(entry(bench).zone == "UTC");
    bench.tables->commands.clear();
    // The same wall times in the zone that is right.
    const Zone corrected("Asia/Shanghai");
    for (auto& [id, instance] : bench.tables->instances) {
        auto& row = instance.row;
        row.state = state::running_execution;
        row.ownership = owned_since(*corrected.instant(bench.tables->zone.wall(*row.ownership.stamped)));
    }
    bench.tables->zone = corrected;
    bench.restart();
    bench.now += 5min;
    const auto report = bench.sweep();
    CHECK(report.actions_total == 0);
    CHECK(bench.tables->journal.entries.size() == 3);
    CHECK(entry(bench).owned_since == noon - 1h);  // never rewritten
}

TEST_CASE("a journal of an older version is worked with, and it is said what is missing") {
    auto policy = at_once();
    policy.journal_create = true;
    auto bench = with_orphans(2, policy);
    bench.tables->journal.additions_exist = false;
    bench.journal->may_not_create = "this user lacks a right";
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(report.holds.empty());
    CHECK(report.why_no_journal.empty());
    CHECK_THAT(report.journal_missing_columns, Catch::Contains("ds_reconciler_journal.zone") &&
                                                   Catch::Contains("init-db") &&
                                                   Catch::Contains("this user lacks a right"));
    CHECK_FALSE(entry(bench).zone.has_value());

    bench.journal->may_not_create.clear();
    CHECK(bench.sweep().journal_missing_columns.empty());
    CHECK(bench.tables->journal.additions_exist);
    CHECK(bench.tables->journal.entries.size() == 2);
}

TEST_CASE("a loss that nobody witnessed is ambiguous where builds recover in place") {
    auto bench = with_orphans(3, at_once(), schema_3_3_0());
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::ambiguous) == 3);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a witnessed loss in such a build is handed over when no marker says that a master took it") {
    auto bench = with_orphans(0, at_once(), schema_3_3_0());
    bench.cluster->marker_directory = true;
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.add(row(1, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    SECTION("no marker") {
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
    }
    SECTION("a marker of the host, newer than its loss") {
        bench.cluster->set_marker(dead + "-unknown-unknown", std::to_string(epoch_ms(bench.now)));
        CHECK(bench.sweep().count(Verdict::ambiguous) == 1);
    }
}

TEST_CASE("receipts: who took it up, and after how long") {
    auto bench = with_orphans(1);
    bench.sweep();
    bench.now += 30s;
    CHECK(bench.sweep().receipts[static_cast<std::size_t>(Receipt::recovered)] == 0);
    bench.take_up(alive);
    bench.now += 30s;
    CHECK(bench.sweep().receipts[static_cast<std::size_t>(Receipt::recovered)] == 1);
    CHECK(entry(bench).receipt == Receipt::recovered);
    CHECK(entry(bench).taken_by == alive);
    CHECK(entry(bench).receipt_at == bench.now);
}

TEST_CASE("a failover that nobody takes up is overdue, told once, and followed all the same") {
    auto bench = with_orphans(1);
    bench.sweep();
    bench.people.told.clear();
    for (int minute = 1; minute < 10; ++minute) {
        bench.now += 1min;
        CHECK(bench.sweep().receipts[static_cast<std::size_t>(Receipt::overdue)] == 0);
    }
    bench.now += 1min;
    const auto report = bench.sweep();
    CHECK(report.receipts[static_cast<std::size_t>(Receipt::overdue)] == 1);
    CHECK(report.count(Verdict::overdue) == 1);
    REQUIRE(bench.people.told.size() == 2);
    CHECK_THAT(bench.people.told[0].title, Catch::Contains("overdue"));
    CHECK(bench.people.told[1].key == "unfetched:ours");
    bench.sweep();
    CHECK(bench.people.told.size() == 2);
    bench.take_up(alive);
    CHECK(bench.sweep().receipts[static_cast<std::size_t>(Receipt::recovered)] == 1);
}

TEST_CASE("a command that ends in t_ds_error_command makes the failover failed, with its message") {
    auto bench = with_orphans(1);
    bench.sweep();
    const auto command = bench.tables->commands[0];
    bench.tables->commands.clear();
    bench.tables->error_commands.push_back({command.id, 1, 2, std::nullopt, "definition is broken", bench.now});
    bench.people.told.clear();
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::failed) == 1);
    CHECK(entry(bench).receipt == Receipt::failed);
    CHECK(entry(bench).message == "definition is broken");
    REQUIRE(bench.people.told.size() == 1);
    CHECK_THAT(bench.people.told[0].content, Catch::Contains("definition is broken"));
    bench.now += 1h;
    CHECK(bench.sweep().count(Verdict::failed) == 1);  // a person's affair: not repaired
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("more than max_per_sweep: one goes ahead, the rest once a master took it up") {
    auto policy = at_once();
    policy.max_per_sweep = 3;
    auto bench = with_orphans(10, policy);
    auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK_FALSE(report.canary.empty());
    bench.now += 60s;
    CHECK(bench.sweep().actions_total == 0);  // not taken up yet
    bench.restart();                          // the next process knows of it
    bench.now += 60s;
    CHECK(bench.sweep().actions_total == 0);
    bench.take_up(alive);
    bench.now += 60s;
    CHECK(bench.sweep().count(Outcome::recovered) == 9);
}

TEST_CASE("a canary that fails keeps the others back") {
    auto policy = at_once();
    policy.max_per_sweep = 3;
    auto bench = with_orphans(5, policy);
    bench.sweep();
    const auto command = bench.tables->commands[0];
    bench.tables->commands.clear();
    bench.tables->error_commands.push_back({command.id, command.instance, 2, std::nullopt, "poison", bench.now});
    const auto report = bench.sweep();
    CHECK(report.actions_total == 0);
    CHECK_THAT(report.canary, Catch::Contains("poison") && Catch::Contains("release"));
    ControlNote release;
    release.at = bench.now;
    release.action = ControlAction::release;
    release.instance = WorkflowInstanceId{command.instance};
    bench.journal->note(release);
    bench.now += 20s;
    CHECK(bench.sweep().count(Outcome::recovered) == 2);  // itself, repaired, and the next one that goes ahead
}

TEST_CASE("a sub-workflow of a build that recovers in place goes with its parent") {
    auto policy = at_once();
    policy.recovers_in_place = RecoversInPlace::no;
    auto bench = with_orphans(2, policy, schema_3_3_0());
    bench.tables->instances.at(2).row.is_sub_workflow = true;
    bench.tables->parents[2] = 1;
    bench.add(row(3, dead));
    bench.tables->instances.at(3).row.is_sub_workflow = true;
    bench.tables->parents[3] = 99;  // which is well
    auto report = bench.sweep();
    CHECK(report.count(Verdict::waiting) == 1);  // the parent goes first
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(bench.commands_for(2) == 0);
    bench.restart();
    bench.now += 20s;
    CHECK(bench.sweep().count(Verdict::superseded) == 1);
}

TEST_CASE("the marker by which we fenced is not taken for a master's") {
    auto policy = at_once();
    policy.batch = 1;
    auto bench = with_orphans(0, policy, schema_3_3_0());
    bench.cluster->marker_directory = true;
    bench.cluster->add_master({dead}, noon - 2h, 2);
    for (int id = 1; id <= 3; ++id) bench.add(row(id, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        if (operation != fakes::StoreOperation::begin_failover || moment != fakes::StoreMoment::before) return;
        if (bench.tables->commands.size() == 1) throw Failure(ErrorKind::retry, "busy");
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.cluster->markers.size() == 1);
    CHECK(bench.tables->journal.persisted->membership.absent.at({dead}).fenced);
    bench.store->hook = {};
    bench.restart();
    bench.now += 20s;
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
}

TEST_CASE("where builds recover in place a marker that appears under the lock ends it") {
    auto bench = with_orphans(0, at_once(), schema_3_3_0());
    bench.cluster->marker_directory = true;
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.add(row(1, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    bench.registry->hook = [&](fakes::Operation operation, fakes::Moment moment) {
        if (operation == fakes::Operation::acquire && moment == fakes::Moment::after)
            bench.cluster->set_marker(dead + "-unknown-unknown", "1");
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 1);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("what keeps being lost is quarantined until a person releases it") {
    auto bench = with_orphans(1);
    for (int loss = 0; loss < 3; ++loss) {
        const std::string taker = "10.0.1." + std::to_string(loss) + ":5678";
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        bench.take_up(taker);  // which is gone at once
        bench.now += 20s;
    }
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::quarantined) == 1);
    CHECK(report.actions_total == 0);
    ControlNote release;
    release.at = bench.now;
    release.action = ControlAction::release;
    release.instance = WorkflowInstanceId{1};
    release.who = "someone";
    release.why = "the workflow was mended";
    bench.journal->note(release);
    bench.now += 20s;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(entry(bench, 3).releases == 0);  // another loss: there is no answer to waive
    CHECK(bench.tables->journal.notes[0].terms->state == ReleaseState::used);
}

TEST_CASE("paused by a person, until resume or the time given") {
    auto bench = with_orphans(1);
    ControlNote pause;
    pause.at = bench.now;
    pause.action = ControlAction::pause;
    pause.who = "someone";
    pause.why = "upgrade";
    const bool timed = GENERATE(true, false);
    if (timed) pause.until = bench.now + 10min;
    bench.journal->note(pause);
    const auto report = bench.sweep();
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::paused);
    CHECK_THAT(report.holds[0].reason, Catch::Contains("someone") && Catch::Contains("upgrade"));
    bench.now += 20s;
    if (timed) {
        bench.now += 10min;
        bench.sweep();  // comes late: holds once
    } else {
        ControlNote resume = pause;
        resume.action = ControlAction::resume;
        bench.journal->note(resume);
    }
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a lost answer to commit is looked up in the journal") {
    auto bench = with_orphans(2);
    bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        if (operation != fakes::StoreOperation::commit || moment != fakes::StoreMoment::after) return;
        bench.store->hook = {};
        bench.tables->commands.clear();  // a master was quick
        throw Failure(ErrorKind::unknown_outcome, "the line broke");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(bench.sweep().count(Outcome::recovered) == 0);
}

}  // namespace dsr::journal_test
