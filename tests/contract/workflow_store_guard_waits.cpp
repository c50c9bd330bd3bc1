// SPDX-License-Identifier: Apache-2.0
// What others wait for while a failover transaction holds its guard by a registry in the same database, and what it
// leaves.
#include <catch2/catch.hpp>
#include <future>

#include "contract/guarded_world.hpp"
#include "support/failures.hpp"

namespace dsr::contract::workflow_store_guard_waits {

using namespace std::chrono_literals;
using model::ErrorKind;
using model::GuardRefusal;
using test::failure_of;

TEMPLATE_LIST_TEST_CASE("a transaction whose guard was refused writes nothing more, and frees what it took",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard.marker = {marker_name, "1"};
    world.let_expire(world.guard.ticket, -1);
    const auto transaction = world.store().begin_failover({});
    CHECK(transaction->enter(world.guard) == GuardRefusal::not_leader);
    for (const auto& statement : {world.insert_lock(lock_path), world.insert_data(address_key)}) {
        auto other = world.other(statement);
        CHECK(other.done_within(500ms));
        other.finish();
    }
    CHECK(failure_of([&] { (void)transaction->lock(ids({1}), dead); }).kind() == ErrorKind::retry);
    CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::retry);
    CHECK(world.rows_of("t_ds_jdbc_registry_data", "data_type = 'PERSISTENT'") == 0);
}

TEMPLATE_LIST_TEST_CASE("others wait for the lock, and have it at once when the transaction ends",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    auto transaction = world.claim();
    auto master = world.other(world.insert_lock(lock_path));
    CHECK(world.waits(master));
    SECTION("by its commit") {
        transaction->commit();
    }
    SECTION("by its rollback") {
        transaction.reset();
    }
    SECTION("by the death of its connection") {
        world.kill_daemon();
    }
    CHECK(master.done_within(500ms));
    master.finish();
    CHECK(world.rows_of("t_ds_jdbc_registry_lock", "lock_owner = 'm'") == 1);
}

TEMPLATE_LIST_TEST_CASE("nobody registers the address until the transaction ends", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto transaction = world.claim();
    auto master = world.other(world.insert_data(address_key));
    CHECK(world.waits(master));
    transaction->commit();
    CHECK(master.done_within(500ms));
    master.finish();
    CHECK(world.rows_of("t_ds_jdbc_registry_data") == 1);
}

TEMPLATE_LIST_TEST_CASE("what was seen cannot change until the transaction ends", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    world.register_still();
    std::string change;
    SECTION("a late refresh of a client that stood still") {
        change = "update t_ds_jdbc_registry_client_heartbeat set last_heartbeat_time = 2000 where id = 77";
    }
    SECTION("a late heartbeat of a master that stood still") {
        change = "update t_ds_jdbc_registry_data set data_value = 'late' where id = " +
                 std::to_string(world.guard.seen->row);
    }
    SECTION("the removal of a living master's registration") {
        world.guard.seen->still.reset();
        change = "delete from t_ds_jdbc_registry_data where data_key = '" + address_key + "'";
    }
    SECTION("a leaked lock") {
        world.guard.leaked_lock = world.add_lock(lock_path);
        change = "delete from t_ds_jdbc_registry_lock where id = " + std::to_string(*world.guard.leaked_lock);
    }
    SECTION("our ticket") {
        change = "delete from ds_reconciler_replicas";
    }
    const auto transaction = world.claim();
    auto other = world.other(change);
    CHECK(world.waits(other));
    transaction->commit();
    CHECK(other.done_within(500ms));
    other.finish();
    CHECK(world.state(1) == 18);
}

TEMPLATE_LIST_TEST_CASE("two masters that wait for one lock end as without us: one has it", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto transaction = world.claim();
    auto first = world.other(world.insert_lock(lock_path));
    auto second = world.other(world.insert_lock(lock_path));
    CHECK(world.waits(first));
    CHECK(world.waits(second, 2));
    transaction->commit();
    int taken = 0;
    for (auto* const master : {&first, &second}) {
        CHECK(master->done_within(2s));
        try {
            master->finish();
            ++taken;
        } catch (const std::runtime_error& error) {
            // MySQL lets both look for the key at once, and then ends one of them by a deadlock.
            UNSCOPED_INFO(error.what());
            CHECK_THAT(error.what(), Catch::Contains("uplicate") || Catch::Contains("Deadlock"));
        }
    }
    CHECK(taken == 1);
    CHECK(world.rows_of("t_ds_jdbc_registry_lock") == 1);
}

TEMPLATE_LIST_TEST_CASE("other locks and addresses are free meanwhile", "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    // Neighbours in the order of keys: MySQL locks gaps between them, where it does.
    for (const char* end : {"0:1", "8:5678", "9:9999"}) {
        world.add_lock(std::string("/lock/master-failover/10.9.9.") + end);
        world.add_data(std::string("/nodes/master/10.9.9.") + end);
    }
    const auto living = std::to_string(world.number("select max(id) as n from t_ds_jdbc_registry_data"));
    const auto transaction = world.claim();
    for (const char* near : {"10.9.9.9:5677", "10.9.9.9:5679", "10.9.9.9:567", "10.9.9.9:56789", "10.9.9.8:9", "z:1"}) {
        for (const auto& insert : {world.insert_lock(std::string("/lock/master-failover/") + near),
                                   world.insert_data(std::string("/nodes/master/") + near)}) {
            INFO(insert);
            CHECK(world.other(insert).done_within(500ms));
        }
    }
    for (const auto& change : {"update t_ds_jdbc_registry_data set data_value = 'x' where id = " + living,
                               "delete from t_ds_jdbc_registry_data where id = " + living}) {
        INFO(change);
        CHECK(world.other(change).done_within(500ms));
    }
    transaction->commit();
}

TEMPLATE_LIST_TEST_CASE("traces of an earlier transaction keep neighbours no longer than until the commit",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    for (const char* end : {"8:5678", "9:9999"}) world.add_data(std::string("/nodes/master/10.9.9.") + end);
    // A reader keeps what was deleted from being cleaned up. MySQL checks such a key with a lock on the gap behind it.
    const auto reader = support::connect_database(world.database().settings());
    reader->run("begin");
    (void)reader->rows("select count(*) as n from t_ds_jdbc_registry_data");
    for (int i = 0; i < 2; ++i) {
        const auto earlier = world.store().begin_failover({});
        REQUIRE(earlier->enter(world.guard) == std::nullopt);
        earlier->commit();
    }
    const auto transaction = world.claim();
    auto neighbour = world.other(world.insert_data("/nodes/master/10.9.9.9:5679"));
    CHECK(world.waits(neighbour) == (TestType::kind == DatabaseKind::mysql));
    transaction->commit();
    CHECK(neighbour.done_within(500ms));
    neighbour.finish();
}

TEMPLATE_LIST_TEST_CASE("a lock that another transaction is taking is waited for, but not for long",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto other = support::connect_database(world.database().settings());
    other->run("begin; " + world.insert_lock(lock_path));
    const auto failure = failure_of([&] { (void)world.entering(); });
    CHECK(failure.kind() == ErrorKind::retry);
    CHECK_THAT(failure.what(), Catch::Contains("entering the guard"));
    other->run("rollback");
    CHECK(world.entering() == std::nullopt);
}

TEMPLATE_LIST_TEST_CASE("a lock or an address that another one gets while we wait for it refuses the guard",
                        "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    auto patient = world.database().daemon_settings();
    patient.lock_timeout = 10s;
    patient.statement_timeout = 20s;
    store::SociStore store(patient);
    (void)store.inspect();
    const bool lock = GENERATE(true, false);
    const auto other = support::connect_database(world.database().settings());
    other->run("begin; " + (lock ? world.insert_lock(lock_path) : world.insert_data(address_key)));
    auto entering = std::async(std::launch::async, [&] { return store.begin_failover({})->enter(world.guard); });
    while (entering.wait_for(20ms) == std::future_status::timeout && world.sql().lock_waits() == 0) {
    }
    other->run("commit");
    CHECK(entering.get() == (lock ? GuardRefusal::lock_taken : GuardRefusal::registered));
}

TEMPLATE_LIST_TEST_CASE("the marker comes and goes with the claim", "[store][contract][guard]", GuardWorlds) {
    GuardedWorld<TestType> world;
    world.guard.marker = {marker_name, "2"};
    SECTION("committed") {
        world.claim()->commit();
        CHECK(world.rows_of("t_ds_jdbc_registry_data", "data_key = '" + marker_key + "' and data_value = '2'") == 1);
    }
    SECTION("rolled back") {
        (void)world.claim();
        CHECK(world.rows_of("t_ds_jdbc_registry_data") == 0);
        CHECK(world.state(1) == 1);
    }
    SECTION("one that exists stays") {
        world.add_data(marker_key, "1");
        world.claim()->commit();
        CHECK(world.rows_of("t_ds_jdbc_registry_data", "data_key = '" + marker_key + "' and data_value = '1'") == 1);
        CHECK(world.rows_of("t_ds_jdbc_registry_data") == 1);
    }
}

}  // namespace dsr::contract::workflow_store_guard_waits
