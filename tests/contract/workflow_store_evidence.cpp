// SPDX-License-Identifier: Apache-2.0
// What every WorkflowStore tells besides the rows themselves: the time, tasks that went on, commands that failed.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::workflow_store_evidence {

using namespace std::chrono_literals;
using contract::berlin;
using contract::dead;
using contract::ids;
using contract::RealStoreWorlds;
using contract::StoreWorlds;
using model::Generation;
using support::SeedErrorCommand;
using support::SeedInstance;
using support::SeedTask;

using Activity = std::map<model::WorkflowInstanceId, model::Instant>;

TEMPLATE_LIST_TEST_CASE("the database tells the time, in UTC", "[store][contract]", StoreWorlds) {
    TestType world;
    const auto machine = [] { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); };
    const auto before = machine();
    const auto first = world.store().clock();
    const auto second = world.store().clock();
    // The test servers run on this machine; SQLite tells milliseconds.
    CHECK(first >= before - 1ms);
    CHECK(second >= first);
    CHECK(second <= machine() + 1ms);
}

namespace {

const model::MasterAddress other{"10.9.9.8:5678"};

/// Rows of `dead` that a failover selects.
template <typename World>
void add_rows(World& world, std::initializer_list<std::int64_t> ids) {
    for (const auto id : ids) world.add(SeedInstance{.id = id});
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("tasks that were submitted or ended since the owner went count, by the latest",
                        "[store][contract]", StoreWorlds) {
    TestType world;
    add_rows(world, {10, 20, 30, 40, 50, 60});
    const std::string old = "2026-11-23 12:59:59";
    world.add(SeedTask{.id = 1, .instance = 10, .submit_time = "2026-11-23 13:00:00"});  // at the very time
    world.add(SeedTask{.id = 2, .instance = 20, .submit_time = old, .end_time = "2026-11-23 13:05:00"});
    world.add(SeedTask{.id = 3, .instance = 20, .submit_time = "2026-11-23 13:04:00"});
    world.add(SeedTask{.id = 4, .instance = 30, .submit_time = old, .end_time = old});
    world.add(SeedTask{.id = 5, .instance = 40, .flag = 0, .submit_time = "2026-11-23 13:04:00"});
    world.add(SeedTask{.id = 6, .instance = 50});
    world.add(SeedTask{
        .id = 7, .instance = 60, .state = 7, .submit_time = "2026-11-23 14:00:00", .end_time = "2026-11-23 14:00:01"});
    CHECK(world.store().task_activity_since({{dead, berlin("2026-11-23 13:00:00")}}) ==
          Activity{{{10}, berlin("2026-11-23 13:00:00")},
                   {{20}, berlin("2026-11-23 13:05:00")},
                   {{60}, berlin("2026-11-23 14:00:01")}});
    const std::vector<model::WorkflowInstanceId> some{{10}, {30}, {60}, {999}};
    CHECK(world.store().task_activity_of(some, berlin("2026-11-23 13:00:00")) ==
          Activity{{{10}, berlin("2026-11-23 13:00:00")}, {{60}, berlin("2026-11-23 14:00:01")}});
    CHECK(world.store().task_activity_of({}, berlin("2026-11-23 13:00:00")).empty());
    CHECK(world.store().task_activity_since({{dead, berlin("2026-11-23 14:00:02")}}).empty());
    CHECK(world.store().task_activity_since({{dead, berlin("2026-11-23 13:00:00") + 1us}}).size() == 2);
    CHECK(world.store().task_activity_since({}).empty());
}

TEMPLATE_LIST_TEST_CASE("only tasks of rows that a failover selects and a lost master owns count, each since its loss",
                        "[store][contract]", StoreWorlds) {
    TestType world;
    add_rows(world, {10});
    world.add(SeedInstance{.id = 20, .host = other.text});
    world.add(SeedInstance{.id = 30, .host = "10.9.9.7:5678"});
    world.add(SeedInstance{.id = 40, .host = std::nullopt});
    world.add(SeedInstance{.id = 50, .state = 7});
    world.add(SeedInstance{.id = 60, .state = 14});
    world.add(SeedInstance{.id = 70, .state = std::nullopt});
    world.add(SeedInstance{.id = 80, .host = "10.9.9.9:567"});
    for (const std::int64_t id : {10, 20, 30, 40, 50, 60, 70, 80, 90})
        world.add(SeedTask{.id = id, .instance = id, .submit_time = "2026-11-23 13:00:00"});
    const auto at = berlin("2026-11-23 13:00:00");
    CHECK(world.store().task_activity_since({{dead, at}, {other, at}}) == Activity{{{10}, at}, {{20}, at}});
    CHECK(world.store().task_activity_since({{dead, at + 1s}, {other, at}}) == Activity{{{20}, at}});
    CHECK(world.store().task_activity_since({{dead, at}, {other, at + 1s}}) == Activity{{{10}, at}});
    CHECK(world.store().task_activity_since({{{"it's \"odd\""}, at}, {dead, at}}) == Activity{{{10}, at}});
}

TEMPLATE_LIST_TEST_CASE("the newest rows are read by their ids, finished or not, with each time alone",
                        "[store][contract]", StoreWorlds) {
    TestType world;
    using model::NewInstance;
    using model::NewTask;
    const std::string master = "10.0.0.1:5678";
    CHECK(world.store().new_rows({0}, {0}, 10) == model::NewRows{});
    world.add(SeedInstance{.id = 10, .start_time = "2026-11-23 12:00:00"});
    world.add(SeedInstance{.id = 20,
                           .state = 7,
                           .host = master,
                           .start_time = "2026-11-23 13:00:00",
                           .restart_time = "2026-11-23 13:01:00",
                           .state_history = R"([{"time":"2026-11-23 12:00:00"},{"time":"2026-11-23 13:02:00"}])"});
    world.add(SeedInstance{.id = 30,
                           .state = std::nullopt,
                           .host = std::nullopt,
                           .start_time = "2026-10-25 02:30:00",  // comes twice
                           .state_history = "none"});
    world.add(SeedInstance{.id = 40, .host = master, .start_time = std::nullopt});
    world.add(SeedTask{.id = 1, .instance = 20, .submit_time = "2026-11-23 13:03:00"});
    world.add(SeedTask{.id = 2, .instance = 20, .state = 7, .flag = 0, .submit_time = "2026-11-23 13:04:00"});
    world.add(SeedTask{.id = 3, .instance = 30, .submit_time = "2026-10-25 02:30:00"});
    world.add(SeedTask{.id = 4, .instance = 99, .submit_time = "2026-11-23 13:05:00"});  // its instance is gone
    world.add(SeedTask{.id = 5, .instance = 40});

    const NewInstance twenty{
        {20}, master, {berlin("2026-11-23 13:00:00"), berlin("2026-11-23 13:01:00"), berlin("2026-11-23 13:02:00")}};
    const NewInstance thirty{{30}, std::nullopt, {}};
    const NewInstance forty{{40}, master, {}};
    const NewTask first{{1}, master, berlin("2026-11-23 13:03:00")};
    const NewTask second{{2}, master, berlin("2026-11-23 13:04:00")};
    const NewTask third{{3}, std::nullopt, std::nullopt};
    const NewTask fifth{{5}, master, std::nullopt};

    const auto newer = world.store().new_rows({10}, {1}, 10);
    CHECK(newer.instances == std::vector{twenty, thirty, forty});
    CHECK(newer.tasks == std::vector{second, third, fifth});
    const auto newest = world.store().new_rows({0}, {0}, 2);
    CHECK(newest.instances == std::vector{thirty, forty});
    CHECK(newest.tasks == std::vector{fifth});  // of the newest two
    CHECK(world.store().new_rows({0}, {0}, 5).tasks == std::vector{first, second, third, fifth});
    CHECK(world.store().new_rows({40}, {5}, 10) == model::NewRows{});
}

TEMPLATE_LIST_TEST_CASE("more new rows than are converted at a time", "[store][contract]", StoreWorlds) {
    TestType world;
    for (int id = 1; id <= 600; ++id) world.add(SeedInstance{.id = id});
    const auto rows = world.store().new_rows({0}, {0}, 550).instances;
    REQUIRE(rows.size() == 550);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].id.value == static_cast<std::int64_t>(i) + 51);
}

TEMPLATE_LIST_TEST_CASE("where clocks are set back no task is overlooked", "[store][contract]", RealStoreWorlds) {
    TestType world;
    add_rows(world, {10, 20, 30});
    // 02:10 comes twice in that night: once before 02:50, once after.
    world.add(SeedTask{.id = 1, .instance = 10, .submit_time = "2026-10-25 02:10:00"});
    world.add(SeedTask{.id = 2, .instance = 20, .submit_time = "2026-10-25 01:55:00"});
    world.add(SeedTask{.id = 3, .instance = 30, .submit_time = "2026-10-25 03:10:00"});
    const model::Instant since = berlin("2026-10-25 01:59:00") + 51min;  // 02:50 in summer time
    CHECK(world.store().task_activity_since({{dead, since}}) ==
          Activity{{{10}, since}, {{30}, berlin("2026-10-25 03:10:00")}});
    CHECK(world.store().task_activity_since({{dead, berlin("2026-10-25 03:00:00")}}) ==
          Activity{{{30}, berlin("2026-10-25 03:10:00")}});
}

TEMPLATE_LIST_TEST_CASE("of the commands that failed the newest of each row is told", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    const std::string param = store::workflow_command_param(4);
    world.add(SeedErrorCommand{.id = 7,
                               .instance = 1,
                               .command_param = param,
                               .message = "it's \"odd\" \\ \n ü",
                               .update_time = "2026-11-23 13:14:15"});
    world.add(SeedErrorCommand{.id = 3, .instance = 1, .command_param = store::workflow_command_param(1)});
    world.add(SeedErrorCommand{.id = 4, .instance = 2, .command_type = 0, .command_param = param});
    world.add(SeedErrorCommand{.id = 5, .instance = 3, .command_param = std::nullopt, .message = std::nullopt});
    world.add(SeedErrorCommand{.id = 6, .instance = 4, .command_param = "{\"workflowExecutionStatus\":\"other\"}"});
    world.add(SeedErrorCommand{.id = 8, .instance = 9});
    world.add(SeedErrorCommand{.id = 9, .instance = 5, .message = std::string(60'000, 'm')});
    auto commands = world.store().error_commands(ids({1, 2, 3, 4, 5, 6}));
    REQUIRE(commands.size() == 5);
    CHECK(commands[{1}].id == 7);
    CHECK(commands[{1}].message == "it's \"odd\" \\ \n ü");
    // The old state stands in the parameters of recovery commands of the later generation only.
    const bool told = TestType::generation == Generation::workflow;
    CHECK(commands[{1}].old_state == (told ? std::optional(4) : std::nullopt));
    CHECK(commands[{1}].recovery);
    CHECK(commands[{1}].updated_at == berlin("2026-11-23 13:14:15"));
    CHECK(commands[{2}].id == 4);
    CHECK_FALSE(commands[{2}].recovery);
    CHECK_FALSE(commands[{2}].updated_at);
    CHECK_FALSE(commands[{2}].old_state.has_value());
    CHECK(commands[{3}].message.empty());
    CHECK_FALSE(commands[{3}].old_state.has_value());
    CHECK_FALSE(commands[{4}].old_state.has_value());
    CHECK(commands[{5}].message == std::string(store::error_characters, 'm'));
    CHECK(world.store().error_commands({}).empty());
    CHECK(world.store().error_commands(ids({77})).empty());
}

}  // namespace dsr::workflow_store_evidence
