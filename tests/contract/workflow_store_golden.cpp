// SPDX-License-Identifier: Apache-2.0
// What the store writes, held against what real masters were seen to write (tests/testbed/golden): column by column,
// ids and times aside.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "contract/workflow_store_worlds.hpp"

namespace dsr::workflow_store_golden {

using contract::dead;
using contract::fail_over;
using contract::Written;
using nlohmann::json;
using support::SeedInstance;
using support::SeedTask;

namespace {

using ProcessWorlds =
    std::tuple<contract::FakeProcess, contract::SqliteProcess, contract::PostgresqlProcess, contract::MysqlProcess>;
using WorkflowWorlds =
    std::tuple<contract::FakeWorkflow, contract::SqliteWorkflow, contract::PostgresqlWorkflow, contract::MysqlWorkflow>;

json golden(const std::string& name) {
    std::ifstream file(std::filesystem::path(DSR_SOURCE_DIR) / "tests/testbed/golden" / name);
    REQUIRE(file);
    return json::parse(file);
}

/// A recorded row as the worlds show rows; of times only that they are there.
Written expected(const json& recorded, const std::vector<std::string>& left_out) {
    Written row;
    for (const auto& [column, value] : recorded.items()) {
        if (std::ranges::find(left_out, column) != left_out.end()) continue;
        const bool time = column == "start_time" || column == "update_time";
        row[column] = time ? "a time" : value.is_string() ? value.get<std::string>() : value.dump();
    }
    return row;
}

/// A written row in the same form.
Written shown(Written row) {
    row.erase("id");
    for (const char* column : {"start_time", "update_time"}) {
        if (row.contains(column)) {
            // MariaDB cuts the fraction off where a column has none, MySQL rounds it, for a master as for us.
            const auto time = row[column].substr(0, 19);
            CHECK((time == "2026-11-23 13:14:15" || time == "2026-11-23 13:14:16"));
            row[column] = "a time";
        }
    }
    return row;
}

/// Columns that the schema fills by itself; the fake has no such.
std::vector<std::string> defaults(bool real) {
    if (real) return {"id", "test_flag"};
    return {"id", "test_flag", "environment_code", "warning_type", "tenant_code", "workflow_instance_priority"};
}

/// "null" is no value, "<a time>" and "<entries with times>" are some value.
std::optional<std::string> text(const json& value, const std::string& some) {
    if (value.is_null()) return std::nullopt;
    const auto text = value.get<std::string>();
    return text.front() == '<' ? some : text;
}

SeedInstance seed_of(const json& recorded_case) {
    SeedInstance seed{.id = recorded_case.at("instance_id")};
    seed.priority = 2;
    seed.host = dead.text;
    const json& own = recorded_case.at("instance");
    if (own.contains("state")) seed.state = own.at("state").get<int>();
    if (own.contains("process_definition_code")) seed.definition_code = own.at("process_definition_code");
    if (own.contains("process_definition_version")) seed.definition_version = own.at("process_definition_version");
    if (own.contains("executor_id")) seed.executor_id = own.at("executor_id");
    if (own.contains("is_sub_process")) seed.is_sub = own.at("is_sub_process") == 1;
    if (own.contains("start_time")) seed.start_time = text(own.at("start_time"), "2026-11-22 22:00:00");
    if (own.contains("restart_time")) seed.restart_time = text(own.at("restart_time"), "2026-11-22 22:00:00");
    if (own.contains("command_param")) seed.command_param = text(own.at("command_param"), "");
    if (own.contains("state_history")) {
        seed.state_history =
            text(own.at("state_history"), R"([{"time":"2026-11-22 21:12:01","state":"RUNNING_EXECUTION"}])");
    }
    if (own.contains("process_instance_priority")) {
        const json& priority = own.at("process_instance_priority");
        seed.priority = priority.is_null() ? std::nullopt : std::optional(priority.get<int>());
    }
    return seed;
}

SeedTask seed_of(const json& task, std::int64_t id, std::int64_t instance) {
    SeedTask seed{.id = id, .instance = instance, .name = task.at("name")};
    seed.state = task.at("state").get<int>();
    if (task.contains("flag")) seed.flag = task.at("flag");
    if (task.contains("task_type")) seed.type = task.at("task_type");
    if (task.contains("host")) seed.host = text(task.at("host"), "");
    return seed;
}

/// The instance's columns but for the claim, and for the column that MariaDB itself keeps.
template <typename World>
Written untouched_columns(World& world, std::int64_t id) {
    if constexpr (World::real) {
        auto row = contract::without_nulls(
            world.sql().rows(world.named("select * from {instance} where id = ") + std::to_string(id)).front());
        for (const char* column : {"host", "state", "update_time"}) row.erase(column);
        return row;
    } else {
        return {{"id", std::to_string(id)}};
    }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("what a real 3.1.1 master writes for each kind of orphan", "[store][contract][golden]",
                        ProcessWorlds) {
    TestType world;
    world.add_schedule(9002, "Asia/Shanghai");
    world.add_schedule(9003, std::nullopt);
    int compared = 0;
    const json recording = golden("master-3.1.1-differential.json");
    for (const json& recorded : recording.at("cases")) {
        // Where the daemon is meant to do otherwise it does not come to the store; nor does what a master leaves alone.
        const json& writes = recorded.at("writes");
        if (recorded.at("differs") != "" || writes.at("commands").empty()) continue;
        INFO(recorded.at("case").get<std::string>());
        const SeedInstance seed = seed_of(recorded);
        world.add(seed);
        std::map<std::string, std::int64_t> tasks;
        for (const json& task : recorded.at("tasks")) {
            const auto id = seed.id * 100 + static_cast<std::int64_t>(tasks.size());
            world.add(seed_of(task, id, seed.id));
            tasks[task.at("name")] = id;
        }
        const auto before = untouched_columns(world, seed.id);
        world.remove_commands();

        REQUIRE(fail_over(world.store(), {{seed.id}}).size() == 1);

        const auto commands = world.commands();
        REQUIRE(commands.size() == writes.at("commands").size());
        CHECK(shown(commands.front()) == expected(writes.at("commands").front(), defaults(TestType::real)));
        CHECK(writes.at("instance") == json{{"host", *world.host(seed.id)}});
        CHECK(world.state(seed.id) == seed.state);
        CHECK(untouched_columns(world, seed.id) == before);
        for (const json& task : recorded.at("tasks")) {
            const json& written = writes.at("tasks");
            const auto name = task.at("name").get<std::string>();
            INFO(name);
            CHECK(world.task_state(tasks.at(name)) ==
                  (written.contains(name) ? written.at(name).at("state") : task.at("state")).template get<int>());
        }
        ++compared;
    }
    CHECK(compared >= 20);
}

TEMPLATE_LIST_TEST_CASE("what a real master of the 3.3 line writes", "[store][contract][golden]", WorkflowWorlds) {
    TestType world;
    const char* const recording = GENERATE("master-3.3-dev.json", "master-3.3-dev-markers.json");
    INFO(recording);
    std::vector<Written> wanted;
    std::map<std::int64_t, Written> before;
    std::vector<model::WorkflowInstanceId> all;
    for (const json& change : golden(recording)) {
        const bool inserted = change.at("op") == "INSERT";
        if (inserted && change.at("tab") == "t_ds_command") {
            wanted.push_back(expected(change.at("new"), defaults(TestType::real)));
        }
        if (!inserted || change.at("tab") != "t_ds_workflow_instance") continue;
        SeedInstance seed{.id = change.at("new").at("id")};
        seed.state = change.at("new").at("state").get<int>();
        seed.command_param = change.at("new").at("command_param").get<std::string>();
        seed.host = dead.text;
        world.add(seed);
        before[seed.id] = untouched_columns(world, seed.id);
        all.push_back({seed.id});
    }
    REQUIRE(wanted.size() == 3);

    CHECK(fail_over(world.store(), all).size() == 3);

    std::vector<Written> written;
    for (const auto& command : world.commands()) written.push_back(shown(command));
    CHECK(written == wanted);
    for (const auto& [id, columns] : before) {
        CHECK(world.host(id) == dead.text);
        CHECK(untouched_columns(world, id) == columns);
        CHECK(world.state(id) == (id <= 1003 ? 18 : id == 1004 ? 0 : id == 1005 ? 14 : 18));
    }
}

}  // namespace dsr::workflow_store_golden
