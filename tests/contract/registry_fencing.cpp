// SPDX-License-Identifier: Apache-2.0
// A fence: the marker of a dead incarnation, written under our lock and never for an address that is registered.
#include <catch2/catch.hpp>
#include <chrono>

#include "contract/registry_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::registry_fencing {

using namespace std::chrono_literals;
using contract::EtcdWorld;
using contract::FakeRegistryWorld;
using contract::JdbcOnMysql;
using contract::JdbcOnPostgresql;
using contract::ZooKeeperWorld;
using registry::Fencing;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";
const model::Incarnation dead{{"10.0.0.7:5678"}, *model::instant_from_epoch_ms(1703127227000), 7};
const std::string marker = "10.0.0.7:5678-1703127227000-7";
const model::Instant value = *model::instant_from_epoch_ms(1703127299123);

std::vector<model::FailoverMarker> markers(registry::Registry& registry) {
    const auto view = registry.observe();
    INFO(view.why_not_fresh);
    REQUIRE(view.fresh);
    return view.markers;
}

}  // namespace

// Not JDBC, and so for all that fence() writes: there the failover transaction writes the marker.
TEMPLATE_TEST_CASE("a fence is the marker of the dead incarnation", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.make_marker_directory();
    world.add_master("10.0.0.8:5678", 1703127227000, 7);
    const auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    CHECK(mine.lock->fence(dead, value + 456us) == Fencing::fenced);
    const auto written = markers(world.rival());
    REQUIRE(written.size() == 1);
    CHECK(written[0].name == marker);
    CHECK(written[0].value == "1703127299123");
    CHECK(written[0].version == 0);
    CHECK_FALSE(world.rival().registered(dead.address));  // what the check made is gone
    CHECK(world.rival().live_master_count() == 1);
    CHECK(mine.lock->still_held());

    CHECK(mine.lock->fence(dead, value + 1h) == Fencing::fenced);  // again: as it stands
    CHECK(markers(world.rival()) == written);
    auto later = dead;
    later.process_id = 8;
    CHECK(mine.lock->fence(later, value) == Fencing::fenced);
    CHECK(markers(world.rival()).size() == 2);
}

TEMPLATE_TEST_CASE("whose address is registered is not fenced", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.make_marker_directory();
    const bool there_already = GENERATE(false, true);
    if (there_already) world.set_marker(marker, "1703127200000");
    const auto before = markers(world.rival());
    const auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    world.add_master(dead.address.text, 1703127250000, 9);  // another life of that address
    const auto registered = world.rival().registered(dead.address);
    CHECK(mine.lock->fence(dead, value) == Fencing::registered);
    CHECK(markers(world.rival()) == before);
    CHECK(world.rival().registered(dead.address) == registered);
    world.remove_master(dead.address.text);
    CHECK(mine.lock->fence(dead, value) == Fencing::fenced);
    CHECK(markers(world.rival()).size() == 1);
}

TEMPLATE_TEST_CASE("who lost his lock fences nobody", "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld,
                   EtcdWorld) {
    TestType world;
    world.make_marker_directory();
    const bool there_already = GENERATE(false, true);
    if (there_already) world.set_marker(marker, "1703127200000");
    const auto before = markers(world.rival());
    const auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);

    SECTION("with its session") {
        world.lose_session();
        (void)markers(world.registry());  // a new session is there
        CHECK(markers(world.rival()) == before);
    }
    SECTION("because somebody removed its node") {
        const auto holder = world.rival().acquire(lock, 0ms, {}, {}).holder;
        REQUIRE(holder);
        world.leave_foreign(lock, holder->node);
    }
    CHECK(mine.lock->fence(dead, value) == Fencing::lock_lost);
    CHECK(markers(world.rival()) == before);
}

TEMPLATE_TEST_CASE("a marker that stands already fences", "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld,
                   EtcdWorld) {
    TestType world;
    world.set_marker(marker, "1703127200000");
    const auto before = markers(world.rival());
    const auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    CHECK(mine.lock->fence(dead, value) == Fencing::fenced);
    CHECK(markers(world.rival()) == before);
}

TEMPLATE_TEST_CASE("a cluster that knows no markers gets none", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    const auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    const auto check_refused = [&](const model::Incarnation& whom, const std::string& why) {
        try {
            (void)mine.lock->fence(whom, value);
            FAIL("no failure");
        } catch (const model::Failure& failure) {
            CHECK(failure.kind() == model::ErrorKind::permanent);
            CHECK_THAT(failure.what(), Catch::Contains(why));
        }
    };
    check_refused(dead, "/nodes/failover-finish-nodes");
    CHECK_FALSE(world.rival().observe().marker_directory);
    CHECK_FALSE(world.rival().registered(dead.address));
    check_refused({{"a/b"}, dead.startup_time, 7}, "a/b");
}

TEMPLATE_TEST_CASE("a lock taken past a leaked one fences, and so does one of our own", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.make_marker_directory();
    const bool own = GENERATE(false, true);
    if (!own) world.queue_foreign(lock, "10.0.0.5");
    const auto mine = own ? world.registry().acquire_own("stranded", 0ms, {})
                          : world.registry().acquire(lock, 0ms, {}, [](const auto&) { return true; });
    REQUIRE(mine.lock);
    CHECK(mine.lock->fence(dead, value) == Fencing::fenced);
    CHECK(markers(world.rival()).size() == 1);
}

}  // namespace dsr::registry_fencing
