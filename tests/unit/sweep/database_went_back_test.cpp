// SPDX-License-Identifier: Apache-2.0
// A database that lost commits which it had acknowledged: a failover to a standby that lagged, or a restored backup.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "query/query_service.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::database_went_back_test {

using dsr::fakes::StoreMoment;
using dsr::fakes::StoreOperation;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

SweepBench with_orphans(int count, Policy policy = at_once()) {
    SweepBench bench(policy, schema_3_1());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= count; ++id) bench.add(row(id, dead));
    return bench;
}

/// What the database holds after it lost the last commit: the rows as they were, no command, no entry.
void lose_commits(SweepBench& bench) {
    bench.tables->commands.clear();
    bench.tables->journal.entries.clear();
    for (auto& [id, instance] : bench.tables->instances) instance.row = row(id, dead);
}

bool went_back(const SweepReport& report) {
    return std::any_of(report.holds.begin(), report.holds.end(),
                       [](const Hold& hold) { return hold.guard == Guard::database_went_back; });
}

void tell(SweepBench& bench, ControlAction action, std::optional<WorkflowInstanceId> instance = std::nullopt) {
    ControlNote note;
    note.at = bench.now;
    note.action = action;
    note.instance = instance;
    note.who = "root@host";
    note.why = "looked at each";
    bench.journal->note(note);
}

}  // namespace

TEST_CASE("what people ask shows the hold before the next sweep finds it") {
    auto bench = with_orphans(2);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 2);
    bench.now += 20s;
    lose_commits(bench);
    bench.tables->now = bench.now;
    const query::QueryService asked(bench.sweeper->context(), bench.policy(), bench.sweeper->memory(),
                                    query::QueryService::Role::replica);
    const auto verdicts = asked.verdicts({}, {}, 100);
    CHECK(
        std::ranges::any_of(verdicts.holds, [](const Hold& hold) { return hold.guard == Guard::database_went_back; }));
    CHECK(verdicts.counts[static_cast<std::size_t>(Verdict::orphan)] == 0);
}

TEST_CASE("a database that lost our commit holds the sweep until a person releases it") {
    auto bench = with_orphans(2);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 2);
    bench.now += 20s;
    lose_commits(bench);
    const auto report = bench.sweep();
    REQUIRE(went_back(report));
    CHECK_THAT(report.holds[0].reason, Catch::Contains("release database") && Catch::Contains("1, 2"));
    // The same failover may have lost a take-up, too: nobody knows whether they run.
    CHECK(report.count(Verdict::ambiguous) == 2);
    CHECK(report.count(Verdict::orphan) == 0);
    REQUIRE(report.notices.size() == 2);
    CHECK_THAT(report.notices[0].judgement.reason,
               Catch::Contains("no longer contains") && Catch::Contains("`ds-reconcilerd release 1`"));
    CHECK(bench.tables->commands.empty());

    bench.now += 20s;
    bench.restart();
    CHECK(went_back(bench.sweep()));  // kept in the journal

    bench.now += 20s;
    tell(bench, ControlAction::release_database);
    const auto released = bench.sweep();
    CHECK_FALSE(went_back(released));
    CHECK(released.count(Verdict::ambiguous) == 2);  // each is left to a person
    CHECK(bench.tables->commands.empty());

    bench.now += 20s;
    tell(bench, ControlAction::release, WorkflowInstanceId{1});
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.commands_for(2) == 0);
    bench.now += 20s;
    CHECK_FALSE(went_back(bench.sweep()));
}

TEST_CASE("a commit that is lost between two batches keeps the second one from being written") {
    auto policy = at_once();
    policy.batch = 1;
    auto bench = with_orphans(2, policy);
    bool once = true;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::commit || moment != StoreMoment::after || !once) return;
        once = false;
        lose_commits(bench);
    };
    const auto report = bench.sweep();
    CHECK(went_back(report));
    CHECK(bench.tables->commands.empty());
    CHECK(bench.tables->journal.entries.empty());
}

TEST_CASE("an entry that another one took the number of is gone, too") {
    auto bench = with_orphans(1);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.now += 20s;
    auto other = bench.tables->journal.entries.at(0);
    other.sweep = "of another replica";
    other.instance = {99};
    lose_commits(bench);
    bench.tables->journal.entries.push_back(other);
    CHECK(went_back(bench.sweep()));
}

TEST_CASE("an entry that retention removed is not lost") {
    auto policy = at_once();
    policy.journal_retention = 24h;
    auto bench = with_orphans(1, policy);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.take_up(alive);
    bench.now += 20s;
    bench.sweep();
    bench.tables->instances.clear();
    for (int day = 0; day < 3; ++day) {
        bench.now += 24h;
        CHECK_FALSE(went_back(bench.sweep()));
    }
    CHECK(bench.tables->journal.entries.empty());
}

TEST_CASE("after a lost answer to commit the ledger notes the ownership that was handed over, not a new owner's") {
    auto bench = with_orphans(1);
    bool once = true;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::commit || moment != StoreMoment::after || !once) return;
        once = false;
        bench.take_up(dead);  // a master came back at that address and took the row up
        throw Failure(ErrorKind::unknown_outcome, "cut off");
    };
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.now += 1min;
    const auto report = bench.sweep();  // that master is lost as well
    CHECK(report.count(Verdict::recovering) == 0);
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.tables->journal.entries.size() == 2);
}

TEST_CASE("what was handed over without a journal and is not taken up becomes overdue") {
    auto policy = at_once();
    policy.journal_required = false;
    policy.confirm_within = 10min;
    auto bench = with_orphans(1, policy);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->commands.clear();  // taken, and nobody runs it
    bench.tables->instances.at(1).row = row(1, dead);
    bench.now += 9min;
    CHECK(bench.sweep().count(Verdict::recovering) == 1);
    bench.now += 2min;
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::overdue) == 1);
    CHECK(bench.tables->commands.empty());
}

}  // namespace dsr::database_went_back_test
