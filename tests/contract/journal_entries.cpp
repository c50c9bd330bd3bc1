// SPDX-License-Identifier: Apache-2.0
// The journal's entries: written with the failover that they describe or not at all, one for one loss, found again,
// confirmed, and purged.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"
#include "support/failures.hpp"

namespace dsr::journal_entries {

using namespace std::chrono_literals;
using contract::berlin;
using contract::dead;
using contract::ids;
using contract::RealStoreWorlds;
using contract::StoreWorlds;
using model::EntryKind;
using model::ErrorKind;
using model::Failure;
using model::JournalEntry;
using model::Receipt;
using support::SeedInstance;
using test::failure_of;

namespace {

const auto now = berlin("2026-11-23 13:14:15.678") + 901us;
const std::string odd =
    "it's \"so\" \\ \\' \\0 -- ; /* :name :ids %s {x} \n\r\t <&> NULL 工作流 \xF0\x9F\x90\xAC \xC3\xBC";

JournalEntry entry_of(std::int64_t instance, int releases = 0) {
    JournalEntry entry;
    entry.sweep = "sweep-1";
    entry.at = now;
    entry.instance = {instance};
    entry.from_host = dead;
    entry.old_state = 1;
    entry.owned_since = berlin("2026-11-22 21:12:00");
    entry.releases = releases;
    entry.reason = "its master is gone";
    entry.version = "0.1.0";
    entry.replica = "host pid 4711";
    return entry;
}

/// Hands the rows over and records `entries` with it.
template <typename World>
void fail_over(World& world, const std::vector<JournalEntry>& entries) {
    std::vector<model::WorkflowInstanceId> wanted;
    for (const auto& entry : entries) wanted.push_back(entry.instance);
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock(wanted, dead);
    transaction->fail_over(rows, dead, now);
    transaction->record(entries);
    transaction->commit();
}

/// Brings a row back to its dead owner, as a master that took it and died would not: for a second loss of it.
template <typename World>
void give_back(World& world, std::int64_t id) {
    world.set_host(id, dead.text);
    world.set_state(id, 1);
    world.remove_commands();
}

template <typename World>
void seed(World& world, std::initializer_list<std::int64_t> instances) {
    world.init_db();
    world.add_definition(9001, 1);
    for (const auto id : instances) world.add(SeedInstance{.id = id});
}

std::vector<std::int64_t> instances_of(const std::vector<JournalEntry>& entries) {
    std::vector<std::int64_t> all;
    for (const auto& entry : entries) all.push_back(entry.instance.value);
    return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("an entry says what was done, with the command it is about", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    seed(world, {1, 2});
    auto full = entry_of(1, 3);
    full.from_startup = now - 24h;
    full.from_process = 3'000'000'000;
    full.verdict = model::Verdict::orphan_earlier_incarnation;
    full.old_state = 4;
    full.reason = odd + std::string(5000, 'x') + odd;
    full.receipt_at = now + 1us;
    full.taken_by = odd;
    full.message = odd;
    full.receipt = Receipt::overdue;
    auto bare = entry_of(2);
    bare.owned_since.reset();
    fail_over(world, {full, bare});

    auto entries = world.journal().entries(std::nullopt, 10);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].number > entries[1].number);
    CHECK(entries[1].number > 0);
    full.number = entries[1].number;
    bare.number = entries[0].number;
    full.command = world.newest_command(1);
    bare.command = world.newest_command(2);
    CHECK(*full.command > 0);
    CHECK(full.command != bare.command);
    CHECK(entries[1] == full);
    CHECK(entries[0] == bare);
    CHECK(world.journal().entries({{1}}, 10) == std::vector<JournalEntry>{full});
    CHECK(world.journal().entries({{9}}, 10).empty());
    CHECK(world.journal().entries(std::nullopt, 1) == std::vector<JournalEntry>{bare});
    CHECK(world.journal().entries(std::nullopt, 0).empty());
}

TEMPLATE_LIST_TEST_CASE("an entry goes with its transaction", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1});
    {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock(ids({1}), dead);
        transaction->fail_over(rows, dead, now);
        transaction->record(std::vector{entry_of(1)});
    }
    CHECK(world.journal().entries(std::nullopt, 10).empty());
    CHECK(world.commands().empty());
    fail_over(world, {entry_of(1)});
    CHECK(world.journal().entries(std::nullopt, 10).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("one loss is answered once: the journal has the last word", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    seed(world, {1, 2});
    fail_over(world, {entry_of(1)});
    give_back(world, 1);
    SECTION("by a second sweep") {
        const auto failure = failure_of([&] { fail_over(world, {entry_of(2), entry_of(1)}); });
        CHECK(failure.kind() == ErrorKind::conflict);
        CHECK_THAT(failure.what(), Catch::Contains("already contains an entry for this loss"));
    }
    SECTION("whatever else the entry says") {
        auto again = entry_of(1);
        again.sweep = "sweep-2";
        again.at = now + 1h;
        again.reason = "other";
        again.old_state = 2;
        CHECK(failure_of([&] { fail_over(world, {entry_of(2), again}); }).kind() == ErrorKind::conflict);
    }
    SECTION("within one sweep") {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock(ids({2}), dead);
        transaction->fail_over(rows, dead, now);
        const std::vector<JournalEntry> twice{entry_of(2), entry_of(2)};
        CHECK(failure_of([&] { transaction->record(twice); }).kind() == ErrorKind::conflict);
        CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::retry);
    }
    // Nothing of it was done, to the other row neither.
    CHECK(world.journal().entries(std::nullopt, 10).size() == 1);
    CHECK(world.commands().empty());
    CHECK(world.host(2) == dead.text);
    CHECK(world.state(2) == 1);
}

TEMPLATE_LIST_TEST_CASE("two losses without any time are the same loss", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1});
    auto timeless = entry_of(1);
    timeless.owned_since.reset();
    fail_over(world, {timeless});
    give_back(world, 1);
    CHECK(failure_of([&] { fail_over(world, {timeless}); }).kind() == ErrorKind::conflict);
}

TEMPLATE_LIST_TEST_CASE("another loss of the same row is another entry", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1});
    fail_over(world, {entry_of(1)});
    auto other = entry_of(1);
    SECTION("released manually") {
        other.releases = 1;
    }
    SECTION("taken up since") {
        other.owned_since = *other.owned_since + 1us;
    }
    SECTION("of another host, by letter") {
        other.from_host = {"10.9.9.9:567"};
    }
    SECTION("of a repair") {
        other.kind = EntryKind::repair;
    }
    give_back(world, 1);
    fail_over(world, {other});
    CHECK(world.journal().entries({{1}}, 10).size() == 2);
}

TEMPLATE_LIST_TEST_CASE("hosts that differ in a letter's case are two", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1});
    auto upper = entry_of(1);
    upper.from_host = {"Master-1:5678"};
    auto lower = entry_of(1);
    lower.from_host = {"master-1:5678"};
    fail_over(world, {upper});
    give_back(world, 1);
    fail_over(world, {lower});
    CHECK(world.journal().entries({{1}}, 10).size() == 2);
}

TEMPLATE_LIST_TEST_CASE("what got no command is not journaled", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1, 2});
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock(ids({1}), dead);
    transaction->fail_over(rows, dead, now);
    CHECK(failure_of([&] {
              transaction->record(std::vector{entry_of(1), entry_of(2)});
          }).kind() == ErrorKind::conflict);
    CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::retry);
}

TEMPLATE_LIST_TEST_CASE("no entries are nothing to write, with or without a journal", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    {
        const auto transaction = world.store().begin_failover({});
        transaction->record({});
        transaction->commit();
    }
    const auto failure = failure_of([&] { fail_over(world, {entry_of(1)}); });
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("the newest command is the entry's", "[journal][contract]", RealStoreWorlds) {
    TestType world;
    seed(world, {1, 2});
    // An older one, and one of another type; on PostgreSQL its number is beyond those of ours.
    world.add_command(1);
    world.sql().run(
        world.named("insert into t_ds_command (id, command_type, {definition_code}, {instance_id}) "
                    "values (900000, 7, 9001, 2)"));
    fail_over(world, {entry_of(2), entry_of(1)});
    CHECK(world.journal().entries({{1}}, 1).front().command == world.newest_command(1));
    const auto ours = world.sql().value(
        world.named("select max(id) as id from t_ds_command where {instance_id} = 2 and command_type = 2"));
    CHECK(world.journal().entries({{2}}, 1).front().command == std::stoll(ours.value()));
}

TEMPLATE_LIST_TEST_CASE("entries are counted by sweep, host and receipt since a time", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    seed(world, {1, 2, 3});
    auto& journal = world.journal();
    CHECK(journal.recoveries(now - 1h, 10).empty());
    auto later = entry_of(3);
    later.at = now + 1min;
    fail_over(world, {entry_of(1), entry_of(2), later});
    give_back(world, 3);
    auto again = entry_of(3, 1);
    again.sweep = "sweep-2";
    again.at = now + 1h;
    fail_over(world, {again});
    auto entries = journal.unconfirmed(0, 10);
    REQUIRE(entries.size() == 4);
    entries[1].receipt = Receipt::recovered;
    entries[1].receipt_at = now + 5s;
    journal.confirm(entries);
    const journal::RecoveryCount newest{dead, Receipt::awaited, 1, now + 1h, now + 1h, {}, {3}};
    const auto counts = journal.recoveries(now, 10);
    REQUIRE(counts.size() == 3);
    CHECK(counts[0] == newest);
    CHECK(counts[1] == journal::RecoveryCount{dead, Receipt::awaited, 2, now, now + 1min, {}, {1}});
    CHECK(counts[2] == journal::RecoveryCount{dead, Receipt::recovered, 1, now, now, now + 5s, {2}});
    CHECK(journal.recoveries(now, 1) == std::vector<journal::RecoveryCount>{newest});
    CHECK(journal.recoveries(now + 2min, 10) == std::vector<journal::RecoveryCount>{newest});
}

TEMPLATE_LIST_TEST_CASE("what is awaited comes page by page until it is confirmed", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    seed(world, {1, 2, 3, 4, 5});
    auto overdue = entry_of(3);
    overdue.receipt = Receipt::overdue;
    fail_over(world, {entry_of(1), entry_of(2), overdue, entry_of(4), entry_of(5)});
    auto& journal = world.journal();
    auto first = journal.unconfirmed(0, 2);
    REQUIRE(instances_of(first) == std::vector<std::int64_t>{1, 2});
    auto second = journal.unconfirmed(first.back().number, 2);
    REQUIRE(instances_of(second) == std::vector<std::int64_t>{3, 4});
    CHECK(instances_of(journal.unconfirmed(second.back().number, 2)) == std::vector<std::int64_t>{5});
    CHECK(journal.unconfirmed(0, 0).empty());

    first[0].receipt = Receipt::recovered;
    first[0].receipt_at = now + 5s;
    first[0].taken_by = odd;
    first[1].receipt = Receipt::failed;
    first[1].message = odd + std::string(70'000, 'm');
    second[0].receipt = Receipt::recovered;
    second[1].receipt = Receipt::overdue;
    second[1].receipt_at = now + 11min;
    // Of what was decided nothing is written again.
    auto written = first;
    written.insert(written.end(), second.begin(), second.end());
    written[0].reason = written[0].sweep = "tampered with";
    journal.confirm(written);
    journal.confirm({});
    CHECK(instances_of(journal.unconfirmed(0, 10)) == std::vector<std::int64_t>{4, 5});
    CHECK(journal.entries({{1}}, 1).front() == first[0]);
    CHECK(journal.entries({{2}}, 1).front() == first[1]);
    CHECK(journal.entries({{3}}, 1).front() == second[0]);
    CHECK(journal.entries({{4}}, 1).front() == second[1]);

    // It may be taken back too.
    first[0].taken_by.reset();
    first[0].receipt_at.reset();
    first[0].receipt = Receipt::awaited;
    journal.confirm(std::vector{first[0]});
    CHECK(journal.entries({{1}}, 1).front() == first[0]);
    auto unknown = first[0];
    unknown.number = 4'000'000'000;
    journal.confirm(std::vector{unknown});
    CHECK(journal.entries(std::nullopt, 10).size() == 5);
}

TEMPLATE_LIST_TEST_CASE("the past of an instance is its entries and its releases", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1, 2, 3});
    auto& journal = world.journal();
    fail_over(world, {entry_of(1), entry_of(2)});
    give_back(world, 1);
    fail_over(world, {entry_of(1, 1)});
    const auto release = [&](std::int64_t id, model::Instant at) {
        model::ControlNote note;
        note.at = at;
        note.action = model::ControlAction::release;
        note.instance = {id};
        journal.note(note);
    };
    release(1, now + 2s);
    release(1, now + 1s);
    release(3, now + 7us);
    model::ControlNote pause;
    pause.at = now;
    journal.note(pause);

    auto histories = journal.history_of(ids({1, 2, 3, 4}));
    REQUIRE(histories.size() == 3);
    REQUIRE(histories[{1}].entries.size() == 2);
    CHECK(histories[{1}].entries == journal.entries({{1}}, 10));
    CHECK(histories[{1}].entries[0].releases == 1);
    REQUIRE(histories[{1}].releases.size() == 2);
    CHECK(histories[{1}].releases.front().at == now + 2s);
    CHECK(histories[{1}].releases.back().at == now + 1s);
    CHECK(histories[{1}].releases.front().terms == model::ReleaseTerms{});
    CHECK(histories[{2}].entries.size() == 1);
    CHECK(histories[{2}].releases.empty());
    CHECK(histories[{3}].entries.empty());
    REQUIRE(histories[{3}].releases.size() == 1);
    CHECK(histories[{3}].releases.front().at == now + 7us);
    CHECK(journal.history_of({}).empty());
    CHECK(journal.history_of(ids({2})).size() == 1);
    // Few ids beside many records, and many ids beside few.
    CHECK(journal.history_of(ids({2, 4})).size() == 1);
    auto among_many = journal.history_of(ids({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    CHECK(among_many.size() == 3);
    CHECK(among_many[{1}].entries == histories[{1}].entries);
    CHECK(among_many[{1}].releases == histories[{1}].releases);
    CHECK(among_many[{3}].releases == histories[{3}].releases);

    // What was used goes on counting; what expired or was refused does not.
    auto ended = histories[{1}].releases;
    for (auto& note : ended) note.action = model::ControlAction::ended_release;
    ended[0].terms->state = model::ReleaseState::used;
    ended[1].terms->state = model::ReleaseState::expired;
    for (auto& note : ended) note.terms->state_at = now + 3s;
    for (auto& note : ended) note.terms->gate = "not_quarantined";
    journal.settle_releases(ended);
    const auto kept = journal.history_of(ids({1}))[{1}].releases;
    REQUIRE(kept.size() == 1);
    CHECK(kept.front() == ended[0]);
}

TEMPLATE_LIST_TEST_CASE("only what is settled, old and of a row that ended is purged", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    seed(world, {1, 2, 3, 4, 5, 6, 7});
    auto& journal = world.journal();
    auto young = entry_of(7);
    young.at = now + 1us;
    fail_over(world, {entry_of(1), entry_of(2), entry_of(3), entry_of(4), entry_of(5), entry_of(6), young});
    auto all = journal.unconfirmed(0, 10);
    REQUIRE(all.size() == 7);
    all[0].receipt = all[2].receipt = all[5].receipt = all[6].receipt = Receipt::recovered;
    all[1].receipt = Receipt::failed;
    all[3].receipt = Receipt::overdue;  // and 5 is awaited
    journal.confirm(all);
    // Unfinished is 3 alone; 6 is gone.
    for (const auto id : {1, 2, 4, 5, 7}) world.set_state(id, id == 2 ? 6 : 7);
    world.remove_instance(6);

    const auto entries = journal.size();
    CHECK(journal.purge(now, 10) == 0);
    CHECK(journal.size() == entries);
    CHECK(journal.purge(now + 1us, 0) == 0);
    CHECK(journal.purge(now + 1us, 2) == 2);
    CHECK(journal.size() == entries - 2);
    CHECK(instances_of(journal.entries(std::nullopt, 10)) == std::vector<std::int64_t>{7, 6, 5, 4, 3});
    CHECK(journal.purge(now + 1us, 2) == 1);
    CHECK(journal.purge(now + 1us, 2) == 0);
    CHECK(instances_of(journal.entries(std::nullopt, 10)) == std::vector<std::int64_t>{7, 5, 4, 3});
    CHECK(journal.purge(now + 1h, 10) == 1);
    CHECK(instances_of(journal.entries(std::nullopt, 10)) == std::vector<std::int64_t>{5, 4, 3});
    // A row whose end is not known is not finished.
    world.set_state(3, 18);
    CHECK(journal.purge(now + 1h, 10) == 0);
}

TEMPLATE_LIST_TEST_CASE("a number is never given twice", "[journal][contract]", StoreWorlds) {
    TestType world;
    seed(world, {1, 2});
    fail_over(world, {entry_of(1)});
    auto first = world.journal().unconfirmed(0, 1);
    first[0].receipt = Receipt::recovered;
    world.journal().confirm(first);
    world.set_state(1, 7);
    CHECK(world.journal().purge(now + 1h, 10) == 1);
    fail_over(world, {entry_of(2)});
    CHECK(world.journal().entries(std::nullopt, 1).front().number > first[0].number);
}

TEMPLATE_LIST_TEST_CASE("five thousand entries are one batch", "[journal][contract]", StoreWorlds) {
    TestType world;
    world.init_db();
    if constexpr (TestType::real) world.sql().run("begin");
    std::vector<JournalEntry> entries;
    std::vector<model::WorkflowInstanceId> all;
    for (std::int64_t id = 1; id <= 5000; ++id) {
        world.add(SeedInstance{.id = id});
        entries.push_back(entry_of(id));
        entries.back().reason += std::string(400, 'r');
        all.push_back({id});
    }
    if constexpr (TestType::real) world.sql().run("commit");
    fail_over(world, entries);
    auto written = world.journal().unconfirmed(0, 10'000);
    REQUIRE(written.size() == 5000);
    CHECK(written.back().command == world.newest_command(5000));
    CHECK(world.journal().history_of(all).size() == 5000);
    for (auto& entry : written) entry.receipt = Receipt::recovered;
    world.journal().confirm(written);
    CHECK(world.journal().unconfirmed(0, 10).empty());
}

}  // namespace dsr::journal_entries
