// SPDX-License-Identifier: Apache-2.0
// What only etcd has: authentication, a gateway that is switched off, an etcd that stops, stalls and comes back,
// foreign keys, the history of a queue, and the time of a registration as a bracket.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "model/failure.hpp"
#include "registry/etcd/etcd_registry.hpp"
#include "support/etcd_server.hpp"
#include "support/failures.hpp"

namespace dsr::registry_etcd {

using namespace std::chrono_literals;
using registry::EtcdOptions;
using registry::EtcdRegistry;
using support::EtcdNamespace;
using support::PrivateEtcd;
using Clock = std::chrono::steady_clock;
using test::check_fails;

namespace {

const std::string lock = "/lock/failover/masters/10.0.0.7:5678";

EtcdOptions options(const PrivateEtcd& server, const std::string& name_space, model::Milliseconds ttl = 10s) {
    EtcdOptions options;
    options.endpoints = {server.endpoint()};
    options.name_space = name_space;
    options.ttl = ttl;
    options.identity = "the daemon";
    return options;
}

/// Asks until the answer is yes; false after 60 s.
bool eventually(const std::function<bool()>& asked) {
    for (const auto until = Clock::now() + 60s; Clock::now() < until; std::this_thread::sleep_for(10ms))
        if (asked()) return true;
    return false;
}

void check_out_of_reach(EtcdRegistry& registry) {
    const auto view = registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK_FALSE(view.why_not_fresh.empty());
    CHECK(view.masters.empty());
    using model::ErrorKind;
    check_fails(ErrorKind::retry, "etcd", [&] { (void)registry.registered({"10.0.0.7:5678"}); });
    check_fails(ErrorKind::retry, "etcd", [&] { (void)registry.live_master_count(); });
    check_fails(ErrorKind::retry, "etcd", [&] { (void)registry.acquire(lock, 100ms, {}, {}); });
    check_fails(ErrorKind::retry, "etcd", [&] { (void)registry.lead(); });
    check_fails(ErrorKind::retry, "etcd", [&] { (void)registry.leadership(); });
    registry.resign();
    check_fails(ErrorKind::retry, "etcd", [&] { registry.remove_markers(std::vector<model::FailoverMarker>(1)); });
}

}  // namespace

TEST_CASE("etcd: a namespace in which no server ever registered is the wrong place", "[registry]") {
    EtcdRegistry registry(options(support::shared_etcd(), "no-such-namespace"), {}, {}, {});
    const auto view = registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK(view.reached);
    CHECK_THAT(view.why_not_fresh, Catch::Contains("no-such-namespace/nodes/master does not exist in etcd"));
    check_fails(model::ErrorKind::retry, "check registry.namespace", [&] { (void)registry.live_master_count(); });
}

TEST_CASE("etcd: foreign keys are not servers, and large or strange values do no harm", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    EtcdNamespace other(support::shared_etcd());
    other.add_master("10.0.0.1:5678", 1, 1);
    space.client().put(space.name() + "x/nodes/master/10.0.0.2:5678", "{}");
    space.client().put(space.at("/nodes/master-coordinator"), "10.0.0.3:5678");
    space.client().put(space.at("/nodes/master/10.0.0.4:5678/below"), "{}");
    space.client().put(space.at("/nodes/master/line\nbreak"), "{}");
    space.client().put(space.at("/nodes/master/10.0.0.5:5678"), std::string(1'000'000, 'x'));
    space.client().put(space.at("/nodes/master/10.0.0.6:5678"), R"({"startupTime":"soon"})");
    space.client().put(space.at("/nodes/worker/default"), "");
    space.client().put(space.at("/nodes/worker/default/10.0.0.8:1234"), "");
    space.client().put(space.at("/nodes/failover-finish-nodes/strange"), std::string("\xff\0", 2));
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
    const auto view = registry.observe();
    INFO(view.why_not_fresh);
    REQUIRE(view.fresh);
    REQUIRE(view.masters.size() == 2);
    CHECK(view.masters[0].address.text == "10.0.0.5:5678");
    CHECK(view.masters[0].form == model::HeartbeatForm::unreadable);
    CHECK(view.masters[1].form == model::HeartbeatForm::unreadable);
    CHECK(registry.live_master_count() == 2);
    CHECK(view.workers == std::set<model::WorkerAddress>{{"10.0.0.8:1234"}});
    CHECK(view.marker_directory);
    REQUIRE(view.markers.size() == 1);
    CHECK(view.markers[0].value == std::string("\xff\0", 2));
}

TEST_CASE("etcd: a heartbeat on another lease is the same registration, a new key is another one", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
    space.add_master("10.0.0.7:5678", 1000, 7);
    const auto first = registry.observe();
    space.add_master("10.0.0.7:5678", 1000, 7);  // up to 3.1.7, every heartbeat hangs on a lease of its own
    const auto second = registry.observe();
    REQUIRE(second.masters.size() == 1);
    CHECK(second.masters[0].session_id == first.masters[0].session_id);
    CHECK(second.masters[0].registered_at == first.masters[0].registered_at);
    CHECK(second.masters[0].written_at > first.masters[0].written_at);
    space.client().remove(space.at("/nodes/master/10.0.0.7:5678"));
    space.add_master("10.0.0.7:5678", 1000, 7);
    CHECK(registry.observe().masters[0].session_id != first.masters[0].session_id);
}

TEST_CASE("etcd: when a master registered is a bracket, and unknown for those that were there first", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    space.add_master("10.0.0.1:5678", 1000, 1);
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
    CHECK(registry.observe().masters[0].registered_after == model::Instant{});
    const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    space.add_master("10.0.0.2:5678", 2000, 2);
    const auto view = registry.observe();
    REQUIRE(view.masters.size() == 2);
    CHECK(view.masters[0].registered_after == model::Instant{});
    const auto& second = view.masters[1];
    CHECK(second.registered_at >= before);
    REQUIRE(second.registered_after);
    CHECK(*second.registered_after <= second.registered_at);
    CHECK(*second.registered_after > before - 5s);
    CHECK(registry.registered({"10.0.0.2:5678"}) == second);
}

TEST_CASE("etcd: the history proves who held a lock from the first", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
    auto& client = space.client();
    const auto put = [&](const std::string& node) { client.put(space.at(lock) + "/" + node, "", client.grant(60)); };
    const auto held = [&] {
        std::vector<std::pair<std::string, bool>> seen;
        (void)registry.acquire(lock, 0ms, {}, [&](const registry::LockHolder& holder) {
            seen.emplace_back(holder.node, holder.held_from_creation);
            return true;
        });
        return seen;
    };
    put("first");
    put("second");
    using Seen = std::vector<std::pair<std::string, bool>>;
    CHECK(held() == Seen{{"first", true}, {"second", false}});
    client.remove(space.at(lock) + "/first");
    CHECK(held() == Seen{{"second", false}});  // queued behind another one, and holds the lock rightly now
    client.remove(space.at(lock) + "/second");
    put("third");
    CHECK(held() == Seen{{"third", true}});
    // Without the history there is no proof.
    const auto now = client.post("/v3/kv/range", {{"key", "YQ=="}})["header"]["revision"].get<std::string>();
    (void)client.post("/v3/kv/compaction", {{"revision", now}});
    CHECK(held() == Seen{{"third", false}});
}

TEST_CASE("etcd: an etcd with authentication takes the right password only", "[registry]") {
    PrivateEtcd server;
    EtcdNamespace space(server);
    auto& client = space.client();
    using nlohmann::json;
    (void)client.post("/v3/auth/user/add", {{"name", "root"}, {"password", "top"}});
    (void)client.post("/v3/auth/role/add", {{"name", "root"}});
    (void)client.post("/v3/auth/user/grant", {{"user", "root"}, {"role", "root"}});
    (void)client.post("/v3/auth/user/add", {{"name", "ds"}, {"password", "secret"}});
    (void)client.post("/v3/auth/user/add", {{"name", "stranger"}, {"password", "secret"}});
    (void)client.post("/v3/auth/role/add", {{"name", "ds"}});
    auto end = space.name();
    ++end.back();
    (void)client.post(
        "/v3/auth/role/grant",
        {{"name", "ds"},
         {"perm",
          {{"permType", "READWRITE"}, {"key", client.base64(space.name())}, {"range_end", client.base64(end)}}}});
    (void)client.post("/v3/auth/user/grant", {{"user", "ds"}, {"role", "ds"}});
    space.add_master("10.0.0.7:5678", 1000, 7);
    (void)client.post("/v3/auth/enable", json::object());

    auto with = options(server, space.name());
    using model::ErrorKind;
    SECTION("the right one") {
        with.user = "ds";
        with.password = "secret";
        EtcdRegistry registry(with, {}, {}, {});
        CHECK(registry.observe().masters.size() == 1);
        CHECK(registry.lead().leads);
        const auto attempt = registry.acquire(lock, 0ms, {}, {});
        REQUIRE(attempt.lock);
        CHECK(attempt.lock->still_held());
        server.stop();  // tokens die with it
        server.start();
        CHECK(eventually([&] { return registry.observe().fresh; }));
        CHECK(registry.observe().masters.size() == 1);
    }
    SECTION("none") {
        EtcdRegistry registry(with, {}, {}, {});
        check_fails(ErrorKind::permanent, "set registry.user", [&] { (void)registry.observe(); });
    }
    SECTION("a wrong one") {
        with.user = "ds";
        with.password = "guessed";
        EtcdRegistry registry(with, {}, {}, {});
        check_fails(ErrorKind::permanent, "registry.password_file", [&] { (void)registry.observe(); });
    }
    SECTION("another user's keys") {
        with.user = "stranger";
        with.password = "secret";
        EtcdRegistry registry(with, {}, {}, {});
        check_fails(ErrorKind::permanent, "grant registry.user", [&] { (void)registry.observe(); });
    }
}

TEST_CASE("etcd: a user where authentication is off is told", "[registry]") {
    auto with = options(support::shared_etcd(), "any");
    with.user = "ds";
    EtcdRegistry registry(with, {}, {}, {});
    check_fails(model::ErrorKind::permanent, "remove registry.user", [&] { (void)registry.observe(); });
}

TEST_CASE("etcd: a gateway that is switched off is told", "[registry]") {
    PrivateEtcd server({"--enable-grpc-gateway=false"});
    EtcdRegistry registry(options(server, "any"), {}, {}, {});
    check_fails(model::ErrorKind::permanent, "--enable-grpc-gateway=true", [&] { (void)registry.observe(); });
}

TEST_CASE("etcd: out of reach is never \"nobody is registered\", and back again is the same cluster", "[registry]") {
    PrivateEtcd server;
    EtcdNamespace space(server);
    space.add_master("10.0.0.7:5678", 1000, 7);
    EtcdRegistry registry(options(server, space.name(), 10s), {}, {}, {});
    const auto before = registry.observe();
    REQUIRE(before.fresh);
    auto held = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(held.lock);
    server.stop();
    CHECK_FALSE(held.lock->still_held());
    check_out_of_reach(registry);
    server.start();
    REQUIRE(eventually([&] { return registry.observe().fresh; }));
    const auto after = registry.observe();
    CHECK(after.identity == before.identity);
    REQUIRE(after.masters.size() == 1);
    CHECK(after.masters[0].session_id == before.masters[0].session_id);
    CHECK(after.masters[0].registered_at == before.masters[0].registered_at);
}

TEST_CASE("etcd: a session ends by our own clock when no keep-alive is answered", "[registry]") {
    PrivateEtcd server;
    EtcdNamespace space(server);
    std::vector<model::RegistryLink> told;
    auto with = options(server, space.name(), 3s);
    with.on_link = [&](model::RegistryLink link) { told.push_back(link); };
    EtcdRegistry registry(with, {}, {}, {});
    REQUIRE(registry.observe().fresh);
    const auto granted = registry.session_timeout();
    CHECK(granted >= 2s);
    std::this_thread::sleep_for(granted + 1s);  // renewed meanwhile
    CHECK(registry.session_timeout() == granted);
    auto held = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(held.lock);
    server.suspend();
    const auto begin = Clock::now();
    CHECK(eventually([&] { return registry.session_timeout() == 0ms; }));
    CHECK(Clock::now() - begin < granted + 2s);
    CHECK_FALSE(held.lock->still_held());
    server.resume();
    REQUIRE(eventually([&] { return registry.observe().fresh; }));
    CHECK_FALSE(held.lock->still_held());
    held.lock.reset();
    CHECK(registry.acquire(lock, 10s, {}, {}).lock);
    using enum model::RegistryLink;
    CHECK(told.front() == established);
    CHECK(std::find(told.begin(), told.end(), ended) != told.end());
    // On a busy machine the new lease's first keep-alive may run out of time before it is answered.
    CHECK((told.back() == established || told.back() == reconnected));
}

TEST_CASE("etcd: a lock is waited for until its holder leaves", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
    auto& client = space.client();
    const auto lease = client.grant(60);
    client.put(space.at(lock) + "/" + "694d9f3a1c", "", lease);
    std::thread leaver([&] {
        std::this_thread::sleep_for(500ms);
        client.revoke(lease);
    });
    const auto attempt = registry.acquire(lock, 30s, {}, {});
    leaver.join();
    REQUIRE(attempt.lock);
    CHECK(attempt.lock->still_held());
}

TEST_CASE("etcd: a change among the masters wakes, once after each look", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    std::atomic<int> woken{0};
    EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, [&] { ++woken; }, {});
    REQUIRE(registry.observe().fresh);
    std::this_thread::sleep_for(1500ms);
    CHECK(woken == 0);
    space.add_master("10.0.0.7:5678", 1000, 7);
    CHECK(eventually([&] { return woken == 1; }));
    space.add_master("10.0.0.8:5678", 1000, 8);
    std::this_thread::sleep_for(1500ms);
    CHECK(woken == 1);
    REQUIRE(registry.observe().fresh);
    space.client().remove(space.at("/nodes/master/10.0.0.7:5678"));
    CHECK(eventually([&] { return woken == 2; }));
}

TEST_CASE("etcd: who waits to lead is woken when the leader leaves", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    std::atomic<int> woken{0};
    EtcdRegistry leader(options(support::shared_etcd(), space.name()), {}, {}, {});
    EtcdRegistry next(options(support::shared_etcd(), space.name()), {}, [&] { ++woken; }, {});
    REQUIRE(leader.lead().leads);
    REQUIRE_FALSE(next.lead().leads);
    leader.resign();
    CHECK(eventually([&] { return woken == 1; }));
    CHECK(next.lead().leads);
}

TEST_CASE("etcd: nothing of ours is left when the registry goes", "[registry]") {
    EtcdNamespace space(support::shared_etcd());
    {
        EtcdRegistry registry(options(support::shared_etcd(), space.name()), {}, {}, {});
        REQUIRE(registry.lead().leads);
        REQUIRE(registry.acquire(lock, 0ms, {}, {}).lock);
    }
    CHECK(space.client().keys(space.at("/lock/")).empty());
    CHECK(space.client().keys(space.name() + "-reconciler/").empty());
}

}  // namespace dsr::registry_etcd
