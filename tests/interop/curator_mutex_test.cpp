// SPDX-License-Identifier: Apache-2.0
// Curator's InterProcessMutex (Debian's libcurator-recipes-java, the recipe that DolphinScheduler's masters use) and
// ours exclude each other, in both orders, and keep the order of arrival.
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "registry/zookeeper_registry.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_process.hpp"
#include "support/zookeeper_server.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using support::TestNamespace;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

class CuratorPeer {
public:
    explicit CuratorPeer(const TestNamespace& space)
        : process_({"java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path(),
                    DSR_SOURCE_DIR "/tests/interop/CuratorPeer.java", space.address(), space.name()},
                   folder_.path() / "log") {
        const auto answer = process_.read_line(90s);
        if (answer != "ready") throw std::runtime_error("the Curator peer said: " + answer);
    }

    void ask(const std::string& command) { process_.write_line(command); }
    std::string answer() { return process_.read_line(); }
    std::string acquire(std::chrono::milliseconds wait) {
        ask("acquire " + lock + " " + std::to_string(wait.count()));
        return answer();
    }
    std::string release() {
        ask("release " + lock);
        return answer();
    }
    std::string queue() {
        ask("queue " + lock);
        return answer();
    }
    void die() { process_.kill(); }

private:
    static std::string class_path() {
        return support::debian_class_path(
            {"curator-recipes", "curator-framework", "curator-client", "guava", "zookeeper", "zookeeper-jute",
             "slf4j-api", "slf4j-nop", "netty-buffer", "netty-codec", "netty-common", "netty-handler", "netty-resolver",
             "netty-transport", "netty-transport-native-epoll", "netty-transport-native-unix-common"},
            "libcurator-recipes-java libzookeeper-java libslf4j-java default-jdk-headless");
    }

    support::ScratchFolder folder_;
    support::ChildProcess process_;
};

registry::ZookeeperOptions options(const TestNamespace& space) {
    registry::ZookeeperOptions options;
    options.connect = space.address();
    options.name_space = space.name();
    options.session_timeout = model::Milliseconds{10'000};
    options.identity = "the daemon";
    return options;
}

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
    CuratorPeer peer{space};

    SECTION("ours first") {
        auto mine = registry.acquire(lock, 0ms, {}, {});
        REQUIRE(mine.lock);
        CHECK(peer.acquire(300ms) == "timeout");
        CHECK(mine.lock->still_held());
        peer.ask("acquire " + lock + " 20000");
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
    CuratorPeer second{space};
    registry::ZookeeperRegistry third{options(space), {}, {}, {}};
    CuratorPeer fourth{space};

    auto held = first.acquire(lock, 0ms, {}, {});
    REQUIRE(held.lock);
    second.ask("acquire " + lock + " 60000");
    wait_for_queue(space, 2);
    registry::LockAttempt third_held;
    std::thread waiting{[&] { third_held = third.acquire(lock, 60s, {}, {}); }};
    wait_for_queue(space, 3);
    fourth.ask("acquire " + lock + " 60000");
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
