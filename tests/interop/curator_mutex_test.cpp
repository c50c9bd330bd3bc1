// SPDX-License-Identifier: Apache-2.0
// Curator's InterProcessMutex (Debian's libcurator-recipes-java, the recipe that DolphinScheduler's masters use) and
// ours exclude each other, in both orders, and keep the order of arrival.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "interop/curator_peer.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using interop::options;
using support::TestNamespace;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

/// The peer, for that one lock.
class LockPeer : public interop::CuratorPeer {
public:
    using CuratorPeer::CuratorPeer;
    void start_to_acquire(std::chrono::milliseconds wait) {
        tell("acquire " + lock + " " + std::to_string(wait.count()));
    }
    std::string acquire(std::chrono::milliseconds wait) {
        start_to_acquire(wait);
        return answer();
    }
    std::string release() { return ask("release " + lock); }
    std::string queue() { return ask("queue " + lock); }
};

void wait_for_queue(TestNamespace& space, std::size_t length) {
    for (const auto until = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < until;) {
        if (space.client().children(space.at(lock)).size() == length) return;
        std::this_thread::sleep_for(5ms);
    }
    throw std::runtime_error("the queue does not become " + std::to_string(length) + " long");
}

}  // namespace

TEST_CASE("Curator's mutex and ours exclude each other", "[registry][interop]") {
    TestNamespace space{support::shared_zookeeper()};
    registry::ZookeeperRegistry registry{options(space), {}, {}, {}};
    LockPeer peer{space};

    SECTION("ours first") {
        auto mine = registry.acquire(lock, 0ms, {}, {});
        REQUIRE(mine.lock);
        CHECK(peer.acquire(300ms) == "timeout");
        CHECK(mine.lock->still_held());
        peer.start_to_acquire(20s);
        wait_for_queue(space, 2);
        mine.lock.reset();
        CHECK(peer.answer() == "acquired");
        CHECK_FALSE(registry.acquire(lock, 100ms, {}, {}).lock);
        CHECK(peer.release() == "released");
        CHECK(registry.acquire(lock, 0ms, {}, {}).lock);
    }

    SECTION("Curator first") {
        REQUIRE(peer.acquire(20s) == "acquired");
        const auto attempt = registry.acquire(lock, 300ms, {}, {});
        CHECK_FALSE(attempt.lock);
        REQUIRE(attempt.holder);
        CHECK_THAT(attempt.holder->data, Catch::Matches("[0-9a-f.:]+"));  // Curator writes its client's IP address
        CHECK(registry.observe().locks.mutex_per_address);
        std::string released;
        std::thread releaser{[&] {
            wait_for_queue(space, 2);
            released = peer.release();
        }};
        const auto mine = registry.acquire(lock, 20s, {}, {});
        releaser.join();
        CHECK(released == "released");
        REQUIRE(mine.lock);
        CHECK(peer.acquire(300ms) == "timeout");
        CHECK(mine.lock->still_held());
    }

    SECTION("Curator dies with the lock") {
        REQUIRE(peer.acquire(20s) == "acquired");
        peer.die();
        CHECK_FALSE(registry.acquire(lock, 0ms, {}, {}).lock);  // its session still stands
        const auto mine = registry.acquire(lock, 30s, {}, {});
        REQUIRE(mine.lock);
        CHECK(mine.lock->still_held());
    }
}

TEST_CASE("Curator and we agree on the order of the queue", "[registry][interop]") {
    TestNamespace space{support::shared_zookeeper()};
    registry::ZookeeperRegistry first{options(space), {}, {}, {}};
    LockPeer second{space};
    registry::ZookeeperRegistry third{options(space), {}, {}, {}};
    LockPeer fourth{space};

    auto held = first.acquire(lock, 0ms, {}, {});
    REQUIRE(held.lock);
    second.start_to_acquire(60s);
    wait_for_queue(space, 2);
    registry::LockAttempt third_held;
    std::thread waiting{[&] { third_held = third.acquire(lock, 60s, {}, {}); }};
    wait_for_queue(space, 3);
    fourth.start_to_acquire(60s);
    wait_for_queue(space, 4);

    held.lock.reset();
    CHECK(second.answer() == "acquired");
    CHECK(space.client().children(space.at(lock)).size() == 3);
    CHECK(second.release() == "released");
    waiting.join();
    REQUIRE(third_held.lock);
    CHECK(third_held.lock->still_held());
    CHECK(space.client().children(space.at(lock)).size() == 2);
    const auto queue = second.queue();  // as Curator sorts it
    CHECK(space.client().get(space.at(queue.substr(0, queue.find(' ')))) == "the daemon");
    third_held.lock.reset();
    CHECK(fourth.answer() == "acquired");
    CHECK(fourth.release() == "released");
}

TEST_CASE("a lock that a Curator peer leaks is passed by with proof only", "[registry][interop]") {
    TestNamespace space{support::shared_zookeeper()};
    registry::ZookeeperRegistry registry{options(space), {}, {}, {}};
    // As the builds that leak do it: the marker of the host is written last, under the lock that then stays.
    const auto finish = [&] {
        space.client().create(space.at("/nodes/failover-finish-nodes/10.0.0.7:5678-1703127227000-7"), "1703127299123");
    };
    const auto finished = [&](const registry::LockHolder& holder) {
        const auto view = registry.observe();
        REQUIRE(view.fresh);
        return std::any_of(view.markers.begin(), view.markers.end(), [&](const model::FailoverMarker& one) {
            return one.address == "10.0.0.7:5678" && one.modified_in > holder.created_in;
        });
    };
    const bool of_an_earlier_loss = GENERATE(false, true);
    if (of_an_earlier_loss)
        space.client().create(space.at("/nodes/failover-finish-nodes/10.0.0.7:5678-1703127220000-6"), "1703127221000");
    LockPeer peer{space};
    REQUIRE(peer.acquire(20s) == "acquired");

    const auto without = registry.acquire(lock, 300ms, {}, finished);
    CHECK_FALSE(without.lock);
    REQUIRE(without.holder);
    CHECK_THAT(without.holder->data, Catch::Matches("[0-9a-f.:]+"));

    SECTION("it finished, and never lets go") {
        finish();
        const auto mine = registry.acquire(lock, 0ms, {}, finished);
        REQUIRE(mine.lock);
        CHECK(mine.lock->still_held());
        CHECK(space.client().children(space.at(lock)).size() == 2);  // what it leaked stays
        CHECK_FALSE(registry.acquire(lock, 0ms, {}, {}).lock);
        peer.die();
        wait_for_queue(space, 1);
        CHECK(mine.lock->still_held());
    }
    SECTION("it finishes while we wait") {
        std::thread finishing{[&] {
            wait_for_queue(space, 2);
            finish();
        }};
        const auto mine = registry.acquire(lock, 2s, {}, finished);
        finishing.join();
        REQUIRE(mine.lock);
        CHECK(mine.lock->still_held());
    }
    SECTION("it holds the lock rightly, and lets go") {
        std::string released;
        std::thread releasing{[&] {
            wait_for_queue(space, 2);
            released = peer.release();
        }};
        const auto mine = registry.acquire(lock, 20s, {}, finished);
        releasing.join();
        CHECK(released == "released");
        REQUIRE(mine.lock);
        CHECK(mine.lock->still_held());
        CHECK(space.client().children(space.at(lock)).size() == 1);
    }
}
