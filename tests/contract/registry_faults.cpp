// SPDX-License-Identifier: Apache-2.0
// A real ZooKeeper that stalls, stops, comes back, or whose answers are lost: unknown is never "none", a lock in doubt
// is no lock, and nothing of ours stays in a queue.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "model/failure.hpp"
#include "registry/zookeeper/zookeeper_registry.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_proxy.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::registry_faults {

using namespace std::chrono_literals;
using registry::ZookeeperOptions;
using registry::ZookeeperRegistry;
using support::PrivateZookeeper;
using support::TestNamespace;
using support::ZookeeperClient;
using support::ZookeeperProxy;
using Kind = support::ZookeeperClient::Kind;
using Clock = std::chrono::steady_clock;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

ZookeeperOptions options(const std::string& connect, const std::string& name_space,
                         model::Milliseconds session_timeout = 10s) {
    ZookeeperOptions options;
    options.connect = connect;
    options.name_space = name_space;
    options.session_timeout = session_timeout;
    options.connect_wait = model::Milliseconds{3'000};
    options.identity = "the daemon";
    return options;
}

ZookeeperOptions impatient(ZookeeperOptions options) {
    options.connect_wait = model::Milliseconds{300};
    return options;
}

/// Asks until the answer is yes; false after 60 s.
bool eventually(const std::function<bool()>& asked) {
    for (const auto until = Clock::now() + 60s; Clock::now() < until; std::this_thread::sleep_for(10ms))
        if (asked()) return true;
    return false;
}

/// What every operation must be when ZooKeeper is out of reach.
void check_out_of_reach(ZookeeperRegistry& registry) {
    const auto view = registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK_FALSE(view.why_not_fresh.empty());
    CHECK(view.masters.empty());
    const auto check_retry = [](const std::function<void()>& operation) {
        try {
            operation();
            FAIL_CHECK("no failure");
        } catch (const model::Failure& failure) {
            INFO(failure.what());
            CHECK(failure.kind() == model::ErrorKind::retry);
        }
    };
    check_retry([&] { (void)registry.registered({"10.0.0.7:5678"}); });
    check_retry([&] { (void)registry.live_master_count(); });
    check_retry([&] { (void)registry.acquire(lock, 100ms, {}, {}); });
    check_retry([&] { (void)registry.acquire_own("stranded", 100ms, {}); });
    check_retry([&] { (void)registry.lead(); });
    check_retry([&] { (void)registry.leadership(); });
    registry.resign();
    check_retry([&] { registry.remove_markers(std::vector<model::FailoverMarker>(1)); });
}

}  // namespace

TEST_CASE("a ZooKeeper that stalls beyond the session timeout", "[registry][faults]") {
    PrivateZookeeper server;
    TestNamespace space{server.address()};
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    ZookeeperRegistry registry{options(server.address(), space.name(), 3s), {}, {}, {}};
    const auto before = registry.observe();
    REQUIRE(before.fresh);
    REQUIRE(before.masters.size() == 1);
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);

    server.suspend();
    const auto begin = Clock::now();
    CHECK_FALSE(attempt.lock->still_held());  // the server cannot be asked
    CHECK(Clock::now() - begin < 4s);
    CHECK(eventually([&] {
        const auto view = registry.observe();
        CHECK_FALSE(view.fresh);
        CHECK(view.masters.empty());
        return view.session_id == 0;  // our own timer: nobody can have told us
    }));
    CHECK(Clock::now() - begin < 15s);
    CHECK_FALSE(attempt.lock->still_held());
    server.resume();

    model::RegistryView after;
    CHECK(eventually([&] { return (after = registry.observe()).fresh; }));
    CHECK(after.session_id != before.session_id);
    CHECK_FALSE(attempt.lock->still_held());
    attempt.lock.reset();
    CHECK(eventually([&] { return space.client().children(space.at(lock)).empty(); }));
    CHECK(registry.acquire(lock, 1s, {}, {}).lock);
}

TEST_CASE("a ZooKeeper that is restarted", "[registry][faults]") {
    PrivateZookeeper server;
    TestNamespace space{server.address()};
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    ZookeeperRegistry registry{options(server.address(), space.name(), 20s), {}, {}, {}};
    const auto before = registry.observe();
    REQUIRE(before.fresh);
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    server.stop();
    CHECK_FALSE(attempt.lock->still_held());
    CHECK_FALSE(registry.observe().fresh);
    server.start();
    model::RegistryView after;
    CHECK(eventually([&] { return (after = registry.observe()).fresh; }));
    CHECK(after.session_id == before.session_id);  // it came back within the timeout
    CHECK(after.masters.size() == 1);
    CHECK(attempt.lock->still_held());
    attempt.lock.reset();
    CHECK(registry.acquire(lock, 0ms, {}, {}).lock);
}

TEST_CASE("a ZooKeeper that goes for good", "[registry][faults]") {
    PrivateZookeeper server;
    TestNamespace space{server.address()};
    ZookeeperRegistry registry{impatient(options(server.address(), space.name())), {}, {}, {}};
    CHECK(eventually([&] { return registry.observe().fresh; }));
    server.stop();
    check_out_of_reach(registry);
}

TEST_CASE("a name that does not resolve", "[registry][faults]") {
    ZookeeperRegistry registry{impatient(options("no-such-host.invalid:2181", "ds")), {}, {}, {}};
    check_out_of_reach(registry);
    CHECK_THAT(registry.observe().why_not_fresh,
               Catch::Contains("no-such-host.invalid") && Catch::Contains("registry.connect"));
}

TEST_CASE("a port where nobody listens, and one where nobody answers", "[registry][faults]") {
    const auto port = support::free_port();
    const bool listening = GENERATE(false, true);
    const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listening) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(silent, 64) == 0);
    }
    const auto connect = "127.0.0.1:" + std::to_string(port);
    {
        ZookeeperRegistry registry{impatient(options(connect, "ds")), {}, {}, {}};
        const auto begin = Clock::now();
        check_out_of_reach(registry);
        CHECK(Clock::now() - begin < 20s);
        CHECK_THAT(registry.observe().why_not_fresh, Catch::Contains(connect));
    }
    {
        std::stop_source shutdown;
        auto patient = options(connect, "ds");
        patient.connect_wait = model::Milliseconds{1min};
        ZookeeperRegistry registry{patient, {}, {}, shutdown.get_token()};
        std::thread stopper{[&] {
            pollfd called{silent, POLLIN, 0};
            if (listening) poll(&called, 1, -1);  // until it waits
            shutdown.request_stop();
        }};
        const auto begin = Clock::now();
        CHECK_FALSE(registry.observe().fresh);
        CHECK(Clock::now() - begin < 30s);
        stopper.join();
    }
    close(silent);
}

TEST_CASE("a shutdown does not wait for a server that stalls", "[registry][faults]") {
    PrivateZookeeper server;
    TestNamespace space{server.address()};
    std::stop_source shutdown;
    {
        ZookeeperRegistry registry{options(server.address(), space.name(), 60s), {}, {}, shutdown.get_token()};
        auto attempt = registry.acquire(lock, 0ms, shutdown.get_token(), {});
        REQUIRE(attempt.lock);
        server.suspend();
        shutdown.request_stop();
        const auto begin = Clock::now();
        CHECK_FALSE(attempt.lock->still_held());
        CHECK_FALSE(registry.observe().fresh);
        attempt.lock.reset();
        CHECK(Clock::now() - begin < 12s);
    }
    server.resume();
}

TEST_CASE("our session is ended from outside while we queue", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name(), 60s), {}, {}, {}};
    const auto session = registry.observe().session_id;
    space.client().create(space.at(lock) + "/_c_a-lock-", "", Kind::ephemeral_sequential);
    std::thread killer{[&] {
        // Before the answer that our node was made, another session may queue anew, and rightly so.
        while (space.client().children(space.at(lock)).size() < 2 || proxy.awaited() > 0)
            std::this_thread::sleep_for(5ms);
        proxy.refuse(true);
        proxy.cut();
        support::end_session(space.address(), session);
        proxy.refuse(false);
    }};
    const auto begin = Clock::now();
    CHECK_THROWS_AS(registry.acquire(lock, 30s, {}, {}), model::Failure);
    killer.join();
    CHECK(eventually([&] { return space.client().children(space.at(lock)).size() == 1; }));
    const auto after = registry.observe();
    CHECK(after.fresh);
    CHECK(after.session_id != session);
    CHECK(Clock::now() - begin < 7s);  // the server told: nothing has to run out first
}

TEST_CASE("cut off while queueing, we keep our place", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    REQUIRE(registry.observe().fresh);
    const auto foreign = space.client().create(space.at(lock) + "/_c_a-lock-", "", Kind::ephemeral_sequential);
    std::string ours;
    std::thread others{[&] {
        const auto queue = [&] { return space.client().children(space.at(lock)); };
        while (queue().size() < 2) std::this_thread::sleep_for(5ms);
        for (const auto& name : queue())
            if (space.at(lock) + "/" + name != foreign) ours = name;
        proxy.refuse(true);
        proxy.cut();
        space.client().create(space.at(lock) + "/_c_z-lock-", "", Kind::ephemeral_sequential);
        space.client().remove(foreign);
        proxy.refuse(false);
    }};
    const auto attempt = registry.acquire(lock, 30s, {}, {});
    others.join();
    REQUIRE(attempt.lock);
    CHECK(attempt.lock->still_held());
    CHECK(space.client().get(space.at(lock) + "/" + ours) == "the daemon");
}

TEST_CASE("an answer or a request is lost while a lock is taken and released", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    REQUIRE(registry.observe().fresh);
    const auto operation = GENERATE(ZookeeperProxy::create, ZookeeperProxy::create_container, ZookeeperProxy::remove,
                                    ZookeeperProxy::get_children, ZookeeperProxy::sync);
    const bool answer = GENERATE(true, false);
    const bool parents = GENERATE(true, false);
    CAPTURE(operation, answer, parents);
    if (parents) space.client().create(space.at(lock));
    if (answer)
        proxy.lose_next_answer(operation);
    else
        proxy.lose_next_request(operation);

    // Losing the connection may make one try fail, but neither hold the lock unseen nor leave a node behind.
    auto attempt = [&]() -> registry::LockAttempt {
        try {
            return registry.acquire(lock, 20s, {}, {});
        } catch (const model::Failure& failure) {
            CHECK(failure.kind() != model::ErrorKind::permanent);
            CHECK(space.client().children(space.at(lock)).empty());
            return registry.acquire(lock, 20s, {}, {});
        }
    }();
    REQUIRE(attempt.lock);
    CHECK(space.client().children(space.at(lock)).size() == 1);
    if (operation == ZookeeperProxy::sync && proxy.lost() == 0) {
        CHECK_FALSE(attempt.lock->still_held());  // the answer is lost: not sure
        CHECK(eventually([&] { return attempt.lock->still_held() || !registry.observe().fresh; }));
    }
    CHECK(attempt.lock->still_held());
    attempt.lock.reset();
    CHECK(space.client().children(space.at(lock)).empty());
    if (operation != ZookeeperProxy::create_container || !parents) CHECK(proxy.lost() == 1);
}

TEST_CASE("a lost answer to a fence is told as such, and asked again", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    const model::Incarnation dead{{"10.0.0.7:5678"}, *model::instant_from_epoch_ms(1703127227000), 7};
    const auto value = *model::instant_from_epoch_ms(1703127299123);
    const auto marker = space.at("/nodes/failover-finish-nodes/10.0.0.7:5678-1703127227000-7");
    space.client().create(space.at("/nodes/failover-finish-nodes"));
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    const bool answer = GENERATE(true, false);
    if (answer)
        proxy.lose_next_answer(ZookeeperProxy::multi);
    else
        proxy.lose_next_request(ZookeeperProxy::multi);
    try {
        (void)attempt.lock->fence(dead, value);
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::unknown_outcome);
    }
    CHECK(proxy.lost() == 1);
    CHECK(space.client().get(marker).has_value() == answer);
    CHECK(eventually([&] { return registry.observe().fresh; }));
    CHECK(attempt.lock->fence(dead, value + 1s) == registry::Fencing::fenced);
    CHECK(space.client().get(marker) == (answer ? "1703127299123" : "1703127300123"));

    proxy.refuse(true);
    proxy.cut();
    CHECK(eventually([&] { return !attempt.lock->still_held(); }));
    try {
        (void)attempt.lock->fence(dead, value);
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::retry);
    }
    proxy.refuse(false);
}

TEST_CASE("an answer or a request is lost on the way into the leader's line and out of it", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    REQUIRE(registry.observe().fresh);
    const auto line = "/" + space.name() + "-reconciler/leader";
    const auto operation = GENERATE(ZookeeperProxy::create, ZookeeperProxy::create_container, ZookeeperProxy::remove,
                                    ZookeeperProxy::get_children, ZookeeperProxy::get_data, ZookeeperProxy::sync);
    const bool answer = GENERATE(true, false);
    CAPTURE(operation, answer);
    if (answer)
        proxy.lose_next_answer(operation);
    else
        proxy.lose_next_request(operation);
    registry::Leadership seen;
    CHECK(eventually([&] {
        try {
            seen = registry.lead();
            return true;
        } catch (const model::Failure& failure) {
            CHECK(failure.kind() == model::ErrorKind::retry);
            return false;
        }
    }));
    CHECK(seen.leads);
    CHECK(seen.replicas == std::vector<std::string>{"the daemon"});  // in the line once, whatever was lost
    CHECK(space.client().children(line).size() == 1);
    registry.resign();
    CHECK(proxy.lost() == 1);
    CHECK(space.client().children(line).empty());
}

TEST_CASE("cut off and back within its session, a leader keeps its place", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name(), 60s), {}, {}, {}};
    ZookeeperRegistry rival{options(space.address(), space.name()), {}, {}, {}};
    REQUIRE(registry.lead().leads);
    REQUIRE_FALSE(rival.lead().leads);
    proxy.cut();
    CHECK(eventually([&] { return registry.observe().fresh; }));
    CHECK(registry.lead().leads);
    CHECK_FALSE(rival.lead().leads);
}

TEST_CASE("a lost answer to a marker's removal is looked into, not guessed", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    const auto path = space.at("/nodes/failover-finish-nodes/h:1-5-6");
    space.client().create(path, "7");
    const auto seen = registry.observe().markers;
    REQUIRE(seen.size() == 1);
    proxy.lose_next_request(ZookeeperProxy::multi);
    try {
        registry.remove_markers(seen);
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::retry);
    }
    CHECK(space.client().get(path).has_value());
    proxy.lose_next_answer(ZookeeperProxy::multi);
    CHECK(registry.remove_markers(seen) == std::vector{registry::MarkerRemoval::removed});
    CHECK_FALSE(space.client().get(path).has_value());
}

TEST_CASE("a connection lost in the middle of a look spoils that view only", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    ZookeeperProxy proxy{space.address()};
    ZookeeperRegistry registry{options(proxy.address(), space.name()), {}, {}, {}};
    REQUIRE(registry.observe().fresh);
    const auto operation = GENERATE(ZookeeperProxy::sync, ZookeeperProxy::get_data);
    proxy.lose_next_answer(operation);
    const auto view = registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK(view.masters.empty());
    CHECK_FALSE(view.why_not_fresh.empty());
    CHECK(eventually([&] { return registry.observe().masters.size() == 1; }));
}

TEST_CASE("a lock that cannot be given back takes its session with it", "[registry][faults]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperProxy proxy{space.address()};
    std::stop_source stop;
    ZookeeperRegistry registry{options(proxy.address(), space.name(), 4s), {}, {}, {}};
    const auto before = registry.observe().session_id;
    auto attempt = registry.acquire(lock, 0ms, stop.get_token(), {});
    REQUIRE(attempt.lock);
    proxy.refuse(true);
    proxy.cut();
    CHECK(eventually([&] { return !attempt.lock->still_held(); }));
    stop.request_stop();  // nobody is to wait for the server any more
    const auto begin = Clock::now();
    attempt.lock.reset();
    CHECK(Clock::now() - begin < 3s);
    proxy.refuse(false);
    model::RegistryView after;
    CHECK(eventually([&] { return (after = registry.observe()).fresh; }));
    CHECK(after.session_id != before);
    CHECK(eventually([&] { return space.client().children(space.at(lock)).empty(); }));
}

}  // namespace dsr::registry_faults
