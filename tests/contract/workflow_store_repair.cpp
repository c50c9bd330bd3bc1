// SPDX-License-Identifier: Apache-2.0
// Rows that were claimed and got no command: what locks them, and that a repair gives the command and nothing else.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::workflow_store_repair {

using contract::berlin;
using contract::dead;
using contract::ids;
using contract::ids_of;
using contract::StoreWorlds;
using model::ErrorKind;
using model::Failure;
using store::StrandedRow;
using support::SeedInstance;
using support::SeedTask;

namespace {

using WorkflowWorlds =
    std::tuple<contract::FakeWorkflow, contract::SqliteWorkflow, contract::PostgresqlWorkflow, contract::MysqlWorkflow>;

const auto now = berlin("2026-11-23 13:14:15.678");

constexpr bool process(model::Generation generation) {
    return generation == model::Generation::process;
}

/// A row as a claim leaves it.
template <typename World>
SeedInstance claimed(std::int64_t id, int old_state = 1) {
    if (process(World::generation)) return {.id = id, .state = old_state, .host = "NULL"};
    return {.id = id, .state = 18, .host = dead.text};
}

std::vector<StrandedRow> stranded(const std::vector<model::WorkflowInstance>& rows, int old_state = 1) {
    std::vector<StrandedRow> all;
    for (const auto& row : rows) all.push_back({row, old_state});
    return all;
}

template <typename Call>
std::optional<ErrorKind> error_kind_of(Call&& call) {
    try {
        call();
    } catch (const Failure& failure) {
        return failure.kind();
    }
    return std::nullopt;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("only rows that bear the mark of a failover are locked as claimed", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    std::vector<std::int64_t> expected;
    for (int state = 0; state <= 19; ++state) {
        world.add(SeedInstance{.id = state + 1, .state = state, .host = "NULL"});
        world.add(SeedInstance{.id = state + 101, .state = state, .host = dead.text});
        const bool mark = process(TestType::generation)
                              ? state == 0 || state == 1 || state == 2 || state == 4 || state == 12
                              : state == 18;
        if (mark) expected.push_back(state + 1);
    }
    if (!process(TestType::generation)) expected.push_back(119);
    world.add(SeedInstance{.id = 200, .state = std::nullopt, .host = "NULL"});
    world.add(SeedInstance{.id = 201, .host = "null"});
    world.add(SeedInstance{.id = 202, .host = std::nullopt});
    world.add(SeedInstance{.id = 203, .host = ""});
    std::vector<model::WorkflowInstanceId> all;
    for (std::int64_t id = 1; id <= 250; ++id) all.push_back({id});
    const auto transaction = world.store().begin_failover({});
    CHECK(ids_of(transaction->lock_claimed(all)) == expected);
    CHECK(transaction->lock_claimed({}).empty());
}

TEMPLATE_LIST_TEST_CASE("a claimed row is read anew, whole", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    auto seed = claimed<TestType>(1, 4);
    seed.name = "a";
    world.add(seed);
    auto gone = claimed<TestType>(2);
    gone.definition_code = 9002;
    world.add(gone);
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock_claimed(ids({2, 1}));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].name == "a");
    CHECK(rows[0].state == seed.state);
    CHECK(rows[0].host == seed.host);
    CHECK(rows[0].definition_exists);
    CHECK_FALSE(rows[1].definition_exists);
}

TEMPLATE_LIST_TEST_CASE("a repair writes the very command of a handing over, and nothing else", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add_schedule(9002, "Asia/Shanghai");
    std::vector<SeedInstance> seeds{{.id = 1, .state = 4}, {.id = 2, .state = 4, .definition_code = 9002}};
    for (const auto& seed : seeds) world.add(seed);
    world.add(SeedTask{.id = 11, .instance = 1});
    CHECK(contract::fail_over(world.store(), ids({1, 2}), now).size() == 2);
    auto wanted = world.commands();
    for (auto& command : wanted) command.erase("id");
    world.remove_commands();
    world.add(SeedTask{.id = 12, .instance = 1, .name = "t2"});

    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock_claimed(ids({1, 2}));
    CHECK(ids_of(rows) == std::vector<std::int64_t>{1, 2});
    CHECK(transaction->with_command(ids({1, 2})).empty());
    transaction->repair(stranded(rows, 4), now);
    transaction->commit();
    auto written = world.commands();
    for (auto& command : written) command.erase("id");
    CHECK(written == wanted);
    CHECK(world.task_state(12) == 1);
    for (const std::int64_t id : {1, 2}) {
        CHECK(world.host(id) == (process(TestType::generation) ? "NULL" : dead.text));
        CHECK(world.state(id) == (process(TestType::generation) ? 4 : 18));
    }
}

TEMPLATE_LIST_TEST_CASE("in 3.3 and later the command names each row's own old state", "[store][contract]",
                        WorkflowWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3}) world.add(claimed<TestType>(id));
    {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock_claimed(ids({1, 2, 3}));
        REQUIRE(rows.size() == 3);
        transaction->repair(std::vector<StrandedRow>{{rows[0], 1}, {rows[1], 2}, {rows[2], 4}}, now);
        transaction->commit();
    }
    const auto commands = world.commands();
    REQUIRE(commands.size() == 3);
    CHECK(commands[0].at("command_param") == store::workflow_command_param(1));
    CHECK(commands[1].at("command_param") == store::workflow_command_param(2));
    CHECK(commands[2].at("command_param") == store::workflow_command_param(4));

    // What no consumer could restore is refused, and nothing is left of it.
    world.remove_commands();
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock_claimed(ids({1, 2}));
    const std::vector<StrandedRow> unheard{{rows[0], 1}, {rows[1], 18}};
    CHECK(error_kind_of([&] { transaction->repair(unheard, now); }) == ErrorKind::permanent);
    CHECK(error_kind_of([&] { transaction->commit(); }) == ErrorKind::retry);
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("rows that no longer bear the mark are a conflict, and none gets a command",
                        "[store][contract]", StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2}) world.add(claimed<TestType>(id));
    auto rows = stranded(world.store().read(ids({1, 2})));
    SECTION("taken up") {
        world.set_host(2, "10.1.1.1:5678");
        world.set_state(2, 1);
    }
    SECTION("finished") {
        world.set_state(2, 7);
    }
    SECTION("gone") {
        world.remove_instance(2);
    }
    SECTION("one row twice") {
        rows.push_back(rows[0]);
    }
    {
        const auto transaction = world.store().begin_failover({});
        CHECK(error_kind_of([&] { transaction->repair(rows, now); }) == ErrorKind::conflict);
        CHECK(error_kind_of([&] { transaction->commit(); }) == ErrorKind::retry);
    }
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("without a commit nothing was repaired", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(claimed<TestType>(1));
    {
        const auto transaction = world.store().begin_failover({});
        transaction->repair(stranded(transaction->lock_claimed(ids({1}))), now);
        transaction->repair({}, now);
    }
    CHECK(world.commands().empty());
}

}  // namespace dsr::workflow_store_repair
