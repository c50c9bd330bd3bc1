// SPDX-License-Identifier: Apache-2.0
// DolphinScheduler's masters fail over whatever their cache of /nodes tells as removed. What a fence makes and removes
// there in one transaction must never be told of.
#include <catch2/catch.hpp>
#include <chrono>

#include "interop/curator_peer.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using interop::CuratorPeer;
using interop::options;
using support::TestNamespace;

namespace {

constexpr int times = 200;
const std::string dead = "10.0.0.7:5678";
const std::string dead_node = "/nodes/master/" + dead;
const std::string other_node = "/nodes/master/10.0.0.8:5678";

/// The caches have told all that happened before: what happens now is told after it.
void wait_until_quiet(CuratorPeer& peer, TestNamespace& space) {
    const auto heartbeat = TestNamespace::heartbeat(1703127227000, 8);
    space.client().create(space.at(other_node), heartbeat, support::ZookeeperClient::Kind::ephemeral);
    REQUIRE(peer.ask("told " + other_node + " added 20000") == "told");
    space.client().remove(space.at(other_node));
    REQUIRE(peer.ask("told " + other_node + " removed 20000") == "told");
}

}  // namespace

TEST_CASE("a fence goes unnoticed by Curator's caches", "[registry][interop]") {
    TestNamespace space{support::shared_zookeeper()};
    space.client().create(space.at("/nodes/failover-finish-nodes"));
    registry::ZookeeperRegistry registry{options(space), {}, {}, {}};
    const auto mine = registry.acquire("/lock/master-failover/" + dead, 0ms, {}, {});
    REQUIRE(mine.lock);
    CuratorPeer peer{space};
    REQUIRE(peer.ask("watch /nodes /nodes/master") == "watching");

    // What is really registered, and goes, is told of by each of them.
    space.add_master(dead, 1703127227000, 7);
    REQUIRE(peer.ask("told " + dead_node + " added 20000") == "told");
    space.client().remove(space.at(dead_node));
    REQUIRE(peer.ask("told " + dead_node + " removed 20000") == "told");
    REQUIRE(peer.ask("forget") == "forgotten");

    for (int i = 0; i < times; ++i) {
        const model::Incarnation incarnation{{dead}, *model::instant_from_epoch_ms(1703127227000 + i), 7};
        REQUIRE(mine.lock->fence(incarnation, *model::instant_from_epoch_ms(1703127299123)) ==
                registry::Fencing::fenced);
    }
    wait_until_quiet(peer, space);
    CHECK(peer.ask("events " + dead_node) == "0");
    CHECK(peer.ask("told " + other_node + " added 0") == "told");  // it listened all the time
    CHECK(registry.observe().markers.size() == times);

    // The same in two steps is seen: the caches are quick enough for the test to mean something.
    REQUIRE(peer.ask("forget") == "forgotten");
    for (int i = 0; i < times; ++i) {
        space.client().create(space.at(dead_node));
        space.client().remove(space.at(dead_node));
    }
    wait_until_quiet(peer, space);
    CHECK(peer.ask("events " + dead_node) != "0");
}
