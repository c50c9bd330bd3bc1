// SPDX-License-Identifier: Apache-2.0
// The optional index on unfinished instances: made once, found again, taken by the planner, and nothing but faster.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::workflow_store_index {

using contract::DatabaseKind;
using contract::RealStoreWorlds;
using contract::ServerStoreWorlds;
using model::ErrorKind;
using model::Failure;
using support::SeedInstance;

namespace {

/// A row of each state that there is anywhere, of none, and of numbers beyond: ids ascend from 1.
template <typename World>
void add_every_state(World& world) {
    std::int64_t id = 0;
    world.add(SeedInstance{.id = ++id, .state = std::nullopt});
    for (int state = -1; state <= 20; ++state) world.add(SeedInstance{.id = ++id, .state = state});
    world.add(SeedInstance{.id = ++id, .state = 127});
    world.add(SeedInstance{.id = ++id, .state = 1});
}

std::vector<std::int64_t> ids_of(const std::vector<model::WorkflowInstance>& rows) {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) ids.push_back(row.id.value);
    return ids;
}

std::vector<std::int64_t> by_pages(store::WorkflowStore& store, std::size_t limit) {
    std::vector<std::int64_t> all;
    model::WorkflowInstanceId after{0};
    for (;;) {
        const auto page = ids_of(store.unfinished_after(after, limit));
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < limit) return all;
        after = {page.back()};
    }
}

/// 3,000 finished rows and one that is not, as the planner's statistics know them.
template <typename World>
void add_history(World& world) {
    std::string rows;
    for (int id = 1; id <= 3001; ++id) {
        rows += (id == 1 ? "(" : ", (") + std::to_string(id) + ", 'wf', " + (id == 1500 ? "1" : "7") +
                ", 0, '2026-11-22 21:12:00', 1, '10.9.9.9:5678', 0, 9001, 1, 5)";
    }
    world.sql().run(
        world.named("insert into {instance} (id, name, state, recovery, start_time, run_times, host, command_type, "
                    "{definition_code}, {definition_version}, executor_id) "
                    "values ") +
        rows);
    if constexpr (World::kind == DatabaseKind::mysql) {
        (void)world.sql().rows(world.named("analyze table {instance}"));
    } else {
        world.sql().run("analyze");
    }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("the optional index is made once, and found from then on", "[store][contract][index]",
                        RealStoreWorlds) {
    TestType world;
    (void)world.database().alter();
    store::SociStore store(world.database().settings());
    (void)store.inspect();
    CHECK_FALSE(store.unfinished_scan().indexed);
    CHECK(store.make_unfinished_index());
    CHECK_FALSE(store.make_unfinished_index());
    (void)store.inspect();
    CHECK(store.unfinished_scan().indexed);
    store::SociStore another(world.database().settings());
    CHECK_FALSE(another.make_unfinished_index());
}

TEMPLATE_LIST_TEST_CASE("the index on tasks is made once, and where the schema has one it is found",
                        "[store][contract][index]", RealStoreWorlds) {
    TestType world;
    (void)world.database().alter();
    store::SociStore store(world.database().settings());
    (void)store.inspect();
    CHECK(store.task_scan().indexed == (TestType::kind == DatabaseKind::mysql));
    CHECK(store.make_task_index() == (TestType::kind != DatabaseKind::mysql));
    CHECK_FALSE(store.make_task_index());
    (void)store.inspect();
    CHECK(store.task_scan().indexed);
}

TEST_CASE("what PostgreSQL notices on the way is not printed", "[store][contract][index]") {
    contract::PostgresqlProcess world;
    std::string level;
    world.store().ping();
    auto& session = static_cast<store::SociStore&>(world.store()).session();
    session.run("asking",
                [&](soci::session& connection) { connection << "show client_min_messages", soci::into(level); });
    CHECK(level == "warning");
}

TEMPLATE_LIST_TEST_CASE("with the index the same rows are read, page by page", "[store][contract][index]",
                        RealStoreWorlds) {
    TestType world;
    (void)world.database().alter();
    add_every_state(world);
    store::SociStore store(world.database().settings());
    const auto before = by_pages(store, 1000);
    CHECK(before.size() >= 15);
    CHECK(store.make_unfinished_index());
    CHECK(by_pages(store, 1000) == before);
    CHECK(by_pages(store, 1) == before);
    CHECK(by_pages(store, 4) == before);
    // As one read them whose schema was inspected before the index was made.
    CHECK(by_pages(world.store(), 4) == before);
}

TEMPLATE_LIST_TEST_CASE("the planner takes the index", "[store][contract][index]", RealStoreWorlds) {
    TestType world;
    (void)world.database().alter();
    add_history(world);
    store::SociStore store(world.database().settings());
    CHECK(store.make_unfinished_index());
    CHECK(ids_of(store.unfinished_after({0}, 2000)) == std::vector<std::int64_t>{1500});

    std::string sql = store::sql_of(TestType::kind, store.facts()).unfinished_by_index;
    for (const auto& [name, value] : {std::pair(":after", "0"), std::pair(":limit", "2000")}) {
        for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name)) sql.replace(at, 6, value);
    }
    std::string plan;
    for (const auto& row :
         world.sql().rows((TestType::kind == DatabaseKind::sqlite ? "explain query plan " : "explain ") + sql)) {
        for (const auto& [column, value] : row) plan += value.value_or("") + " ";
        plan += "\n";
    }
    INFO(plan);
    CHECK_THAT(plan, Catch::Contains("ds_reconciler_unfinished"));
    CHECK_THAT(plan, !Catch::Contains("Seq Scan") && !Catch::Contains(world.named("{instance} ALL")));
}

TEMPLATE_LIST_TEST_CASE("who may not make the index is told so, and nothing is made", "[store][contract][index]",
                        ServerStoreWorlds) {
    TestType world;
    constexpr bool mysql = TestType::kind == DatabaseKind::mysql;
    auto settings = world.database().settings();
    settings.user = "indexer_" + std::to_string(getpid());
    settings.password = "indexer";
    const auto server = support::connect_database(support::server_settings(TestType::kind));
    const std::string user = mysql ? "'" + settings.user + "'@'%'" : settings.user;
    server->run("create user " + user + (mysql ? " identified by 'indexer'" : " password 'indexer'"));
    if (mysql) {
        server->run("grant select, insert, update on " + settings.name + ".* to " + user);
    } else {
        world.sql().run("grant select, insert, update on all tables in schema public to " + user);
    }
    std::optional<Failure> refused;
    {
        store::SociStore store(settings);
        try {
            (void)store.make_unfinished_index();
        } catch (const Failure& failure) {
            refused = failure;
        }
        (void)store.inspect();
        CHECK_FALSE(store.unfinished_scan().indexed);
    }
    if (!mysql) world.sql().run("drop owned by " + user);
    server->run("drop user " + user);
    REQUIRE(refused);
    CHECK(refused->kind() == ErrorKind::permanent);
    CHECK_THAT(refused->what(), Catch::Contains("lacks a right") && Catch::Contains("index on unfinished instances"));
}

}  // namespace dsr::workflow_store_index
