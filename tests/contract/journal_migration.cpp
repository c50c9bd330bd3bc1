// SPDX-License-Identifier: Apache-2.0
// A journal that version 0.1.0 made: before the columns of later versions are added, after, and beside that version.
#include <catch2/catch.hpp>

#include "contract/journal_of_0_1_0.hpp"
#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::journal_migration {

using namespace std::chrono_literals;
using contract::berlin;
using contract::dead;
using contract::ids;
using contract::RealStoreWorlds;
using contract::ServerStoreWorlds;
using model::ControlAction;
using model::ReleaseState;
using support::SeedInstance;

namespace {

const auto now = berlin("2026-11-23 13:14:15.678");
const auto owned_since = berlin("2026-11-22 21:12:00.302069");
constexpr const char* build_in_place = "its command is gone and it is no longer claimed";

std::string count(model::Instant time) {
    return std::to_string(time.time_since_epoch().count());
}

/// Its tables with what it wrote: an entry with a receipt `recovered` of a row recovered in place, a release, a pause.
template <typename World>
void make_0_1_0(World& world) {
    world.sql().run(contract::tables_of_0_1_0(World::kind));
    world.database().grant();
    world.sql().run(std::string("insert into ds_reconciler_journal (") + contract::entry_columns_0_1_0 +
                    ") values ('s', " + count(now - 1h) + ", 'failover', 1, '" + dead.text + "', null, null, 1, " +
                    count(owned_since) + ", 0, 17, 'orphan', 'r', '0.1.0', 'host pid 1', 'recovered', " +
                    count(now - 50min) + ", null, '" + build_in_place + "')");
    world.sql().run(std::string("insert into ds_reconciler_control (") + contract::note_columns_0_1_0 + ") values (" +
                    count(now - 30min) + ", 'release', 2, null, 'root@host', 'w'), (" + count(now - 20min) +
                    ", 'pause', null, " + count(now + 1h) + ", 'root@host', 'w')");
    world.sql().run(std::string("insert into ds_reconciler_memory (name, value, updated_at) values ('remembered', '") +
                    contract::memory_0_1_0 + "', 0)");
}

/// What is known of that.
void check_known(journal::Journal& journal) {
    const auto learnt = journal.load_state();
    REQUIRE(learnt.has_value());
    CHECK(learnt->zone == model::ZoneEvidence{});  // its proof was for no incarnation
    CHECK(learnt->canary == model::Canary{{4711}, "sweep"});
    const auto& absent = learnt->membership.absent;
    REQUIRE(absent.size() == 2);
    const model::Instant then{1'795'435'200'123'456us};
    CHECK(absent.at({"a:1"}).since == then);  // its grace goes on
    CHECK(absent.at({"a:1"}).views == 3);
    CHECK(absent.at({"a:1"}).witnessed);
    CHECK(absent.at({"a:1"}).fenced == then - 2s);
    CHECK(absent.at({"b:1"}).since == then);
    CHECK(learnt->membership.present.at({"c:1"}).views == 4);

    auto histories = journal.history_of(ids({1, 2}));
    REQUIRE(histories[{1}].entries.size() == 1);
    const auto entry = histories[{1}].entries.front();
    CHECK(entry.owned_since == owned_since);
    CHECK(entry.receipt == model::Receipt::recovered);
    CHECK(entry.message == build_in_place);
    CHECK_FALSE(entry.zone.has_value());
    REQUIRE(histories[{2}].releases.size() == 1);
    CHECK(histories[{2}].releases.front().at == now - 30min);
    CHECK_FALSE(histories[{2}].releases.front().terms.has_value());  // it waives each gate and has no end, as it did
    const auto control = journal.control();
    REQUIRE(control.pause.has_value());
    CHECK(control.pause->until == now + 1h);
    CHECK_FALSE(control.pause->terms.has_value());
}

model::JournalEntry entry_of(std::int64_t instance, std::optional<std::string> zone) {
    model::JournalEntry entry;
    entry.sweep = "later";
    entry.at = now;
    entry.instance = {instance};
    entry.from_host = dead;
    entry.old_state = 1;
    entry.owned_since = berlin("2026-11-22 21:12:00");
    entry.version = "later";
    entry.zone = std::move(zone);
    return entry;
}

template <typename World>
void fail_over(World& world, const model::JournalEntry& entry) {
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock(std::vector{entry.instance}, dead);
    transaction->fail_over(rows, dead, now);
    transaction->record(std::vector{entry});
    transaction->commit();
}

model::ControlNote release_of(std::int64_t instance) {
    model::ControlNote note;
    note.at = now;
    note.action = ControlAction::release;
    note.instance = {instance};
    note.who = "root@host";
    note.why = "because";
    return note;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a journal of version 0.1.0 works on, and is whole after it was migrated",
                        "[journal][contract]", RealStoreWorlds) {
    TestType world;
    make_0_1_0(world);
    world.add_definition(9001, 1);
    for (const auto id : {5, 6}) world.add(SeedInstance{.id = id});
    auto& journal = world.journal();
    const auto before = journal.inspect();
    CHECK(before.ready);
    CHECK(before.shadow_ready);
    CHECK_FALSE(before.replicas_ready);
    CHECK_THAT(before.why_no_replicas,
               Catch::Contains("no table ds_reconciler_replicas") && Catch::Contains("init-db"));
    CHECK_FALSE(before.additions_ready);
    CHECK_THAT(before.missing_columns,
               Catch::Contains("no column ds_reconciler_journal.zone") && Catch::Contains("init-db"));
    check_known(journal);
    fail_over(world, entry_of(5, std::nullopt));
    journal.note(release_of(5));
    CHECK(journal.open_releases().empty());

    world.init_db();
    const auto after = journal.inspect();
    CHECK(after.additions_ready);
    CHECK(after.missing_columns.empty());
    // As its owner: MySQL hides the table of replicas from a daemon that needs no right to it.
    store::SociStore owners(world.database().settings());
    const auto of_owner = journal::SociJournal(owners).inspect();
    CHECK(of_owner.replicas_ready);
    CHECK(of_owner.why_no_replicas.empty());
    check_known(journal);
    CHECK(journal.history_of(ids({5}))[{5}].entries.size() == 1);
    fail_over(world, entry_of(6, "Europe/Berlin"));
    CHECK(journal.history_of(ids({6}))[{6}].entries.front().zone == "Europe/Berlin");
    journal.note(release_of(6));
    REQUIRE(journal.open_releases().size() == 1);
    CHECK(journal.open_releases().front().instance == model::WorkflowInstanceId{6});
    world.init_db();
    check_known(journal);
}

TEMPLATE_LIST_TEST_CASE("the SQL that is printed migrates a journal of version 0.1.0", "[journal][contract]",
                        ServerStoreWorlds) {
    TestType world;
    make_0_1_0(world);
    for (int i = 0; i < 2; ++i) {
        world.sql().run(journal::create_statements(TestType::kind));
        CHECK(world.journal().inspect().additions_ready);
        check_known(world.journal());
        CHECK(world.sql().rows("select ticket, identity, expires from ds_reconciler_replicas").empty());
    }
}

TEMPLATE_LIST_TEST_CASE("tickets of replicas are not used again", "[journal][contract]", RealStoreWorlds) {
    TestType world;
    world.init_db();
    const auto add = [&] {
        world.sql().run("insert into ds_reconciler_replicas (identity, expires) values ('a', 1)");
        const auto ticket = world.sql().value("select max(ticket) as n from ds_reconciler_replicas").value();
        world.sql().run("delete from ds_reconciler_replicas");
        return std::stoll(ticket);
    };
    const auto first = add();
    CHECK(first > 0);
    CHECK(add() > first);
}

TEMPLATE_LIST_TEST_CASE("a journal without the table of replicas is ready, and gets it where that is allowed",
                        "[journal][contract]", RealStoreWorlds) {
    TestType world;
    world.init_db();
    world.sql().run("drop table ds_reconciler_replicas");
    const auto state = world.journal().inspect();
    CHECK(state.ready);
    CHECK(state.shadow_ready);
    CHECK(state.additions_ready);
    CHECK_FALSE(state.replicas_ready);
    // The daemon may not create tables, and needs this one only with a registry in the database.
    CHECK_NOTHROW(world.journal().create());
    world.init_db();
    CHECK(world.sql().rows("select * from ds_reconciler_replicas").empty());
}

TEST_CASE("for SQLite the printed SQL names in comments what an older journal needs", "[journal][contract]") {
    CHECK_THAT(
        journal::create_statements(store::DatabaseKind::sqlite),
        Catch::Contains("\n-- if version 0.1.0 made the table, once: alter table ds_reconciler_journal add column"));
}

TEMPLATE_LIST_TEST_CASE("a daemon that may not add columns says so and works on", "[journal][contract]",
                        ServerStoreWorlds) {
    TestType world;
    make_0_1_0(world);
    world.add_definition(9001, 1);
    world.add(SeedInstance{.id = 5});
    auto& journal = world.journal();
    try {
        journal.create();
        FAIL("it added columns without the right to");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("cannot be created") && Catch::Contains("init-db --print"));
    }
    CHECK(journal.inspect().ready);
    CHECK_FALSE(journal.inspect().additions_ready);
    check_known(journal);
    fail_over(world, entry_of(5, std::nullopt));
    CHECK(journal.history_of(ids({5}))[{5}].entries.size() == 1);
}

TEMPLATE_LIST_TEST_CASE("columns that may not be written count as missing", "[journal][contract]", ServerStoreWorlds) {
    TestType world;
    world.init_db();
    CHECK(world.journal().inspect().additions_ready);
    constexpr bool mysql = TestType::kind == store::DatabaseKind::mysql;
    const auto& settings = world.database().settings();
    const std::string user = "ds_reconciler";
    // The rights that version 0.1.0 asked for.
    world.sql().run(mysql ? "revoke update on " + settings.name + ".ds_reconciler_control from '" + user + "'@'%'"
                          : "revoke update on ds_reconciler_control from " + user);
    const auto state = world.journal().inspect();
    CHECK(state.ready);
    CHECK_FALSE(state.additions_ready);
    CHECK_THAT(state.missing_columns, Catch::Contains("cannot write") && Catch::Contains("--print-grants"));
}

TEMPLATE_LIST_TEST_CASE("version 0.1.0 goes on with a migrated journal", "[journal][contract]", RealStoreWorlds) {
    TestType world;
    make_0_1_0(world);
    world.init_db();
    // Its statements: the probes of its inspect(), its INSERTs, its count of releases.
    for (const char* table : {"ds_reconciler_journal", "ds_reconciler_control", "ds_reconciler_memory"})
        world.sql().run(std::string("insert into ") + table + " select * from " + table + " where 1 = 0");
    world.sql().run(std::string("insert into ds_reconciler_journal (") + contract::entry_columns_0_1_0 +
                    ") values ('old', " + count(now) + ", 'failover', 3, '" + dead.text + "', null, null, 1, " +
                    count(owned_since) + ", 0, 18, 'orphan', 'r', '0.1.0', 'host pid 1', 'awaited', null, null, '')");
    world.sql().run(std::string("insert into ds_reconciler_control (") + contract::note_columns_0_1_0 + ") values (" +
                    count(now) + ", 'release', 3, null, 'root@host', 'w')");
    auto& journal = world.journal();
    const auto history = journal.history_of(ids({3}))[{3}];
    REQUIRE(history.entries.size() == 1);
    CHECK(history.entries.front().owned_since == owned_since);
    REQUIRE(history.releases.size() == 1);
    CHECK_FALSE(history.releases.front().terms.has_value());
    CHECK(journal.open_releases().empty());
    const auto notes = journal.notes(1);
    REQUIRE(notes.size() == 1);
    CHECK_FALSE(notes.front().terms.has_value());

    // A release that ended is none to it.
    journal.note(release_of(4));
    auto open = journal.open_releases();
    REQUIRE(open.size() == 1);
    REQUIRE(open.front().terms.has_value());
    CHECK(open.front().terms->state == ReleaseState::unbound);
    const auto releases_of_0_1_0 = [&] {
        return world.sql().value(
            "select count(*) as n from ds_reconciler_control where instance_id = 4 and action = 'release'");
    };
    CHECK(releases_of_0_1_0() == "1");
    auto& terms = *open.front().terms;
    terms = {ReleaseState::bound, "workers_reached", owned_since, 5min, now, "bound"};
    journal.settle_releases(open);
    CHECK(journal.open_releases() == open);
    open.front().action = ControlAction::ended_release;
    terms = {ReleaseState::expired, "workers_reached", owned_since, 1h, now + 1h, "not used within 1 h 00 m"};
    journal.settle_releases(open);
    CHECK(journal.open_releases().empty());
    CHECK(releases_of_0_1_0() == "0");
    CHECK(journal.history_of(ids({4})).empty());
    CHECK(journal.notes(1) == open);
}

}  // namespace dsr::journal_migration
