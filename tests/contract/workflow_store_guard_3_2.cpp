// SPDX-License-Identifier: Apache-2.0
// A failover transaction's guard by the JDBC registry of DolphinScheduler 3.2: its rows have a term and no client.
#include <catch2/catch.hpp>

#include "contract/guarded_world.hpp"
#include "support/failures.hpp"

namespace dsr::workflow_store_guard_3_2 {

using namespace std::chrono_literals;
using contract::address_key;
using contract::dead;
using contract::GuardedWorld;
using contract::GuardWorlds32;
using contract::heartbeat;
using contract::lock_path;
using model::GuardRefusal;
using test::failure_of;

TEMPLATE_LIST_TEST_CASE("3.2: a guard that holds is entered, and leaves nothing", "[store][contract][guard]",
                        GuardWorlds32) {
    GuardedWorld<TestType> world;
    if (GENERATE(false, true)) world.register_still();
    const auto rows = world.rows_of("t_ds_jdbc_registry_data");
    const auto transaction = world.claim();
    CHECK(world.rows_of("t_ds_jdbc_registry_lock") == 0);
    transaction->commit();
    CHECK(world.host(1) == "NULL");
    CHECK(world.commands().size() == 1);
    CHECK(world.rows_of("t_ds_jdbc_registry_lock") == 0);
    CHECK(world.rows_of("t_ds_jdbc_registry_data") == rows);
}

TEMPLATE_LIST_TEST_CASE("3.2: a lock that is held, however old, refuses the guard", "[store][contract][guard]",
                        GuardWorlds32) {
    GuardedWorld<TestType> world;
    world.add_lock(lock_path);
    CHECK(world.entering() == GuardRefusal::lock_taken);
    CHECK(world.rows_of("t_ds_jdbc_registry_lock", "lock_owner = 'm'") == 1);
}

TEMPLATE_LIST_TEST_CASE("3.2: an address that is registered refuses the guard of an absent master",
                        "[store][contract][guard]", GuardWorlds32) {
    GuardedWorld<TestType> world;
    world.add_data(address_key + "9");
    CHECK(world.entering() == std::nullopt);
    world.add_data(address_key);
    CHECK(world.entering() == GuardRefusal::registered);
}

TEMPLATE_LIST_TEST_CASE("3.2: a registration that stood still must not have changed", "[store][contract][guard]",
                        GuardWorlds32) {
    GuardedWorld<TestType> world;
    world.register_still();
    auto& sql = world.sql();
    std::optional<GuardRefusal> expected = GuardRefusal::registered;
    SECTION("it did not") {
        expected.reset();
    }
    SECTION("its value") {
        sql.run("update t_ds_jdbc_registry_data set data_value = '" + heartbeat + " '");
    }
    SECTION("its term") {
        sql.run("update t_ds_jdbc_registry_data set last_term = 1001");
    }
    SECTION("its row is gone") {
        sql.run("delete from t_ds_jdbc_registry_data");
    }
    SECTION("it was put again") {
        sql.run("delete from t_ds_jdbc_registry_data");
        world.add_data(address_key, heartbeat);
    }
    CHECK(world.entering() == expected);
}

TEMPLATE_LIST_TEST_CASE("3.2: a living master may report, but its address may not have another incarnation",
                        "[store][contract][guard]", GuardWorlds32) {
    GuardedWorld<TestType> world;
    world.register_still();
    world.guard.seen->still.reset();
    auto& sql = world.sql();
    std::optional<GuardRefusal> expected = GuardRefusal::registered;
    SECTION("it reports") {
        sql.run(R"(update t_ds_jdbc_registry_data
                      set last_term = 5, data_value = '{"startupTime":1,"processId":7,"reportTime":9}')");
        expected.reset();
    }
    SECTION("another start in the same row") {
        sql.run(R"(update t_ds_jdbc_registry_data set data_value = '{"startupTime":2,"processId":7}')");
    }
    SECTION("another process in the same row") {
        sql.run(R"(update t_ds_jdbc_registry_data set data_value = '{"startupTime":1,"processId":8}')");
    }
    SECTION("another row") {
        sql.run("delete from t_ds_jdbc_registry_data");
        world.add_data(address_key, heartbeat);
    }
    CHECK(world.entering() == expected);
}

TEMPLATE_LIST_TEST_CASE("3.2: masters wait for the lock, the address and the row until the transaction ends",
                        "[store][contract][guard]", GuardWorlds32) {
    GuardedWorld<TestType> world;
    const auto what = GENERATE(0, 1, 2);
    const auto end = GENERATE(0, 1, 2);
    CAPTURE(what, end);
    std::string statement = world.insert_lock(lock_path);
    if (what == 1) statement = world.insert_data(address_key);
    if (what == 2) {  // a late refresh of a row that stood still
        world.register_still();
        statement =
            "update t_ds_jdbc_registry_data set last_term = 2000 where id = " + std::to_string(world.guard.seen->row);
    }
    auto transaction = world.claim();
    auto master = world.other(statement);
    CHECK(world.waits(master));
    if (end == 0) transaction->commit();
    if (end == 1) transaction.reset();
    if (end == 2) world.kill_daemon();
    CHECK(master.done_within(500ms));
    master.finish();
}

TEMPLATE_LIST_TEST_CASE("3.2: none of the rights on the registry's tables is too many", "[store][contract][guard]",
                        GuardWorlds32) {
    GuardedWorld<TestType> world;
    world.register_still();
    auto absent = world.guard;
    absent.address = {"10.9.9.8:1"};
    absent.seen.reset();
    const auto lacks_a_right = [&] {
        bool lacking = false;
        for (const auto& guard : {world.guard, absent}) {
            try {
                const auto refused = world.store().begin_failover({})->enter(guard);
                CHECK(refused == std::nullopt);
            } catch (const model::Failure& failure) {
                CHECK_THAT(failure.what(), Catch::Contains("lacks a right"));
                lacking = true;
            }
        }
        return lacking;
    };
    CHECK_FALSE(lacks_a_right());
    const std::string user = GuardedWorld<TestType>::mysql ? "'ds_reconciler'@'%'" : "ds_reconciler";
    std::vector<std::string> rights{"insert on t_ds_jdbc_registry_lock", "delete on t_ds_jdbc_registry_lock",
                                    "insert on t_ds_jdbc_registry_data", "delete on t_ds_jdbc_registry_data"};
    if (!GuardedWorld<TestType>::mysql) rights.emplace_back("update (create_time) on t_ds_jdbc_registry_data");
    for (const auto& right : rights) {
        INFO(right);
        world.sql().run("revoke " + right + " from " + user);
        CHECK(lacks_a_right());
        world.sql().run("grant " + right + " to " + user);
    }
    CHECK_FALSE(lacks_a_right());
}

TEMPLATE_LIST_TEST_CASE("3.2: the newest term shows that servers use the JDBC registry", "[store][contract][guard]",
                        GuardWorlds32) {
    GuardedWorld<TestType> world;
    CHECK(world.store().newest_registry_stamp() == std::nullopt);
    world.add_data(address_key);
    CHECK(world.store().newest_registry_stamp() == 1000);
    world.sql().run("update t_ds_jdbc_registry_data set data_type = 2");
    CHECK(world.store().newest_registry_stamp() == std::nullopt);
}

}  // namespace dsr::workflow_store_guard_3_2
