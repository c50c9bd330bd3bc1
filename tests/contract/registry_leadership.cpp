// SPDX-License-Identifier: Apache-2.0
// Several daemons on one cluster: one leads, the others stand in line; and the mutex that only daemons know.
#include <catch2/catch.hpp>
#include <chrono>

#include "contract/registry_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::registry_leadership {

using namespace std::chrono_literals;
using contract::EtcdWorld;
using contract::FakeRegistryWorld;
using contract::JdbcOnMysql;
using contract::JdbcOnPostgresql;
using contract::ZooKeeperWorld;

namespace {

using Identities = std::vector<std::string>;

void check(const registry::Leadership& seen, bool leads, const Identities& replicas) {
    CHECK(seen.leads == leads);
    CHECK(seen.leader == (replicas.empty() ? "" : replicas.front()));
    CHECK(seen.replicas == replicas);
}

}  // namespace

TEMPLATE_TEST_CASE("nobody leads before somebody enters the line", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    check(world.registry().leadership(), false, {});
    world.registry().resign();  // from no line
    check(world.registry().leadership(), false, {});
    check(world.registry().lead(), true, {"daemon 1"});
    check(world.registry().lead(), true, {"daemon 1"});  // once in, once only
    check(world.registry().leadership(), true, {"daemon 1"});
    check(world.rival().leadership(), false, {"daemon 1"});  // a look enters nobody
    CHECK(world.own_queue_length("leader") <= 1);            // the fake keeps its line elsewhere
    CHECK(world.registry().observe().locks == model::LockTraces{});
}

TEMPLATE_TEST_CASE("who came first leads, and the next one takes over", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    check(world.rival().lead(), true, {"daemon 2"});
    check(world.registry().lead(), false, {"daemon 2", "daemon 1"});
    check(world.third().lead(), false, {"daemon 2", "daemon 1", "daemon 3"});
    check(world.rival().lead(), true, {"daemon 2", "daemon 1", "daemon 3"});

    SECTION("when the leader resigns") {
        world.rival().resign();
        check(world.third().lead(), false, {"daemon 1", "daemon 3"});
        check(world.registry().lead(), true, {"daemon 1", "daemon 3"});
        check(world.rival().leadership(), false, {"daemon 1", "daemon 3"});
        check(world.rival().lead(), false, {"daemon 1", "daemon 3", "daemon 2"});
    }
    SECTION("when one in the middle resigns, nothing changes at the front") {
        world.registry().resign();
        check(world.third().lead(), false, {"daemon 2", "daemon 3"});
        check(world.rival().lead(), true, {"daemon 2", "daemon 3"});
    }
    SECTION("when all before go") {
        world.rival().resign();
        world.registry().resign();
        check(world.third().lead(), true, {"daemon 3"});
    }
    SECTION("when one is destroyed, he has left") {
        world.drop_third();
        check(world.rival().lead(), true, {"daemon 2", "daemon 1"});
    }
}

TEMPLATE_TEST_CASE("a leader whose session ends leads no more, and enters at the end", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    check(world.registry().lead(), true, {"daemon 1"});
    check(world.rival().lead(), false, {"daemon 1", "daemon 2"});
    check(world.third().lead(), false, {"daemon 1", "daemon 2", "daemon 3"});
    world.lose_session();
    check(world.rival().lead(), true, {"daemon 2", "daemon 3"});
    (void)world.registry().observe();  // connects again where it was cut off
    check(world.registry().leadership(), false, {"daemon 2", "daemon 3"});
    check(world.registry().lead(), false, {"daemon 2", "daemon 3", "daemon 1"});
    check(world.third().lead(), false, {"daemon 2", "daemon 3", "daemon 1"});
    world.rival().resign();
    world.third().resign();
    check(world.registry().lead(), true, {"daemon 1"});
}

// Not JDBC: the leader has every such lock, and nobody else any.
TEMPLATE_TEST_CASE("a lock of our own excludes other daemons, and nobody else", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld) {
    TestType world;
    auto mine = world.registry().acquire_own("stranded", 0ms, {});
    REQUIRE(mine.lock);
    CHECK(mine.lock->still_held());
    CHECK(world.own_queue_length("stranded") == 1);
    CHECK(world.registry().observe().locks == model::LockTraces{});
    const auto theirs = world.rival().acquire_own("stranded", 50ms, {});
    CHECK_FALSE(theirs.lock);
    REQUIRE(theirs.holder);
    CHECK(theirs.holder->data == "daemon 1");
    CHECK(world.rival().acquire_own("another", 0ms, {}).lock);
    CHECK(world.rival().acquire("/lock/master-failover/stranded", 0ms, {}, {}).lock);
    mine.lock.reset();
    CHECK(world.own_queue_length("stranded") == 0);
    const auto after = world.rival().acquire_own("stranded", 0ms, {});
    REQUIRE(after.lock);
    CHECK(after.lock->still_held());
}

TEMPLATE_TEST_CASE("a lock of our own goes with the session that took it", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    const auto mine = world.registry().acquire_own("stranded", 0ms, {});
    REQUIRE(mine.lock);
    world.lose_session();
    CHECK_FALSE(mine.lock->still_held());
    CHECK(world.rival().acquire_own("stranded", 1s, {}).lock);
}

TEMPLATE_TEST_CASE("a lock of our own has the name of a node, and not the line's", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    const auto name = GENERATE(values<std::string>({"", "a/b", "..", "leader"}));
    try {
        (void)world.registry().acquire_own(name, 0ms, {});
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
    }
}

}  // namespace dsr::registry_leadership
