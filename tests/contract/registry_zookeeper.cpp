// SPDX-License-Identifier: Apache-2.0
// What only a real ZooKeeper shows: forms of nodes, watches, numbers, access rights, queues of several processes'
// clients.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <semaphore>
#include <thread>

#include "model/failure.hpp"
#include "registry/zookeeper/zookeeper_registry.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::registry_zookeeper {

using namespace std::chrono_literals;
using registry::ZookeeperOptions;
using registry::ZookeeperRegistry;
using support::TestNamespace;
using support::ZookeeperClient;
using Kind = support::ZookeeperClient::Kind;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

ZookeeperOptions options(const TestNamespace& space, const std::string& digest = {}) {
    ZookeeperOptions options;
    options.connect = space.address();
    options.name_space = space.name();
    options.session_timeout = model::Milliseconds{10'000};
    options.digest = digest;
    options.identity = "the daemon";
    return options;
}

const model::LiveMaster* find(const model::RegistryView& view, const std::string& address) {
    const auto found = std::find_if(view.masters.begin(), view.masters.end(),
                                    [&](const auto& master) { return master.address.text == address; });
    return found == view.masters.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("every form of heartbeat is a living master", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    const auto add = [&](const std::string& address, const std::string& data) {
        space.client().create(space.at("/nodes/master/" + address), data, Kind::ephemeral);
    };
    add("csv13:5678", "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711,100,100,0");
    add("csv14:5678", "0.14,0.53,80.2,1.2,5.91,16.0,0.3,1703127227000,1703127237000,1,4712,100,100,0");
    add("empty:5678", "");
    add("broken:5678", "{\"startupTime\":17031");
    add("large:5678", R"({"startupTime":1703127227000,"processId":1,"more":")" + std::string(60'000, 'x') + "\"}");
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    const auto view = registry.observe();
    REQUIRE(view.fresh);
    REQUIRE(view.masters.size() == 5);
    CHECK(find(view, "csv13:5678")->form == model::HeartbeatForm::csv);
    CHECK(find(view, "csv13:5678")->process_id == 4711);
    CHECK(find(view, "csv14:5678")->process_id == 4712);
    CHECK(find(view, "empty:5678")->form == model::HeartbeatForm::empty);
    CHECK(find(view, "broken:5678")->form == model::HeartbeatForm::unreadable);
    CHECK_FALSE(find(view, "broken:5678")->startup_time);
    CHECK(find(view, "large:5678")->startup_time == model::instant_from_epoch_ms(1703127227000));
    CHECK(view.server_startups.size() == 3);
    CHECK(registry.registered({"broken:5678"})->form == model::HeartbeatForm::unreadable);
}

TEST_CASE("workers are found in groups and without", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    const auto csv = "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711,100,100,0";
    space.client().create(space.at("/nodes/worker/default/10.0.0.1:1234"), csv, Kind::ephemeral);
    space.client().create(space.at("/nodes/worker/spark/10.0.0.1:1234"), csv, Kind::ephemeral);
    space.client().create(space.at("/nodes/worker/spark/10.0.0.2:1234"), "", Kind::ephemeral);
    space.client().create(space.at("/nodes/worker/empty-group"));
    space.add_worker("10.0.0.3:1234", 1703127230000, 3);
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    const auto view = registry.observe();
    REQUIRE(view.fresh);
    CHECK(view.workers == std::set<model::WorkerAddress>{{"10.0.0.1:1234"}, {"10.0.0.2:1234"}, {"10.0.0.3:1234"}});
    CHECK(view.server_incarnations ==
          std::set<std::string>{"10.0.0.1:1234-1703127227000-4711", "10.0.0.3:1234-1703127230000-3"});
}

TEST_CASE("a namespace that is not there is no empty cluster", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    auto wrong = options(space);
    wrong.name_space = space.name() + "-absent";
    ZookeeperRegistry elsewhere{wrong, {}, {}, {}};
    const auto view = elsewhere.observe();
    CHECK_FALSE(view.fresh);
    CHECK_THAT(view.why_not_fresh,
               Catch::Contains("/" + wrong.name_space + " does not exist") && Catch::Contains("registry.namespace"));
    CHECK_THROWS_AS(elsewhere.registered({"10.0.0.7:5678"}), model::Failure);
    CHECK_THROWS_AS(elsewhere.live_master_count(), model::Failure);
    CHECK_THROWS_WITH(elsewhere.acquire("/lock/master-failover/a\nb", 0ms, {}, {}),
                      Catch::Contains("not a valid ZooKeeper path"));
    CHECK_THROWS_WITH(elsewhere.acquire(lock, 0ms, {}, {}), Catch::Contains("registry.namespace"));
    CHECK_FALSE(space.client().get("/" + wrong.name_space).has_value());  // nothing was made there

    space.client().remove(space.at("/nodes/master"));
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    const auto without = registry.observe();
    CHECK_FALSE(without.fresh);
    CHECK_THAT(without.why_not_fresh, Catch::Contains(space.at("/nodes/master") + " does not exist"));
}

TEST_CASE("the namespace may lie below a chroot of the connect string", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    space.client().create(space.at("/inner/nodes/master/10.0.0.7:5678"), TestNamespace::heartbeat(1703127227000, 7),
                          Kind::ephemeral);
    auto below = options(space);
    below.connect += "/" + space.name();
    below.name_space = "inner";
    std::counting_semaphore<> changes{0};
    ZookeeperRegistry registry{below, {}, [&] { changes.release(); }, {}};
    CHECK(registry.observe().masters.size() == 1);
    const auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    CHECK(attempt.lock->still_held());
    CHECK(space.client().children(space.at("/inner" + lock)).size() == 1);
    space.client().remove(space.at("/inner/nodes/master/10.0.0.7:5678"));
    CHECK(changes.try_acquire_for(10s));
}

TEST_CASE("a change among the masters is told once after each look", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    std::counting_semaphore<> changes{0};
    ZookeeperRegistry registry{options(space), {}, [&] { changes.release(); }, {}};
    REQUIRE(registry.observe().fresh);
    CHECK_FALSE(changes.try_acquire());
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    REQUIRE(changes.try_acquire_for(10s));
    REQUIRE(registry.observe().masters.size() == 1);
    space.client().remove(space.at("/nodes/master/10.0.0.7:5678"));
    REQUIRE(changes.try_acquire_for(10s));
    REQUIRE(registry.observe().masters.empty());
    CHECK_FALSE(changes.try_acquire());
}

TEST_CASE("masters that come and go while we look never spoil the view", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    space.add_master("stays:5678", 1703127227000, 7);
    std::atomic<bool> done{false};
    std::thread churn{[&] {
        ZookeeperClient client{space.address()};
        for (int i = 0; !done; ++i) {
            const auto path = space.at("/nodes/master/comes-and-goes-" + std::to_string(i % 7) + ":5678");
            client.create(path, TestNamespace::heartbeat(1703127227000 + i, 8), Kind::ephemeral);
            client.remove(path);
        }
    }};
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    int spoiled = 0;
    for (int i = 0; i < 200; ++i) {
        const auto view = registry.observe();
        if (!view.fresh || find(view, "stays:5678") == nullptr || !registry.registered({"stays:5678"})) ++spoiled;
        for (const auto& master : view.masters)
            if (master.form != model::HeartbeatForm::json) ++spoiled;
    }
    done = true;
    churn.join();
    CHECK(spoiled == 0);
}

TEST_CASE("ten thousand markers are read side by side", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    space.client().create(space.at("/nodes/failover-finish-nodes"));
    std::vector<std::string> paths;
    for (int i = 0; i < 10'000; ++i)
        paths.push_back(
            space.at("/nodes/failover-finish-nodes/10.0.0.7:5678-" + std::to_string(1703127227000 + i) + "-7"));
    space.client().create_many(paths, "1703127237000");
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    REQUIRE(registry.observe().fresh);
    const auto begin = std::chrono::steady_clock::now();
    const auto view = registry.observe();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    WARN("10,000 markers were read in " << took.count() << " ms");
    REQUIRE(view.fresh);
    REQUIRE(view.markers.size() == 10'000);
    CHECK(std::all_of(view.markers.begin(), view.markers.end(),
                      [](const auto& m) { return m.name_parsed && m.value_time; }));
    CHECK(std::is_sorted(view.markers.begin(), view.markers.end(),
                         [](const auto& a, const auto& b) { return a.name < b.name; }));
    CHECK(took < 10s);  // about 1 s without sanitizers; one round trip each would take far longer on a network
}

TEST_CASE("with a digest, nodes belong to that user, as DolphinScheduler's do", "[registry][zookeeper]") {
    const std::string digest = "ds:s3cret";
    TestNamespace space{support::shared_zookeeper(), digest};
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    std::string logged;
    ZookeeperRegistry registry{
        options(space, digest), [&](auto, const std::string& line) { logged += line + "\n"; }, {}, {}};
    CHECK(registry.observe().masters.size() == 1);
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    const auto node = space.client().children(space.at(lock)).at(0);
    for (const auto& path : {space.at("/lock"), space.at(lock), space.at(lock) + "/" + node}) {
        INFO(path);
        const auto acl = space.client().acl(path);
        REQUIRE(acl.size() == 1);
        CHECK_THAT(acl[0], Catch::StartsWith("digest:ds:") && Catch::EndsWith(":31"));
    }
    attempt.lock.reset();
    CHECK(space.client().children(space.at(lock)).empty());

    for (const std::string other : {"ds:wrong", ""}) {
        ZookeeperRegistry stranger{
            options(space, other), [&](auto, const std::string& line) { logged += line + "\n"; }, {}, {}};
        try {
            (void)stranger.observe();
            FAIL("a stranger read the masters");
        } catch (const model::Failure& failure) {
            CHECK(failure.kind() == model::ErrorKind::permanent);
            CHECK_THAT(failure.what(), Catch::Contains("registry.digest_file"));
            CHECK_THAT(failure.what(), !Catch::Contains("wrong"));
        }
        CHECK_THROWS_AS(stranger.acquire(lock, 0ms, {}, {}), model::Failure);
    }
    CHECK_THAT(logged, !Catch::Contains("s3cret") && !Catch::Contains("ds:wrong"));
}

TEST_CASE("a server that takes no digests refuses for good", "[registry][zookeeper]") {
    support::PrivateZookeeper server{{"-Dzookeeper.DigestAuthenticationProvider.enabled=false"}};
    TestNamespace space{server.address()};
    ZookeeperRegistry registry{options(space, "ds:s3cret"), {}, {}, {}};
    try {
        (void)registry.observe();
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::Contains("registry.digest_file") && !Catch::Contains("s3cret"));
    }
}

TEST_CASE("without a digest, nodes are open to all, and say whose they are", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    const auto node = space.client().children(space.at(lock)).at(0);
    CHECK_THAT(node, Catch::StartsWith("_c_") && Catch::Contains("-lock-00000"));
    CHECK(space.client().acl(space.at(lock) + "/" + node) == std::vector<std::string>{"world:anyone:31"});
    CHECK(space.client().get(space.at(lock) + "/" + node) == "the daemon");
}

TEST_CASE("a lock's parents go when it is released, and come again", "[registry][zookeeper]") {
    support::PrivateZookeeper server;
    TestNamespace space{server.address()};
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    for (int round = 0; round < 2; ++round) {
        REQUIRE(registry.acquire(lock, 0ms, {}, {}).lock);  // released at once
        const auto until = std::chrono::steady_clock::now() + 30s;
        while (space.client().get(space.at("/lock")) && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(20ms);
        CHECK_FALSE(space.client().get(space.at("/lock")).has_value());
    }
    for (int round = 0; round < 300; ++round)  // some of them while the server removes a parent
        if (!registry.acquire(lock, 0ms, {}, {}).lock) FAIL("round " << round);
}

TEST_CASE("who waits for a lock gets it when its turn comes", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperClient holder{space.address()};
    ZookeeperClient before{space.address()};
    const auto first = holder.create(space.at(lock) + "/_c_a-lock-", "", Kind::ephemeral_sequential);
    const auto second = before.create(space.at(lock) + "/_c_b-lock-", "", Kind::ephemeral_sequential);
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    std::thread others{[&] {
        while (space.client().children(space.at(lock)).size() < 3) std::this_thread::sleep_for(5ms);
        holder.remove(first);  // not ours to take yet: the second stands before us
        holder.create(space.at(lock) + "/_c_c-lock-", "", Kind::ephemeral_sequential);
        before.remove(second);
    }};
    const auto attempt = registry.acquire(lock, 20s, {}, {});
    others.join();
    REQUIRE(attempt.lock);
    CHECK(attempt.lock->still_held());
    CHECK_FALSE(space.client().get(second).has_value());
    CHECK(space.client().children(space.at(lock)).size() == 2);  // ours, and the one that came later
}

TEST_CASE("a stop that comes while we wait for a lock ends the wait", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    const auto foreign = space.client().create(space.at(lock) + "/_c_a-lock-", "", Kind::ephemeral_sequential);
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    std::stop_source stop;
    std::thread stopper{[&] {
        while (support::four_letters(space.address(), "wchp").find(foreign) == std::string::npos)
            std::this_thread::sleep_for(5ms);  // until it waits
        stop.request_stop();
    }};
    const auto begin = std::chrono::steady_clock::now();
    const auto attempt = registry.acquire(lock, 60s, stop.get_token(), {});
    CHECK(std::chrono::steady_clock::now() - begin < 30s);
    stopper.join();
    CHECK_FALSE(attempt.lock);
    CHECK(space.client().children(space.at(lock)).size() == 1);
}

TEST_CASE("a lock node that somebody removed is no lock", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    space.client().remove(space.at(lock) + "/" + space.client().children(space.at(lock)).at(0));
    CHECK_FALSE(attempt.lock->still_held());
    attempt.lock.reset();

    const auto foreign = space.client().create(space.at(lock) + "/_c_a-lock-", "", Kind::ephemeral_sequential);
    std::thread remover{[&] {
        for (auto queue = space.client().children(space.at(lock));; queue = space.client().children(space.at(lock)))
            if (queue.size() == 2)
                for (const auto& name : queue)
                    if (const auto path = space.at(lock) + "/" + name; path != foreign) {
                        space.client().remove(path);
                        return space.client().remove(foreign);
                    }
    }};
    CHECK_THROWS_WITH(registry.acquire(lock, 20s, {}, {}), Catch::Contains("no longer exists"));
    remover.join();
}

TEST_CASE("of many contenders one at a time is inside", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    std::atomic<int> inside{0};
    std::atomic<int> broken{0};
    std::atomic<int> entered{0};
    std::vector<std::thread> contenders;
    for (int n = 0; n < 4; ++n)
        contenders.emplace_back([&] {
            ZookeeperRegistry registry{options(space), {}, {}, {}};
            for (int round = 0; round < 25; ++round) {
                const auto attempt = registry.acquire(lock, 60s, {}, {});
                if (!attempt.lock) continue;
                if (++inside != 1 || !attempt.lock->still_held()) ++broken;
                ++entered;
                --inside;
            }
        });
    for (auto& contender : contenders) contender.join();
    CHECK(entered == 100);
    CHECK(broken == 0);
    CHECK(space.client().children(space.at(lock)).empty());
}

TEST_CASE("who follows is told when the one before it goes", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    std::counting_semaphore<> changes{0};
    ZookeeperRegistry leader{options(space), {}, {}, {}};
    auto middle = std::make_unique<ZookeeperRegistry>(options(space), registry::Log{}, nullptr, std::stop_token{});
    ZookeeperRegistry last{options(space), {}, [&] { changes.release(); }, {}};
    REQUIRE(leader.lead().leads);
    REQUIRE_FALSE(middle->lead().leads);
    REQUIRE_FALSE(last.lead().leads);
    leader.resign();  // not the one before it
    REQUIRE(middle->lead().leads);
    REQUIRE(last.leadership().replicas.size() == 2);  // a telling would have come before this answer
    CHECK_FALSE(changes.try_acquire());
    middle.reset();
    REQUIRE(changes.try_acquire_for(10s));
    CHECK(last.lead().leads);
    CHECK_FALSE(changes.try_acquire());
}

TEST_CASE("a node that somebody took out of the leader's line is made anew", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    const auto line = "/" + space.name() + "-reconciler/leader";
    ZookeeperRegistry registry{options(space), {}, {}, {}};
    ZookeeperRegistry rival{options(space), {}, {}, {}};
    REQUIRE(registry.lead().leads);
    const auto node = space.client().children(line).at(0);
    CHECK_THAT(node, Catch::StartsWith("_c_") && Catch::Contains("-latch-00000"));
    CHECK(space.client().get(line + "/" + node) == "the daemon");
    REQUIRE_FALSE(rival.lead().leads);
    space.client().remove(line + "/" + node);
    CHECK_FALSE(registry.leadership().leads);
    CHECK_FALSE(registry.lead().leads);
    CHECK(rival.lead().leads);
    CHECK(space.client().children(line).size() == 2);
}

TEST_CASE("our own nodes lie beside a namespace of several levels, below a chroot too", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    for (const auto* const below : {"/inner/nodes/master", "/inner/nodes/failover-finish-nodes"})
        space.client().create(space.at(below));
    const bool chroot = GENERATE(false, true);
    CAPTURE(chroot);
    auto below = options(space);
    if (chroot) below.connect += "/" + space.name();
    below.name_space = chroot ? "inner" : space.name() + "/inner";
    std::counting_semaphore<> changes{0};
    ZookeeperRegistry registry{below, {}, [&] { changes.release(); }, {}};
    auto rival = std::make_unique<ZookeeperRegistry>(below, registry::Log{}, nullptr, std::stop_token{});
    REQUIRE(rival->lead().leads);
    CHECK_FALSE(registry.lead().leads);
    CHECK(space.client().children(space.at("/inner-reconciler/leader")).size() == 2);
    rival.reset();
    CHECK(changes.try_acquire_for(10s));
    CHECK(registry.lead().leads);

    const auto own = registry.acquire_own("stranded", 0ms, {});
    REQUIRE(own.lock);
    CHECK(own.lock->still_held());
    CHECK(space.client().children(space.at("/inner-reconciler/stranded")).size() == 1);
    const auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    CHECK(attempt.lock->fence({{"10.0.0.7:5678"}, *model::instant_from_epoch_ms(1703127227000), 7},
                              *model::instant_from_epoch_ms(5)) == registry::Fencing::fenced);
    CHECK(space.client().get(space.at("/inner/nodes/failover-finish-nodes/10.0.0.7:5678-1703127227000-7")) == "5");
    CHECK(space.client().children(space.at("/inner/nodes/master")).empty());
}

TEST_CASE("our own nodes are not made beside a place that is not there", "[registry][zookeeper]") {
    TestNamespace space{support::shared_zookeeper()};
    auto wrong = options(space);
    wrong.name_space = space.name() + "/absent/ds";
    ZookeeperRegistry registry{wrong, {}, {}, {}};
    CHECK_THROWS_WITH(registry.lead(), Catch::Contains("/absent does not exist"));
    CHECK_THROWS_WITH(registry.acquire_own("stranded", 0ms, {}), Catch::Contains("registry.namespace"));
    CHECK_FALSE(space.client().get(space.at("/absent")).has_value());
}

TEST_CASE("with a digest, the leader's line and markers belong to that user too", "[registry][zookeeper]") {
    const std::string digest = "ds:s3cret";
    TestNamespace space{support::shared_zookeeper(), digest};
    space.client().create(space.at("/nodes/failover-finish-nodes"));
    ZookeeperRegistry registry{options(space, digest), {}, {}, {}};
    REQUIRE(registry.lead().leads);
    const auto own = registry.acquire_own("stranded", 0ms, {});
    REQUIRE(own.lock);
    const auto attempt = registry.acquire(lock, 0ms, {}, {});
    REQUIRE(attempt.lock);
    const model::Incarnation dead{{"10.0.0.7:5678"}, *model::instant_from_epoch_ms(1703127227000), 7};
    REQUIRE(attempt.lock->fence(dead, *model::instant_from_epoch_ms(1703127299123)) == registry::Fencing::fenced);
    REQUIRE(attempt.lock->fence(dead, *model::instant_from_epoch_ms(1703127299123)) == registry::Fencing::fenced);
    const auto ours = "/" + space.name() + "-reconciler";
    for (const auto& path :
         {ours, ours + "/leader", ours + "/leader/" + space.client().children(ours + "/leader").at(0),
          ours + "/stranded", space.at("/nodes/failover-finish-nodes/10.0.0.7:5678-1703127227000-7")}) {
        INFO(path);
        const auto acl = space.client().acl(path);
        REQUIRE(acl.size() == 1);
        CHECK_THAT(acl[0], Catch::StartsWith("digest:ds:") && Catch::EndsWith(":31"));
    }
    ZookeeperRegistry stranger{options(space), {}, {}, {}};
    try {
        (void)stranger.lead();
        FAIL("a stranger entered the line");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
    }
}

TEST_CASE("parents made before there was a digest are closed, those of DolphinScheduler are told of",
          "[registry][zookeeper]") {
    const std::string digest = "ds:s3cret";
    TestNamespace space{support::shared_zookeeper()};  // its client has no digest: what it makes is open
    const auto ours = "/" + space.name() + "-reconciler";
    for (const auto& path : {ours, ours + "/leader", ours + "/stranded", space.at("/lock"), space.at(lock)}) {
        space.client().create(path);
        REQUIRE(space.client().acl(path) == std::vector<std::string>{"world:anyone:31"});
    }
    std::string logged;
    {
        ZookeeperRegistry registry{
            options(space, digest), [&](auto, const std::string& line) { logged += line + "\n"; }, {}, {}};
        REQUIRE(registry.lead().leads);
        const auto own = registry.acquire_own("stranded", 0ms, {});
        REQUIRE(own.lock);
        const auto attempt = registry.acquire(lock, 0ms, {}, {});
        REQUIRE(attempt.lock);
        support::ZookeeperClient owner{support::shared_zookeeper(), digest};
        for (const auto& path : {ours, ours + "/leader", ours + "/stranded"}) {
            INFO(path);
            const auto acl = owner.acl(path);
            REQUIRE(acl.size() == 1);
            CHECK_THAT(acl[0], Catch::StartsWith("digest:ds:") && Catch::EndsWith(":31"));
        }
        CHECK(space.client().acl(space.at(lock)) == std::vector<std::string>{"world:anyone:31"});
        CHECK_THAT(logged, Catch::Contains("anyone may change " + space.at(lock)));
        CHECK_THAT(logged, !Catch::Contains("s3cret"));
        // Nobody else deletes the leader's node now.
        const auto node = owner.children(ours + "/leader").at(0);
        CHECK_THROWS(space.client().remove(ours + "/leader/" + node));
        CHECK(registry.lead().leads);
    }
    support::ZookeeperClient owner{support::shared_zookeeper(), digest};
    for (const auto& path : {ours + "/leader", ours + "/stranded", ours}) owner.remove(path);
}

}  // namespace dsr::registry_zookeeper
