// SPDX-License-Identifier: Apache-2.0
// Places in the queue that their owners leaked: passed by with proof, never without, and never touched.
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "contract/registry_worlds.hpp"

namespace dsr::registry_leaked_locks {

using namespace std::chrono_literals;
using contract::EtcdWorld;
using contract::FakeRegistryWorld;
using contract::JdbcOnMysql;
using contract::JdbcOnPostgresql;
using contract::ZooKeeperWorld;
using registry::LockHolder;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

bool of_master_5(const LockHolder& holder) {
    return holder.data == "10.0.0.5";
}

}  // namespace

// Not JDBC, where a lock has one row and no queue; see registry_jdbc.cpp.
TEMPLATE_TEST_CASE("who leaked his lock is passed by, and left alone", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld) {
    TestType world;
    const auto node = world.queue_foreign(lock, "10.0.0.5");
    std::vector<LockHolder> asked;
    auto mine = world.registry().acquire(lock, 0ms, {}, [&](const LockHolder& holder) {
        asked.push_back(holder);
        return of_master_5(holder);
    });
    REQUIRE(mine.lock);
    CHECK_FALSE(mine.holder);
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].node == node);
    CHECK(asked[0].data == "10.0.0.5");
    CHECK(asked[0].session_id != 0);
    CHECK(std::chrono::abs(asked[0].since - world.registry().observe().taken_at) < 1min);
    CHECK(mine.lock->still_held());
    CHECK(world.queue_length(lock) == 2);

    const auto without_proof = world.rival().acquire(lock, 0ms, {}, {});
    CHECK_FALSE(without_proof.lock);
    REQUIRE(without_proof.holder);
    CHECK(without_proof.holder->node == node);
    const auto with_proof = world.rival().acquire(lock, 0ms, {}, of_master_5);
    CHECK_FALSE(with_proof.lock);
    REQUIRE(with_proof.holder);
    CHECK(with_proof.holder->data == "daemon 1");  // we hold it, by the same proof

    world.leave_foreign(lock, node);
    CHECK(mine.lock->still_held());
    mine.lock.reset();
    CHECK(world.queue_length(lock) == 0);
}

// Not JDBC, likewise.
TEMPLATE_TEST_CASE("who is not proven to have leaked is not passed by", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.queue_foreign(lock, "10.0.0.5");
    const auto holder = world.queue_foreign(lock, "10.0.0.6");
    world.queue_foreign(lock, "10.0.0.5");
    const auto attempt = world.registry().acquire(lock, 50ms, {}, of_master_5);
    CHECK_FALSE(attempt.lock);
    REQUIRE(attempt.holder);
    CHECK(attempt.holder->node == holder);
    CHECK(attempt.holder->data == "10.0.0.6");
    CHECK(world.queue_length(lock) == 3);

    world.leave_foreign(lock, holder);
    const auto mine = world.registry().acquire(lock, 0ms, {}, of_master_5);
    REQUIRE(mine.lock);
    CHECK(mine.lock->still_held());
}

TEMPLATE_TEST_CASE("a leak that is proven while we wait counts at the end of the wait", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    world.queue_foreign(lock, "10.0.0.5");
    int asked = 0;
    const auto mine = world.registry().acquire(lock, 100ms, {}, [&](const LockHolder&) { return ++asked > 1; });
    CHECK(asked == 2);
    REQUIRE(mine.lock);
    CHECK(mine.lock->still_held());
}

// Not JDBC, likewise.
TEMPLATE_TEST_CASE("only those proven when the lock was taken may stand in front", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.queue_foreign(lock, "10.0.0.5");
    const auto mine = world.registry().acquire(lock, 0ms, {}, of_master_5);
    REQUIRE(mine.lock);
    REQUIRE(mine.lock->still_held());
    world.queue_foreign(lock, "10.0.0.6");  // behind us
    CHECK(mine.lock->still_held());
    world.push_in_front(lock);
    CHECK_FALSE(mine.lock->still_held());
}

TEMPLATE_TEST_CASE("a proof that fails leaves nothing in the queue", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    world.queue_foreign(lock, "10.0.0.5");
    CHECK_THROWS_WITH(world.registry().acquire(
                          lock, 1h, {}, [](const LockHolder&) -> bool { throw std::runtime_error("no answer"); }),
                      "no answer");
    CHECK(world.queue_length(lock) == 1);
}

// Not JDBC, likewise.
TEMPLATE_TEST_CASE("a lock that was taken past a leaked one goes with its session", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.queue_foreign(lock, "10.0.0.5");
    auto mine = world.registry().acquire(lock, 0ms, {}, of_master_5);
    REQUIRE(mine.lock);
    world.lose_session();
    CHECK_FALSE(mine.lock->still_held());
    const auto theirs = world.rival().acquire(lock, 1s, {}, of_master_5);
    REQUIRE(theirs.lock);
    mine.lock.reset();
    CHECK(theirs.lock->still_held());
    CHECK(world.queue_length(lock) == 2);
}

}  // namespace dsr::registry_leaked_locks
