// SPDX-License-Identifier: Apache-2.0
// What a failover transaction's guard by a registry in the same database refuses (registry_guard.hpp).
#include <catch2/catch.hpp>
#include <thread>

#include "contract/guarded_world.hpp"
#include "support/failures.hpp"

namespace dsr::contract::workflow_store_guard {

using namespace std::chrono_literals;
using model::ErrorKind;
using model::GuardRefusal;
using support::SeedInstance;
using test::failure_of;

namespace {

using OtherWorlds = std::tuple<FakeWorkflow, SqliteWorkflow>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("a guard that holds is entered, and leaves nothing but the marker", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard.marker = {marker_name, "1763000000123"};
    const auto transaction = world.claim();
    for (const char* table : {"t_ds_jdbc_registry_lock", "t_ds_jdbc_registry_data"}) CHECK(world.rows_of(table) == 0);
    transaction->commit();
    CHECK(world.state(1) == 18);
    CHECK(world.commands().size() == 1);
    CHECK(world.rows_of("t_ds_jdbc_registry_lock") == 0);
    CHECK(world.rows_of("t_ds_jdbc_registry_data_change_event") == 0);
    CHECK(world.rows_of("ds_reconciler_replicas") == 1);
    const auto left = world.sql().rows(
        "select data_key, data_value, data_type, client_id from t_ds_jdbc_registry_data where create_time between "
        "current_timestamp - interval '1' minute and current_timestamp + interval '1' minute");
    REQUIRE(left.size() == 1);
    CHECK(left.front().at("data_key") == marker_key);
    CHECK(left.front().at("data_value") == "1763000000123");
    CHECK(left.front().at("data_type") == "PERSISTENT");
    CHECK(left.front().at("client_id") == "0");
}

TEMPLATE_LIST_TEST_CASE("a lock that is held refuses the guard", "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    SECTION("by a master") {
        world.add_lock(lock_path);
        CHECK(world.entering() == GuardRefusal::lock_taken);
        CHECK(world.rows_of("t_ds_jdbc_registry_lock", "lock_owner = 'm'") == 1);
    }
    SECTION("of other hosts does not") {
        for (const char* path : {"/lock/master-failover", "/lock/master-failover/10.9.9.9:567"}) world.add_lock(path);
        world.add_lock(lock_path + "9");
        CHECK(world.entering() == std::nullopt);
    }
    SECTION("leaked, and still there") {
        world.guard.leaked_lock = world.add_lock(lock_path);
        world.claim()->commit();
        CHECK(world.rows_of("t_ds_jdbc_registry_lock", "lock_owner = 'm'") == 1);
        CHECK(world.state(1) == 18);
    }
    SECTION("leaked, but gone") {
        world.guard.leaked_lock = world.add_lock(lock_path);
        world.sql().run("delete from t_ds_jdbc_registry_lock");
        CHECK(world.entering() == GuardRefusal::lock_taken);
    }
    SECTION("leaked, but taken anew") {
        world.guard.leaked_lock = world.add_lock(lock_path);
        world.sql().run("delete from t_ds_jdbc_registry_lock");
        world.add_lock(lock_path);
        CHECK(world.entering() == GuardRefusal::lock_taken);
    }
    SECTION("leaked, but of another path") {
        world.guard.leaked_lock = world.add_lock(lock_path + "9");
        CHECK(world.entering() == GuardRefusal::lock_taken);
    }
    CHECK(world.rows_of("t_ds_jdbc_registry_data") == 0);
}

TEMPLATE_LIST_TEST_CASE("an address that is registered refuses the guard of an absent master",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    SECTION("itself") {
        world.add_data(address_key);
        CHECK(world.entering() == GuardRefusal::registered);
        CHECK(world.rows_of("t_ds_jdbc_registry_data", "data_value = '{}'") == 1);
    }
    SECTION("not another one") {
        world.add_data(address_key + "9");
        world.add_data("/nodes/master/110.9.9.9:5678");
        world.add_data("/nodes/worker/" + dead.text);
        CHECK(world.entering() == std::nullopt);
    }
}

TEMPLATE_LIST_TEST_CASE("a registration that stood still must not have changed", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    world.register_still();
    auto& sql = world.sql();
    std::optional<GuardRefusal> expected = GuardRefusal::registered;
    SECTION("it did not") {
        expected.reset();
    }
    SECTION("its client was purged, as it was when seen") {
        sql.run("delete from t_ds_jdbc_registry_client_heartbeat");
        world.guard.seen->still->stamp.reset();
        expected.reset();
    }
    SECTION("its value") {
        sql.run("update t_ds_jdbc_registry_data set data_value = '{\"startupTime\":2}'");
    }
    SECTION("its client") {
        sql.run("update t_ds_jdbc_registry_data set client_id = 78");
    }
    SECTION("its client's stamp") {
        sql.run("update t_ds_jdbc_registry_client_heartbeat set last_heartbeat_time = 1001");
    }
    SECTION("its client's row is gone") {
        sql.run("delete from t_ds_jdbc_registry_client_heartbeat");
    }
    SECTION("its client's row came") {
        world.guard.seen->still->stamp.reset();
    }
    SECTION("its row is gone") {
        sql.run("delete from t_ds_jdbc_registry_data");
    }
    SECTION("it was made anew") {
        sql.run("delete from t_ds_jdbc_registry_data");
        world.add_data(address_key, contract::heartbeat);
    }
    SECTION("the row is another's") {
        sql.run("update t_ds_jdbc_registry_data set data_key = '" + address_key + "9'");
    }
    CHECK(world.entering() == expected);
}

TEMPLATE_LIST_TEST_CASE("a living master may report, but not register anew", "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    world.register_still();
    world.guard.seen->still.reset();
    auto& sql = world.sql();
    std::optional<GuardRefusal> expected = GuardRefusal::registered;
    SECTION("it reports") {
        sql.run("update t_ds_jdbc_registry_data set data_value = 'x'");
        sql.run("update t_ds_jdbc_registry_client_heartbeat set last_heartbeat_time = 1001");
        world.add_event_of("UPDATE", address_key);
        expected.reset();
    }
    SECTION("it has another client") {
        sql.run("update t_ds_jdbc_registry_data set client_id = 78");
    }
    SECTION("it has another row") {
        sql.run("delete from t_ds_jdbc_registry_data");
        world.add_data(address_key);
    }
    SECTION("the row is another's") {
        sql.run("update t_ds_jdbc_registry_data set data_key = '" + address_key + "9'");
    }
    CHECK(world.entering() == expected);
}

TEMPLATE_LIST_TEST_CASE("an event of the address since the view refuses the guard", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    if (GENERATE(false, true)) world.register_still();
    std::optional<GuardRefusal> expected;
    SECTION("an addition") {
        world.add_event_of("ADD", address_key);
        expected = GuardRefusal::registered;
    }
    SECTION("an update, among others") {
        world.add_event_of("UPDATE", address_key);
        world.sql().run(
            "insert into t_ds_jdbc_registry_data_change_event (event_type, jdbc_registry_data) "
            "select 'UPDATE', '{\"dataKey\":\"/nodes/worker/w:1\"}' from t_ds_jdbc_registry_data_change_event a, "
            "information_schema.columns b limit 600");
        expected = GuardRefusal::registered;
    }
    SECTION("one that nobody can read") {
        world.add_event("UPDATE", "{\"dataKey\":");
        expected = GuardRefusal::registered;
    }
    SECTION("not those of the view") {
        world.guard.events_seen = world.add_event_of("ADD", address_key);
    }
    SECTION("not its removal") {
        world.add_event_of("DELETE", address_key);
    }
    SECTION("not those of others") {
        world.add_event_of("ADD", address_key + "9");
        world.add_event_of("UPDATE", "/nodes/worker/" + dead.text);
        world.add_event("ADD", R"({"dataKey":"/nodes/master/m:1","dataValue":")" + address_key + "\"}");
    }
    CHECK(world.entering() == expected);
}

TEMPLATE_LIST_TEST_CASE("only the lowest living ticket leads", "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto first = world.guard.ticket;
    const auto second = world.add_ticket(60);
    SECTION("ours is the lowest") {
        CHECK(world.entering() == std::nullopt);
    }
    SECTION("ours expired") {
        world.let_expire(first, -1);
        CHECK(world.entering() == GuardRefusal::not_leader);
    }
    SECTION("a lower one lives") {
        world.guard.ticket = second;
        CHECK(world.entering() == GuardRefusal::not_leader);
    }
    SECTION("a lower one expired") {
        world.let_expire(first, -1);
        world.guard.ticket = second;
        CHECK(world.entering() == std::nullopt);
    }
    SECTION("ours is gone") {
        world.sql().run("delete from ds_reconciler_replicas where ticket = " + std::to_string(first));
        CHECK(world.entering() == GuardRefusal::not_leader);
    }
}

TEMPLATE_LIST_TEST_CASE("the leadership is looked at again before the commit", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto fails = [&](store::FailoverTransaction& transaction) {
        const auto failure = failure_of([&] { transaction.commit(); });
        CHECK(failure.kind() == ErrorKind::retry);
        CHECK_THAT(failure.what(), Catch::Contains("another replica leads"));
    };
    SECTION("its time ran out meanwhile") {
        world.let_expire(world.guard.ticket, 1);
        const auto transaction = world.claim();
        std::this_thread::sleep_for(1500ms);
        fails(*transaction);
    }
    SECTION("a lower ticket came meanwhile") {
        const auto transaction = world.claim();
        world.sql().run("insert into ds_reconciler_replicas (ticket, identity, expires) values (-1, 'late', " +
                        world.expires_in(60) + ")");
        fails(*transaction);
    }
    CHECK(world.state(1) == 1);
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("a key that differs only in case is another in PostgreSQL, and the same in MySQL",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard.address = {"host-a:5678"};
    world.guard.lock_path = "/lock/master-failover/host-a:5678";
    constexpr bool mysql = TestType::kind == DatabaseKind::mysql;
    SECTION("of a lock") {
        world.add_lock("/lock/master-failover/HOST-A:5678");
        CHECK(world.entering() == (mysql ? std::optional(GuardRefusal::lock_taken) : std::nullopt));
    }
    SECTION("of an address") {
        world.add_data("/nodes/master/HOST-A:5678");
        CHECK(world.entering() == (mysql ? std::optional(GuardRefusal::registered) : std::nullopt));
    }
    SECTION("of a registration that was seen") {
        const auto row = world.add_data("/nodes/master/HOST-A:5678");
        world.guard.seen = {row, client, std::nullopt};
        CHECK(world.entering() == GuardRefusal::registered);
    }
    SECTION("of a leaked lock") {
        world.guard.leaked_lock = world.add_lock("/lock/master-failover/HOST-A:5678");
        CHECK(world.entering() == GuardRefusal::lock_taken);
    }
}

TEMPLATE_LIST_TEST_CASE("a key that is too long for the registry is refused, not shortened", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard.lock_path = "/lock/" + std::string(300, 'x');
    if constexpr (TestType::kind == DatabaseKind::mysql) {
        CHECK(failure_of([&] { (void)world.entering(); }).kind() == ErrorKind::permanent);
    } else {
        CHECK(world.entering() == std::nullopt);
    }
    CHECK(world.rows_of("t_ds_jdbc_registry_lock") == 0);
}

TEMPLATE_LIST_TEST_CASE("a repair needs the leadership, but no lock and no address", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard = {.lock_path = "", .address = {}, .ticket = world.guard.ticket};
    world.add(SeedInstance{.id = 2, .state = 18});
    world.add_lock(lock_path);
    world.add_data(address_key);
    const auto transaction = world.store().begin_failover({});
    SECTION("which leads") {
        CHECK(transaction->enter(world.guard) == std::nullopt);
        auto locked = transaction->lock_claimed(ids({2}));
        REQUIRE(locked.size() == 1);
        transaction->repair(std::vector{store::StrandedRow{locked.front(), 1}}, now);
        transaction->commit();
        CHECK(world.commands().size() == 1);
    }
    SECTION("which does not") {
        world.let_expire(world.guard.ticket, -1);
        CHECK(transaction->enter(world.guard) == GuardRefusal::not_leader);
    }
}

TEMPLATE_LIST_TEST_CASE("a database without a registry has no guard", "[store][contract][guard]", OtherWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    const auto transaction = world.store().begin_failover({});
    CHECK_THROWS_AS(transaction->enter({}), std::logic_error);
}

}  // namespace dsr::contract::workflow_store_guard
