// SPDX-License-Identifier: Apache-2.0
// What every Journal does with its tables, its memory and what people told it; its entries: journal_entries.cpp.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <limits>
#include <utility>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"
#include "support/failures.hpp"

namespace dsr::journal_contract {

using namespace std::chrono_literals;
using contract::berlin;
using contract::DatabaseKind;
using contract::ids;
using contract::RealStoreWorlds;
using contract::ServerStoreWorlds;
using contract::StoreWorlds;
using model::ControlAction;
using model::ControlNote;
using model::ErrorKind;
using model::Failure;
using test::failure_of;

namespace {

journal::StateOwner saved(model::Instant at) {
    return {"a registry", "a replica", at};
}

const auto now = berlin("2026-11-23 13:14:15.678") + 901us;

/// What no database may stumble over.
const std::string odd =
    "it's \"so\" \\ \\' \\0 -- ; /* :name :ids %s {x} \n\r\t <&> NULL 工作流 \xF0\x9F\x90\xAC \xC3\xBC";

ControlNote told(ControlAction action, model::Instant at = now) {
    ControlNote note;
    note.at = at;
    note.action = action;
    note.who = "root@host";
    note.why = "because";
    return note;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("the journal's tables are made once, and made again without harm", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    const auto before = journal.inspect();
    CHECK_FALSE(before.ready);
    CHECK_THAT(before.why_not_ready, Catch::Contains("no table ds_reconciler_journal"));
    CHECK_THAT(before.why_not_ready, Catch::Contains("init-db"));
    world.init_db();
    CHECK(journal.inspect().ready);
    CHECK(journal.inspect().why_not_ready.empty());
    journal.note(told(ControlAction::pause));
    world.init_db();
    CHECK(journal.inspect().ready);
    CHECK(journal.notes(10).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("without its tables the journal refuses", "[journal][contract]", StoreWorlds) {
    TestType world;
    CHECK(failure_of([&] { (void)world.journal().load_state(); }).kind() == ErrorKind::permanent);
    CHECK(failure_of([&] { world.journal().note(told(ControlAction::pause)); }).kind() == ErrorKind::permanent);
    CHECK(failure_of([&] { (void)world.journal().unconfirmed(0, 10); }).kind() == ErrorKind::permanent);
    world.init_db();
    CHECK_FALSE(world.journal().load_state().has_value());
}

TEMPLATE_LIST_TEST_CASE("what is missing of the journal is named, and made where it can be", "[journal][contract]",
                        RealStoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    auto& sql = world.sql();
    SECTION("a table") {
        sql.run("drop table ds_reconciler_control");
        CHECK_THAT(journal.inspect().why_not_ready, Catch::Contains("no table ds_reconciler_control"));
        world.init_db();
        CHECK(journal.inspect().ready);
    }
    SECTION("the format") {
        sql.run("delete from ds_reconciler_memory");
        CHECK_THAT(journal.inspect().why_not_ready,
                   Catch::Contains("without the row 'format'") && Catch::Contains("init-db"));
        world.init_db();
        CHECK(journal.inspect().ready);
    }
    SECTION("a column, which nobody adds") {
        sql.run("alter table ds_reconciler_journal drop column reason");
        CHECK_THAT(journal.inspect().why_not_ready, Catch::Contains("no column ds_reconciler_journal.reason"));
        const auto failure = failure_of([&] { world.init_db(); });
        CHECK(failure.kind() == ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("ds_reconciler_journal.reason"));
    }
    SECTION("another version's format") {
        sql.run("update ds_reconciler_memory set value = '2' where name = 'format'");
        CHECK_THAT(journal.inspect().why_not_ready, Catch::Contains("format '2'"));
        CHECK(failure_of([&] { world.init_db(); }).kind() == ErrorKind::permanent);
        CHECK(sql.value("select value from ds_reconciler_memory where name = 'format'") == "2");
    }
}

TEMPLATE_LIST_TEST_CASE("the SQL that is printed makes the journal, and may be run twice", "[journal][contract]",
                        RealStoreWorlds) {
    TestType world;
    const std::string statements = journal::create_statements(TestType::kind);
    world.sql().run(statements);
    world.database().grant();
    CHECK(world.journal().inspect().ready);
    world.sql().run(statements);
    CHECK(world.journal().inspect().ready);
}

TEMPLATE_LIST_TEST_CASE("who may not make tables is told what to do, and may use those that are there",
                        "[journal][contract]", ServerStoreWorlds) {
    TestType world;
    auto settings = world.database().settings();
    settings.user = "writer_" + std::to_string(getpid());
    settings.password = "writer";
    const auto server = support::connect_database(support::server_settings(TestType::kind));
    constexpr bool mysql = TestType::kind == DatabaseKind::mysql;
    const std::string user = mysql ? "'" + settings.user + "'@'%'" : settings.user;
    server->run("create user " + user + (mysql ? " identified by 'writer'" : " password 'writer'"));
    const auto grant = [&](const std::string& rights) {
        if (mysql) {
            server->run("grant " + rights + " on " + settings.name + ".* to " + user);
        } else {
            world.sql().run("revoke create on schema public from public; grant " + rights +
                            " on all tables in schema public to " + user);
        }
    };
    grant("select");
    std::optional<Failure> refused;
    journal::JournalState reading;
    journal::JournalState writing;
    std::vector<ControlNote> notes;
    std::string problem;
    try {
        store::SociStore store(settings);
        journal::SociJournal journal(store);
        refused = failure_of([&] { journal.create(); });
        world.init_db();
        grant("select");
        reading = journal.inspect();
        grant("select, insert, update, delete");
        writing = journal.inspect();
        journal.create();
        journal.note(told(ControlAction::pause));
        notes = journal.notes(10);
    } catch (const std::exception& failure) {
        problem = failure.what();
    }
    if (!mysql) world.sql().run("drop owned by " + user);
    server->run("drop user " + user);
    CHECK(problem.empty());
    REQUIRE(refused.has_value());
    CHECK(refused->kind() == ErrorKind::permanent);
    CHECK_THAT(refused->what(), Catch::Contains("cannot be created") && Catch::Contains("init-db --print") &&
                                    Catch::Contains("lacks a right"));
    CHECK_FALSE(reading.ready);
    CHECK_THAT(reading.why_not_ready, Catch::Contains("cannot write"));
    CHECK(writing.ready);
    CHECK(notes.size() == 1);
}

TEST_CASE("an SQLite file that may not be written takes no journal", "[journal][contract]") {
    contract::SqliteWorkflow world;
    const auto& path = world.database().settings().path;
    REQUIRE(chmod(path.c_str(), 0444) == 0);
    // To root every file is open.
    const bool root = geteuid() == 0;
    if (root) REQUIRE(seteuid(65534) == 0);
    std::optional<Failure> failure;
    try {
        store::SociStore store(world.database().settings());
        journal::SociJournal journal(store);
        journal.create();
    } catch (const Failure& thrown) {
        failure = thrown;
    }
    if (root) REQUIRE(seteuid(0) == 0);
    REQUIRE(chmod(path.c_str(), 0644) == 0);
    REQUIRE(failure.has_value());
    CHECK(failure->kind() == ErrorKind::permanent);
    CHECK_THAT(failure->what(), Catch::Contains("cannot be created") && Catch::Contains("read-only"));
}

TEMPLATE_LIST_TEST_CASE("the saved state is loaded, absences and all", "[journal][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    CHECK_FALSE(journal.load_state().has_value());

    model::PersistedState learnt;
    journal.save_state(learnt, saved(now));
    CHECK(journal.load_state() == learnt);

    learnt.zone.proofs[{"10.0.0.2:5678"}] = {now - 2h, 99, now};
    learnt.zone.doubt = model::ZoneDoubt{{4712}, model::OwnershipColumn::start_time, now - 1h, now - 1min, now, 1};
    learnt.zone.disproved_at = now;
    learnt.canary = model::Canary{{4711}, odd};
    auto& membership = learnt.membership;
    membership.registry_session = 0x7fff'0000'0000'0001;
    membership.last_view = now;
    membership.all_gone_once = true;
    membership.absent[{"10.0.0.1:5678"}] = {now - 5min, now - 1us, 7, true,
                                            model::Incarnation{{"10.0.0.1:5678"}, now - 24h, 4711}};
    membership.absent[{odd}] = {now, now, 1, false, std::nullopt};
    membership.present[{"10.0.0.2:5678"}] = {now - 1h, now - 1s, 3, now - 2h, 99, -1};
    membership.present[{"10.0.0.3:5678"}] = {now, now, 1, std::nullopt, std::nullopt, 0};
    learnt.cluster = {{"0x5/1", "d1"}, model::ClusterStanding::disproved, odd, now - 1us, 0x7fff'0000'0000'0001};
    journal.save_state(learnt, saved(now + 1s));
    CHECK(journal.load_state() == learnt);

    learnt.workers = {odd, now, {{"10.0.1.1:1234"}, {odd}}, {{{"10.0.1.2:1234"}, now - 5h}}};
    journal.save_state(learnt, saved(now + 1s));
    CHECK(journal.load_state() == learnt);
    learnt.workers.latest_view = now + 1s;
    journal.save_state(learnt, saved(now + 2s));
    CHECK(journal.load_state() == learnt);
    learnt.workers = {odd, now + 2s, {}, {{{odd}, now + 1s}}};
    journal.save_state(learnt, saved(now + 3s));
    CHECK(journal.load_state() == learnt);

    learnt.timeline.events = {
        {.at = now, .kind = model::TimelineKind::masters_lost, .count = 2, .masters = {{odd}}},
        {.at = now + 1us, .kind = model::TimelineKind::hold_began, .guard = model::Guard::clock, .reason = odd},
        {.at = now + 1s, .kind = model::TimelineKind::hold_ended, .guard = model::Guard::clock, .since = now}};
    learnt.timeline.absent = {{odd}};
    learnt.timeline.holds = {{model::Guard::mass_loss, now}};
    journal.save_state(learnt, saved(now + 4s));
    CHECK(journal.load_state() == learnt);
    journal.save_state(learnt, saved(now + 4s));
    CHECK(journal.load_state() == learnt);

    journal.save_state({}, saved(now + 2s));
    CHECK(journal.load_state() == model::PersistedState{});
}

TEMPLATE_LIST_TEST_CASE("the journal tells who saved the state last, and by which registry", "[journal][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    CHECK_FALSE(journal.identity().owner);
    const journal::StateOwner first{odd, "replica 1", now};
    journal.save_state({}, first);
    CHECK(journal.identity().owner == first);
    const journal::StateOwner second{"jdbc 1", odd, now + 1us};
    journal.save_state({}, second);
    CHECK(journal.identity().owner == second);
    CHECK(journal.identity().database.empty());
}

TEMPLATE_LIST_TEST_CASE("a touch changes nothing, and needs the tables", "[journal][contract]", StoreWorlds) {
    TestType world;
    try {
        world.journal().touch();
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
    }
    world.init_db();
    CHECK_NOTHROW(world.journal().touch());
    CHECK_FALSE(world.journal().load_state());
    CHECK(world.journal().inspect().ready);
}

TEMPLATE_LIST_TEST_CASE("a large state is saved as well as a small one", "[journal][contract]", StoreWorlds) {
    TestType world;
    world.init_db();
    model::PersistedState learnt;
    for (int i = 0; i < 1000; ++i) {
        const std::string address = "a-master-with-a-long-name-in-some-rack." + std::to_string(i) + ".example:5678";
        learnt.membership.absent[{address}] = {now, now, i, true, model::Incarnation{{address}, now, i}};
    }
    world.journal().save_state(learnt, saved(now));
    CHECK(world.journal().load_state() == learnt);
}

TEMPLATE_LIST_TEST_CASE("the workers' addresses are written when they change, not in every sweep",
                        "[journal][contract]", RealStoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    const auto written_at = [&] {
        return world.sql().value("select updated_at from ds_reconciler_memory where name = 'workers'");
    };
    model::PersistedState learnt;
    learnt.workers = {odd, now, {{"10.0.1.1:1234"}}, {{{"10.0.1.2:1234"}, now - 5h}}};
    journal.save_state(learnt, saved(now));
    const auto first = written_at();
    learnt.workers.latest_view = now + 1min;
    journal.save_state(learnt, saved(now + 1min));
    CHECK(written_at() == first);
    CHECK(journal.load_state() == learnt);
    learnt.workers.registered.insert({"10.0.1.3:1234"});
    journal.save_state(learnt, saved(now + 2min));
    CHECK(written_at() != first);
    CHECK(journal.load_state() == learnt);

    learnt.workers = {};
    for (const char* text : {"", "nonsense", "{}", "[]", R"({"registry":"r","registered":[1],"departed":{}})",
                             R"({"registry":"r","registered":[],"departed":{"a:1":"x"}})"}) {
        world.sql().run(std::string("update ds_reconciler_memory set value = '") + text + "' where name = 'workers'");
        CHECK(journal.load_state() == learnt);
    }
    world.sql().run("delete from ds_reconciler_memory where name = 'workers'");
    CHECK(journal.load_state() == learnt);
}

TEMPLATE_LIST_TEST_CASE("a memory that is broken or of another zone is not believed", "[journal][contract]",
                        RealStoreWorlds) {
    TestType world;
    world.init_db();
    model::PersistedState learnt;
    learnt.zone.proofs[{"10.0.0.2:5678"}] = {now - 2h, 99, now};
    learnt.canary = model::Canary{{1}, "s"};
    world.journal().save_state(learnt, saved(now));
    SECTION("another zone: all but its evidence") {
        auto settings = world.database().daemon_settings();
        settings.zone = model::Zone("Asia/Shanghai");
        store::SociStore store(settings);
        journal::SociJournal journal(store);
        const auto loaded = journal.load_state();
        REQUIRE(loaded.has_value());
        CHECK(loaded->zone == model::ZoneEvidence{});
        CHECK(loaded->canary == learnt.canary);
    }
    SECTION("broken") {
        for (const char* text :
             {"", "nonsense", "{}", "[]", "null", R"({"zone":"Europe/Berlin","zone_proven":true})"}) {
            world.sql().run(std::string("update ds_reconciler_memory set value = '") + text +
                            "' where name = 'remembered'");
            CHECK_FALSE(world.journal().load_state().has_value());
        }
        world.journal().save_state(learnt, saved(now));
        CHECK(world.journal().load_state() == learnt);
    }
}

TEMPLATE_LIST_TEST_CASE("a database keeps the first identity that it was given", "[journal][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    CHECK(journal.identity().database.empty());
    journal.identify("d1", now);
    journal.identify("d2", now + 1s);
    CHECK(journal.identity().database == "d1");
    journal.create();
    CHECK(journal.identity().database == "d1");
}

TEMPLATE_LIST_TEST_CASE("the newest release of the cluster is in force", "[journal][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    journal.note(told(ControlAction::release_cluster, now + 1us));
    journal.note(told(ControlAction::release_cluster, now + 2us));
    journal.note(told(ControlAction::pause, now + 3us));
    const auto control = journal.control();
    CHECK(control.cluster_release == journal.notes(2).back());
    REQUIRE(control.cluster_release);
    CHECK(control.cluster_release->at == now + 2us);
    CHECK(control.cluster_release->number > 0);
    CHECK(control.pause);
    CHECK_FALSE(control.mass_loss_release);
}

TEMPLATE_LIST_TEST_CASE("the newest pause or resume is in force", "[journal][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    CHECK(journal.control() == model::Control{});
    journal.note(told(ControlAction::resume));
    CHECK(journal.control() == model::Control{});

    auto pause = told(ControlAction::pause, now + 1us);
    pause.until = now + 2h;
    journal.note(pause);
    pause.number = journal.notes(1).front().number;
    CHECK(journal.control() == model::Control{pause, std::nullopt});

    auto later = told(ControlAction::pause, now + 2us);
    journal.note(later);
    auto release = told(ControlAction::release, now + 3us);
    release.instance = {7};
    journal.note(release);
    journal.note(told(ControlAction::release_mass_loss, now + 4us));
    later.number = journal.notes(3).back().number;
    CHECK(journal.control() == model::Control{later, now + 4us});

    journal.note(told(ControlAction::resume, now + 5us));
    CHECK(journal.control() == model::Control{std::nullopt, now + 4us});
    journal.note(told(ControlAction::release_mass_loss, now + 6us));
    CHECK(journal.control() == model::Control{std::nullopt, now + 6us});
    journal.note(told(ControlAction::release_clock, now + 7us));
    journal.note(told(ControlAction::release_clock, now + 8us));
    CHECK(journal.control() == model::Control{std::nullopt, now + 6us, std::nullopt, std::nullopt, now + 8us});
}

TEMPLATE_LIST_TEST_CASE("notes are kept as they were told, the newest first", "[journal][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    std::vector<ControlNote> all;
    for (int i = 0; i < 5; ++i) {
        auto note = told(static_cast<ControlAction>(i), now + i * 1us);
        note.who = i == 0 ? "" : odd;
        note.why = i == 1 ? "" : odd + odd;
        if (i == 2) note.instance = {3'000'000'000};
        if (i == 0) note.until = now + 24h;
        journal.note(note);
        if (note.action == ControlAction::release) note.terms.emplace();  // unbound until a sweep looks at it
        all.insert(all.begin(), note);
    }
    auto told_all = journal.notes(10);
    REQUIRE(told_all.size() == 5);
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (auto& note : told_all) {
        CHECK(note.number > 0);
        CHECK(note.number < before);
        before = std::exchange(note.number, 0);
    }
    CHECK(told_all == all);
    CHECK(journal.notes(2).size() == 2);
    CHECK(journal.notes(0).empty());
}

TEMPLATE_LIST_TEST_CASE("who told what is written even if it is not a text", "[journal][contract]", RealStoreWorlds) {
    TestType world;
    world.init_db();
    auto note = told(ControlAction::pause);
    note.who = "\xff\xfe";
    note.why = std::string("a\0b", 3);
    world.journal().note(note);
    const auto written = world.journal().notes(1).front();
    CHECK(written.who == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(written.why ==
          "a\xEF\xBF\xBD"
          "b");
}

TEMPLATE_LIST_TEST_CASE("while a failover is open the journal is not to be used", "[journal][contract]", StoreWorlds) {
    TestType world;
    world.init_db();
    {
        const auto transaction = world.store().begin_failover({});
        CHECK_THROWS_AS(world.journal().inspect(), std::logic_error);
        CHECK_THROWS_AS(world.journal().load_state(), std::logic_error);
        CHECK_THROWS_AS(world.journal().note(told(ControlAction::pause)), std::logic_error);
        CHECK_THROWS_AS(world.journal().history_of(ids({1})), std::logic_error);
        CHECK_THROWS_AS(world.journal().purge(now, 1), std::logic_error);
    }
    CHECK(world.journal().notes(10).empty());
}

}  // namespace dsr::journal_contract
