// SPDX-License-Identifier: Apache-2.0
// What every WorkflowStore reads of the serial queues and of the commands that wait, and what it does without the
// right.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "journal/grants.hpp"

namespace dsr::workflow_store_queues {

using contract::berlin;
using contract::ids;
using contract::StoreWorlds;
using model::StuckQueue;
using support::SeedInstance;
using support::SeedSerialCommand;

namespace {

using WorkflowWorlds =
    std::tuple<contract::FakeWorkflow, contract::SqliteWorkflow, contract::PostgresqlWorkflow, contract::MysqlWorkflow>;
using RealWorkflowWorlds = std::tuple<contract::SqliteWorkflow, contract::PostgresqlWorkflow, contract::MysqlWorkflow>;
using ServerWorkflowWorlds = std::tuple<contract::PostgresqlWorkflow, contract::MysqlWorkflow>;

std::vector<std::int64_t> ids_of(const std::vector<model::WaitingCommand>& commands) {
    std::vector<std::int64_t> all;
    for (const auto& command : commands) all.push_back(command.instance.value);
    return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a serial queue is stuck by its oldest row", "[store][contract]", WorkflowWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 10, .state = 6});
    world.add(SeedInstance{.id = 12, .state = 18});
    world.add(SeedInstance{.id = 13, .state = 18});
    world.add_command(13);
    world.add(SeedInstance{.id = 14, .state = 1});
    world.add(SeedInstance{.id = 15, .state = 14});
    world.add(SeedInstance{.id = 16, .state = std::nullopt});
    world.add(SeedInstance{.id = 17, .state = 7});
    world.add(SeedSerialCommand{.id = 1, .instance = 10, .state = 1, .definition_code = 9001});
    world.add(SeedSerialCommand{.id = 2, .instance = 15, .definition_code = 9001});
    world.add(SeedSerialCommand{.id = 3, .instance = 99, .state = 1, .definition_code = 9001, .definition_version = 2});
    world.add(SeedSerialCommand{.id = 4, .instance = 12, .state = 1, .definition_code = 9003});
    world.add(SeedSerialCommand{.id = 5, .instance = 15, .definition_code = 9003});
    world.add(SeedSerialCommand{.id = 6, .instance = 15, .definition_code = 9003});
    // These go on: a command waits, it runs, it waits to be launched, nobody knows its state, it succeeded.
    world.add(SeedSerialCommand{.id = 7, .instance = 13, .state = 1, .definition_code = 9004});
    world.add(SeedSerialCommand{.id = 8, .instance = 14, .state = 1, .definition_code = 9005});
    world.add(SeedSerialCommand{.id = 9, .instance = 10, .state = 1, .definition_code = 9005});  // not the oldest
    world.add(SeedSerialCommand{.id = 10, .instance = 10, .state = 0, .definition_code = 9006});
    world.add(SeedSerialCommand{.id = 11, .instance = 16, .state = 1, .definition_code = 9007});
    world.add(SeedSerialCommand{.id = 12, .instance = 17, .state = 1, .definition_code = 9008});
    const auto seen = world.store().queues(100, 100);
    CHECK(seen.unread.empty());
    REQUIRE(seen.stuck.size() == 3);
    CHECK(seen.stuck[0] == StuckQueue{1, 9001, 1, {10}, 6, 1});
    CHECK(seen.stuck[1] == StuckQueue{3, 9001, 2, {99}, std::nullopt, 0});
    CHECK(seen.stuck[2] == StuckQueue{4, 9003, 1, {12}, 18, 2});
    // Of the oldest rows only.
    const auto fewer = world.store().queues(5, 100).stuck;
    REQUIRE(fewer.size() == 3);
    CHECK(fewer[2].waiting == 1);
    CHECK(world.store().queues(2, 100).stuck.size() == 1);
}

TEMPLATE_LIST_TEST_CASE("more stuck queues than are read at a time are seen", "[store][contract]", WorkflowWorlds) {
    TestType world;
    for (int id = 1; id <= 501; ++id)
        world.add(SeedSerialCommand{.id = id, .instance = 10 + id, .state = 1, .definition_code = 9000 + id});
    CHECK(world.store().queues(1000, 10).stuck.size() == 501);
}

TEMPLATE_LIST_TEST_CASE("commands that wait are read, the oldest first, with the time they bear", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add(SeedInstance{.id = 1, .state = 1});
    world.add_command(7);
    (void)contract::fail_over(world.store(), ids({1}), berlin("2026-11-23 13:14:15"));
    world.add_command(0);
    const auto seen = world.store().queues(10, 10);
    CHECK(seen.unread.empty());
    CHECK(seen.stuck.empty());
    REQUIRE(ids_of(seen.commands) == std::vector<std::int64_t>{7, 1, 0});
    CHECK_FALSE(seen.commands[0].updated_at);
    CHECK(seen.commands[1].updated_at == berlin("2026-11-23 13:14:15"));
    CHECK(seen.commands[1].id == world.newest_command(1));
    CHECK(ids_of(world.store().queues(10, 2).commands) == std::vector<std::int64_t>{7, 1});
    CHECK(seen.commands[0].id < seen.commands[1].id);
}

TEMPLATE_LIST_TEST_CASE("a 3.3 has no serial queues, and nothing is missed", "[store][contract][schema]",
                        RealWorkflowWorlds) {
    TestType world;
    world.add_command(7);
    auto& sql = world.database().alter();
    sql.run("drop table t_ds_serial_command");
    CHECK_FALSE(world.store().inspect().serial_queue);
    // 3.4.0 and later have the table, so the right may be missing.
    CHECK_THAT(world.store().queues(10, 10).unread, Catch::Contains("t_ds_serial_command"));
    sql.run("update t_ds_version set version = '3.3.2'");
    CHECK_FALSE(world.store().inspect().serial_queue);
    const auto seen = world.store().queues(10, 10);
    CHECK(seen.unread.empty());
    CHECK(seen.commands.size() == 1);
}

TEMPLATE_LIST_TEST_CASE("without the right to the serial queues the rest is read", "[store][contract]",
                        ServerWorkflowWorlds) {
    TestType world;
    world.add_command(7);
    world.add(SeedSerialCommand{.id = 1, .instance = 99, .state = 1});
    const bool mysql = TestType::kind == contract::DatabaseKind::mysql;
    const std::string user = mysql ? std::string("'") + journal::granted_user + "'@'%'" : journal::granted_user;
    auto& sql = world.database().alter();
    if (mysql) {
        sql.run("revoke select on t_ds_serial_command from " + user);
    } else {
        sql.run("revoke select (workflow_instance_id) on t_ds_serial_command from " + user);
    }
    (void)world.store().inspect();
    auto seen = world.store().queues(10, 10);
    CHECK_THAT(seen.unread, Catch::Contains("t_ds_serial_command") && Catch::Contains("init-db --print-grants") &&
                                !Catch::Contains("t_ds_command.update_time"));
    CHECK(seen.stuck.empty());
    CHECK(seen.commands.size() == 1);
    if (!mysql) {
        // The grants of version 0.1.0 lack this column.
        sql.run("revoke select (update_time) on t_ds_command from " + user);
        seen = world.store().queues(10, 10);
        CHECK_THAT(seen.unread, Catch::Contains("t_ds_serial_command") && Catch::Contains("t_ds_command.update_time"));
        CHECK(seen.commands.empty());
    }
    world.database().grant();
    (void)world.store().inspect();
    seen = world.store().queues(10, 10);
    CHECK(seen.unread.empty());
    CHECK(seen.stuck.size() == 1);
    CHECK(seen.commands.size() == 1);
}

}  // namespace dsr::workflow_store_queues
