// SPDX-License-Identifier: Apache-2.0
// How the store tells which DolphinScheduler it looks at, on the schemas as described and on what may have become of
// them.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "journal/grants.hpp"
#include "model/failure.hpp"

namespace dsr::workflow_store_schema {

using contract::DatabaseKind;
using contract::fail_over;
using contract::ids;
using contract::RealStoreWorlds;
using contract::StoreWorlds;
using model::ErrorKind;
using model::Failure;
using model::Generation;
using support::SeedInstance;

namespace {

using ProcessWorlds = std::tuple<contract::SqliteProcess, contract::PostgresqlProcess, contract::MysqlProcess>;
using UnlimitedTextWorlds = std::tuple<contract::SqliteProcess, contract::PostgresqlProcess>;
using WorkflowWorlds = std::tuple<contract::SqliteWorkflow, contract::PostgresqlWorkflow, contract::MysqlWorkflow>;

std::string refusal(store::WorkflowStore& store) {
    try {
        (void)store.inspect();
    } catch (const Failure& failure) {
        CHECK(failure.kind() == ErrorKind::permanent);
        return failure.what();
    }
    FAIL("it was not refused");
    return "";
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("the schemas of two releases are told apart by what they hold", "[store][contract][schema]",
                        StoreWorlds) {
    TestType world;
    const auto facts = world.store().inspect();
    const bool process = TestType::generation == Generation::process;
    CHECK(facts.generation == TestType::generation);
    CHECK(facts.version_text == (process ? "3.1.1" : "3.4.3"));
    CHECK(facts.version == (process ? model::Version{3, 1, 1} : model::Version{3, 4, 3}));
    CHECK(facts.tenant_code == !process);
    CHECK_FALSE(facts.test_flag);
    CHECK(facts.state_history);
    CHECK(facts.alert_sign);
    CHECK(facts.alert_type);
    CHECK(facts.serial_queue == !process);
    CHECK(facts.marks_tasks() == process);
    CHECK_FALSE(facts.may_recover_in_place());
}

TEMPLATE_LIST_TEST_CASE("a database of something else is refused", "[store][contract][schema]", RealStoreWorlds) {
    TestType world;
    world.database().alter().run(world.named("alter table {instance} rename to something_else"));
    CHECK_THAT(refusal(world.store()), Catch::Contains("has neither t_ds_process_instance nor t_ds_workflow_instance"));
}

TEMPLATE_LIST_TEST_CASE("a half-done upgrade is refused", "[store][contract][schema]", RealStoreWorlds) {
    TestType world;
    const bool process = TestType::generation == Generation::process;
    world.database().alter().run(std::string("create table ") +
                                 (process ? "t_ds_workflow_instance" : "t_ds_process_instance") +
                                 " (id int primary key)");
    // MariaDB shows the daemon's user only what he was given: there he does not see the table of another release.
    store::SociStore store(world.database().settings());
    CHECK_THAT(refusal(store), Catch::Contains("has both t_ds_process_instance and t_ds_workflow_instance"));
}

TEMPLATE_LIST_TEST_CASE("a column or table that is missing is named", "[store][contract][schema]", RealStoreWorlds) {
    TestType world;
    auto& sql = world.database().alter();
    SECTION("of the instances") {
        sql.run(world.named("alter table {instance} drop column restart_time"));
        CHECK_THAT(refusal(world.store()), Catch::Contains(world.named("no column {instance}.restart_time")));
    }
    SECTION("of the commands") {
        sql.run(world.named("alter table t_ds_command drop column {instance_id}"));
        CHECK_THAT(refusal(world.store()), Catch::Contains(world.named("no column t_ds_command.{instance_id}")));
    }
    SECTION("a whole table") {
        sql.run(world.named("drop table {definition_log}"));
        CHECK_THAT(refusal(world.store()), Catch::Contains(world.named("no table {definition_log}")));
    }
    SECTION("the version") {
        sql.run("drop table t_ds_version");
        CHECK_THAT(refusal(world.store()), Catch::Contains("no table t_ds_version"));
    }
}

TEMPLATE_LIST_TEST_CASE("a schema that changes under us is noticed at the next inspection", "[store][contract][schema]",
                        RealStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    CHECK(world.store().unfinished_after({0}, 10).size() == 1);
    auto& sql = world.database().alter();
    sql.run(world.named("alter table {instance} drop column state_history"));
    try {
        (void)world.store().unfinished_after({0}, 10);
        FAIL("it did not fail");
    } catch (const Failure& failure) {
        CHECK(failure.kind() == ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("state_history"));
    }
    CHECK_FALSE(world.store().inspect().state_history);
    CHECK(world.store().unfinished_after({0}, 10).size() == 1);
    sql.run("delete from t_ds_version");
    CHECK(world.store().inspect().version_text.empty());
}

TEMPLATE_LIST_TEST_CASE("nothing is written when the schema changed since it was looked at",
                        "[store][contract][schema]", RealStoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add(SeedInstance{.id = 1});
    const bool process = TestType::generation == Generation::process;
    world.add(SeedInstance{.id = 2, .state = process ? 1 : 18, .host = process ? "NULL" : "10.9.9.9:5678"});
    (void)world.store().inspect();
    auto& sql = world.database().alter();
    const auto refused = [&](auto&& lock) {
        const auto transaction = world.store().begin_failover({});
        try {
            (void)lock(*transaction);
            FAIL("it was not refused");
        } catch (const Failure& failure) {
            CHECK(failure.kind() == ErrorKind::permanent);
            return std::string(failure.what());
        }
        return std::string();
    };
    const auto either_lock = [&](const std::string& message) {
        CHECK_THAT(refused([&](auto& transaction) { return transaction.lock(ids({1}), contract::dead); }),
                   Catch::Contains(message));
        CHECK_THAT(refused([&](auto& transaction) { return transaction.lock_claimed(ids({2})); }),
                   Catch::Contains(message));
    };
    SECTION("to another release") {
        for (const std::string table : {"{instance}", "t_ds_command"})
            sql.run(world.named("alter table " + table + " add column test_flag int default null"));
        if (process) sql.run("alter table t_ds_process_instance add column tenant_code varchar(64) default null");
        sql.run("update t_ds_version set version = '9.9.9'");
        world.database().grant();
        either_lock("to 9.9.9) since this sweep read it");
    }
    SECTION("in its version only") {
        sql.run("update t_ds_version set version = '9.9.9'");
        either_lock("to 9.9.9) since this sweep read it");
    }
    SECTION("half way to another release") {
        sql.run("alter table t_ds_command add column test_flag int default null");
        either_lock("is in progress or incomplete");
    }
    CHECK(world.host(1) == contract::dead.text);
    CHECK(world.commands().empty());
    if (sql.value("select version from t_ds_version") == "9.9.9") {
        (void)world.store().inspect();  // the next sweep
        CHECK(fail_over(world.store(), ids({1})).size() == 1);
    }
}

TEMPLATE_LIST_TEST_CASE("schemas of 2.0 are taken by their version, or refused", "[store][contract][schema]",
                        ProcessWorlds) {
    TestType world;
    auto& sql = world.database().alter();
    if (TestType::kind == DatabaseKind::sqlite) sql.run("drop index idx_alert_sign");
    for (const char* column : {"sign", "warning_type", "alert_type"}) {
        sql.run(std::string("alter table t_ds_alert drop column ") + column);
    }
    sql.run("alter table t_ds_process_instance drop column state_history");
    sql.run("update t_ds_version set version = '2.0.1'");
    CHECK_THAT(refusal(world.store()), Catch::Contains("DolphinScheduler 2.0.1"));
    sql.run("update t_ds_version set version = 'our own build'");
    CHECK_THAT(refusal(world.store()), Catch::Contains("'our own build'"));
    sql.run("update t_ds_version set version = '2.0.9'");
    const auto facts = world.store().inspect();
    CHECK(facts.version == model::Version{2, 0, 9});
    CHECK_FALSE(facts.alert_sign);
    CHECK_FALSE(facts.alert_type);

    // Its command has no priority of its own, its alert no sign.
    world.database().grant();
    world.add(SeedInstance{.id = 1});
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    CHECK(world.commands().front().at("process_instance_priority") == "2");
    const auto now = contract::berlin("2026-11-23 13:00:00");
    const store::AlertRow alert{.title = std::string(70, 'x'), .content = "[1]", .sign = "s"};
    CHECK(world.store().insert_alert(alert, now, model::Milliseconds{0}));
    CHECK_FALSE(world.store().insert_alert(alert, now + std::chrono::hours{5}, model::Milliseconds{0}));
    CHECK(world.alerts().front().at("title") == std::string(64, 'x'));
    world.sql().run("update t_ds_alert set alert_status = 1");
    CHECK(world.store().insert_alert(alert, now + std::chrono::hours{6}, model::Milliseconds{0}));
}

namespace {

/// The columns by which 3.2 differs, and the rights to them.
template <class World>
void to_3_2(World& world) {
    auto& sql = world.database().alter();
    sql.run("alter table t_ds_process_instance add column tenant_code varchar(64) default 'default'");
    for (const char* table : {"t_ds_process_instance", "t_ds_command"}) {
        sql.run(std::string("alter table ") + table + " add column test_flag int default null");
    }
    world.database().grant();
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a schema of 3.2 hands on start parameters and the test flag, and leaves tasks alone",
                        "[store][contract][schema]", ProcessWorlds) {
    TestType world;
    to_3_2(world);
    const auto facts = world.store().inspect();
    CHECK(facts.tenant_code);
    CHECK(facts.test_flag);
    CHECK_FALSE(facts.marks_tasks());
    const std::string start = R"({"StartParams":"{\"k\":\"it's \\ ü\"}","other":1})";
    world.add(SeedInstance{.id = 1, .command_param = start});
    world.add(SeedInstance{.id = 2, .command_param = start, .definition_code = 9002});
    world.add(support::SeedTask{.id = 11, .instance = 1});
    world.add_schedule(9002, "Asia/Shanghai");
    world.sql().run("update t_ds_process_instance set test_flag = 1 where id = 1");
    CHECK(fail_over(world.store(), ids({1, 2})).size() == 2);
    const auto commands = world.commands();
    CHECK(commands[0].at("command_param") == R"({"StartParams":"{\"k\":\"it's \\ ü\"}","ProcessInstanceId":1})");
    CHECK(commands[0].at("test_flag") == "1");
    CHECK(commands[1].at("command_param") ==
          R"({"StartParams":"{\"k\":\"it's \\ ü\"}","ProcessInstanceId":"2","schedule_timezone":"Asia/Shanghai"})");
    CHECK(commands[1].at("test_flag") == "0");
    CHECK(world.task_state(11) == 1);
}

TEMPLATE_LIST_TEST_CASE("wide parameters are handed on in pieces, each row's its own", "[store][contract][schema]",
                        ProcessWorlds) {
    TestType world;
    to_3_2(world);
    (void)world.store().inspect();
    const auto wide = [](int id, std::size_t size) {
        return R"({"StartParams":")" + std::to_string(id) + std::string(size, 'p') + "\"}";
    };
    std::vector<model::WorkflowInstanceId> wanted;
    for (int id = 1; id <= 40; ++id) {
        // Narrow ones between: a piece ends at its bytes, not at a number of rows.
        world.add(SeedInstance{.id = id, .command_param = wide(id, id % 3 == 0 ? 10 : 60'000)});
        wanted.push_back({id});
    }
    world.add(SeedInstance{.id = 41, .command_param = std::nullopt});
    wanted.push_back({41});
    CHECK(fail_over(world.store(), wanted).size() == 41);
    const auto commands = world.commands();
    REQUIRE(commands.size() == 41);
    for (int id = 1; id <= 40; ++id) {
        const std::string start = wide(id, id % 3 == 0 ? 10 : 60'000);
        const std::string expected =
            start.substr(0, start.size() - 1) + R"(,"ProcessInstanceId":)" + std::to_string(id) + "}";
        CHECK((commands[static_cast<std::size_t>(id) - 1].at("command_param") == expected));
    }
    CHECK(commands[40].at("command_param") == R"({"ProcessInstanceId":41})");
}

TEMPLATE_LIST_TEST_CASE("parameters too wide to be held are refused by the row's id, and nothing is written",
                        "[store][contract][schema]", UnlimitedTextWorlds) {
    TestType world;
    to_3_2(world);
    (void)world.store().inspect();
    world.add(SeedInstance{.id = 1, .command_param = "{}"});
    world.add(SeedInstance{.id = 2, .command_param = "{\"StartParams\":\"" + std::string(5 << 20, 'p') + "\"}"});
    try {
        (void)fail_over(world.store(), ids({1, 2}));
        FAIL("it was handed over");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("parameters of workflow instance 2"));
    }
    CHECK(world.commands().empty());
    CHECK(world.host(1) == contract::dead.text);
}

TEMPLATE_LIST_TEST_CASE("a schema of 3.3.0 may recover in place, and its test flag is 0", "[store][contract][schema]",
                        WorkflowWorlds) {
    TestType world;
    auto& sql = world.database().alter();
    for (const char* table : {"t_ds_workflow_instance", "t_ds_command"}) {
        sql.run(std::string("alter table ") + table + " add column test_flag int default null");
    }
    world.database().grant();
    CHECK(world.store().inspect().may_recover_in_place());
    world.add(SeedInstance{.id = 1});
    world.sql().run("update t_ds_workflow_instance set test_flag = 1");
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    CHECK(world.commands().front().at("test_flag") == "0");
}

TEST_CASE("a table that MariaDB hides for want of a right is not taken for one that the release does not have",
          "[store][contract][schema]") {
    const auto lacks = [](support::TestDatabase& database, const std::string& table) {
        database.alter().run("revoke select on " + table + " from " + journal::granted_user);
        store::SociStore store(database.daemon_settings());
        const std::string said = refusal(store);
        CHECK_THAT(said, Catch::Contains("no table " + table + ",") && Catch::Contains("init-db --print-grants"));
        database.grant();
        CHECK_NOTHROW(store.inspect());
    };
    SECTION("in the process generation") {
        support::TestDatabase database(DatabaseKind::mysql, Generation::process);
        for (const char* table : {"t_ds_schedules", "t_ds_process_definition_log"}) lacks(database, table);
    }
    SECTION("in a release that may recover in place") {
        support::TestDatabase database(DatabaseKind::mysql, Generation::workflow);
        for (const char* table : {"t_ds_workflow_instance", "t_ds_command"})
            database.alter().run(std::string("alter table ") + table + " add column test_flag int default null");
        database.grant();
        lacks(database, "t_ds_relation_workflow_instance");
    }
}

TEMPLATE_LIST_TEST_CASE("two schedules of one definition are no reason to fail", "[store][contract][schema]",
                        ProcessWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    world.add_schedule(9001, "Asia/Shanghai");
    world.add_schedule(9001, "Europe/Berlin");
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    REQUIRE(world.commands().size() == 1);
    CHECK(world.commands().front().at("command_param") ==
          R"({"ProcessInstanceId":"1","schedule_timezone":"Asia/Shanghai"})");
}

TEST_CASE("PostgreSQL's tables are looked for along the search path, the first of a name only",
          "[store][contract][schema]") {
    contract::PostgresqlProcess world;
    auto& sql = world.database().alter();
    world.add(SeedInstance{.id = 1});
    sql.run(
        "alter schema public rename to ds; create schema public; grant usage on schema public to public;"
        "create table public.t_ds_workflow_instance (id int); create table public.t_ds_process_instance (id int);"
        "alter database " +
        world.database().settings().name + " set search_path = ds");
    {
        store::SociStore store(world.database().daemon_settings());
        CHECK(store.inspect().generation == Generation::process);
        CHECK(store.unfinished_after({0}, 10).size() == 1);
    }
    sql.run("drop table public.t_ds_workflow_instance; alter database " + world.database().settings().name +
            " set search_path = ds, public");
    store::SociStore store(world.database().daemon_settings());
    CHECK(store.unfinished_after({0}, 10).size() == 1);
}

}  // namespace dsr::workflow_store_schema
