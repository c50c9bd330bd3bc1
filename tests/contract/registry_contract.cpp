// SPDX-License-Identifier: Apache-2.0
// What every Registry must do, held against the fake, a real ZooKeeper, a real etcd, and the JDBC registry.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "contract/registry_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::registry_contract {

using namespace std::chrono_literals;
using contract::EtcdWorld;
using contract::FakeRegistryWorld;
using contract::Jdbc32OnMysql;
using contract::Jdbc32OnPostgresql;
using contract::JdbcOnMysql;
using contract::JdbcOnPostgresql;
using contract::ZooKeeperWorld;

namespace {

const std::string lock = "/lock/master-failover/10.0.0.7:5678";

std::vector<std::string> addresses(const model::RegistryView& view) {
    std::vector<std::string> all;
    for (const auto& master : view.masters) all.push_back(master.address.text);
    return all;
}

}  // namespace

TEMPLATE_TEST_CASE("a cluster without servers is a fresh and empty view", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    const auto before = std::chrono::system_clock::now();
    const auto view = world.registry().observe();
    INFO(view.why_not_fresh);
    CHECK(view.fresh);
    CHECK(view.why_not_fresh.empty());
    CHECK((view.session_id != 0) == TestType::looks_in_session);
    CHECK(view.taken_at >= std::chrono::floor<std::chrono::microseconds>(before));
    CHECK(view.masters.empty());
    CHECK(view.workers.empty());
    CHECK(view.server_incarnations.empty());
    CHECK_FALSE(view.marker_directory);
    CHECK(view.markers.empty());
    CHECK(view.locks == model::LockTraces{});
    CHECK(world.registry().live_master_count() == 0);
}

TEMPLATE_TEST_CASE("who is registered is seen, with its incarnation", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    world.add_master("10.0.0.9:5678", 1703127229000, 9);
    world.add_master("10.0.0.7:5678", 1703127227000, 7);
    world.add_worker("10.0.0.8:1234", 1703127228000, 8);
    const auto view = world.registry().observe();
    INFO(view.why_not_fresh);
    REQUIRE(view.fresh);
    CHECK(addresses(view) == std::vector<std::string>{"10.0.0.7:5678", "10.0.0.9:5678"});
    const auto& master = view.masters.front();
    CHECK(master.form == model::HeartbeatForm::json);
    CHECK(master.startup_time == model::instant_from_epoch_ms(1703127227000));
    CHECK(master.process_id == 7);
    CHECK(master.session_id != 0);
    CHECK(master.reported_at.has_value());
    CHECK(std::chrono::abs(master.registered_at - view.taken_at) < 1min);
    CHECK(master.written_at >= master.registered_at);
    CHECK(view.workers == std::set<model::WorkerAddress>{{"10.0.0.8:1234"}});
    CHECK(view.server_incarnations == std::set<std::string>{"10.0.0.7:5678-1703127227000-7",
                                                            "10.0.0.8:1234-1703127228000-8",
                                                            "10.0.0.9:5678-1703127229000-9"});
    CHECK(view.server_startups == std::set<std::string>{"10.0.0.7:5678-1703127227000", "10.0.0.8:1234-1703127228000",
                                                        "10.0.0.9:5678-1703127229000"});
    CHECK(world.registry().registered({"10.0.0.7:5678"}) == master);
    CHECK_FALSE(world.registry().registered({"10.0.0.7:567"}).has_value());
    CHECK_FALSE(world.registry().registered({"0.0.0.7:5678"}).has_value());
    CHECK(world.registry().live_master_count() == 2);
}

TEMPLATE_TEST_CASE("who goes is gone from the next view, and the session stays", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql,
                   Jdbc32OnMysql) {
    TestType world;
    world.add_master("10.0.0.7:5678", 1703127227000, 7);
    world.add_worker("10.0.0.8:1234", 1703127228000, 8);
    const auto before = world.registry().observe();
    world.remove_master("10.0.0.7:5678");
    world.remove_worker("10.0.0.8:1234");
    const auto after = world.registry().observe();
    CHECK(after.fresh);
    CHECK(after.masters.empty());
    CHECK(after.workers.empty());
    CHECK(after.server_startups.empty());
    CHECK(after.session_id == before.session_id);
    CHECK_FALSE(world.registry().registered({"10.0.0.7:5678"}).has_value());
    CHECK(world.registry().live_master_count() == 0);
}

TEMPLATE_TEST_CASE("a master that came and went between two views is counted", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld) {
    TestType world;
    world.add_master("10.0.0.9:5678", 1703127229000, 9);
    const auto before = world.registry().observe();
    REQUIRE(before.master_changes);
    CHECK(world.registry().observe_cached().master_changes == before.master_changes);
    world.add_master("10.0.0.7:5678", 1703127227000, 7);
    world.remove_master("10.0.0.7:5678");
    const auto after = world.registry().observe_cached();
    CHECK(addresses(after) == addresses(before));
    CHECK(*after.master_changes == *before.master_changes + 2);
    world.remove_master("10.0.0.9:5678");
    CHECK(*world.registry().observe().master_changes == *before.master_changes + 3);
}

TEMPLATE_TEST_CASE("a master that came and went between two views leaves its last sign of life", "[registry]",
                   JdbcOnPostgresql, JdbcOnMysql) {
    TestType world;
    world.add_master("10.0.0.9:5678", 1703127229000, 9);
    const auto before = world.registry().observe();
    CHECK_FALSE(before.master_changes);
    CHECK(before.last_signs.empty());
    world.database().event("ADD", "/nodes/master/10.0.0.7:5678", "{}", 7);
    world.database().event("DELETE", "/nodes/master/10.0.0.7:5678", "{}", 7);
    CHECK(addresses(world.registry().observe()) == std::vector<std::string>{"10.0.0.7:5678", "10.0.0.9:5678"});
    for (int view = 0; view < 2; ++view) {
        const auto later = world.registry().observe();
        CHECK(addresses(later) == addresses(before));
        CHECK(later.last_signs.contains({"10.0.0.7:5678"}));
    }
}

TEMPLATE_TEST_CASE("a host that cannot be a node's name is refused", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    const auto host = GENERATE(values<std::string>({"", "a/b", "..", "x\n"}));
    try {
        (void)world.registry().registered({host});
        FAIL("no failure");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
    }
}

TEMPLATE_TEST_CASE("a registry is called the same in every look, whoever comes and goes", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql,
                   Jdbc32OnMysql) {
    TestType world;
    const auto identity = world.registry().observe().identity;
    CHECK_FALSE(identity.empty());
    world.add_master("10.0.0.9:5678", 1703127229000, 9);
    CHECK(world.registry().observe().identity == identity);
    CHECK(world.registry().observe_cached().identity == identity);
}

TEMPLATE_TEST_CASE("markers are seen in order, parsed or as they stand", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    world.set_marker("h:1-unknown-unknown", "1703127230000");
    world.set_marker("h:1-1703127227000-7", "nonsense");
    world.set_marker("a strange name", "");
    const auto view = world.registry().observe();
    CHECK(view.marker_directory);
    REQUIRE(view.markers.size() == 3);
    CHECK(view.markers[0].name == "a strange name");
    CHECK_FALSE(view.markers[0].name_parsed);
    CHECK(view.markers[1].process_id == 7);
    CHECK(view.markers[1].value == "nonsense");
    CHECK_FALSE(view.markers[1].value_time);
    CHECK(view.markers[2].address == "h:1");
    CHECK(view.markers[2].value_time == model::instant_from_epoch_ms(1703127230000));
    CHECK(std::chrono::abs(view.markers[2].modified_at - view.taken_at) < 1min);
}

TEMPLATE_TEST_CASE("the names of the markers are told as they are now", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    world.add_master("a:1", 1703127227000, 7);
    CHECK_FALSE(world.registry().marker_names());
    world.make_marker_directory();
    REQUIRE(world.registry().marker_names());
    CHECK(world.registry().marker_names()->empty());
    (void)world.registry().observe_cached();
    for (const auto* const name : {"h:1-1-1", "a strange name"}) world.set_marker(name, "1703127230000");
    auto names = *world.registry().marker_names();
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"a strange name", "h:1-1-1"});
}

// Not JDBC: its times are of a client's clock, and comparable for that client only; see registry_jdbc.cpp.
TEMPLATE_TEST_CASE("a marker's transaction tells what was written later, whatever the clocks say",
                   "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld, EtcdWorld) {
    TestType world;
    world.add_master("a:1", 1703127227000, 7);
    world.set_marker("h:1-1-1", "1703127230000");
    const std::string place = "/lock/master-failover/h:1";
    (void)world.queue_foreign(place, "10.0.0.5");
    const auto holder = world.registry().acquire(place, 0ms, {}, {}).holder;
    REQUIRE(holder);
    CHECK(world.registry().observe().markers.at(0).modified_in < holder->created_in);
    world.set_marker("h:1-1-1", "1703127240000");
    CHECK(world.registry().observe().markers.at(0).modified_in > holder->created_in);
}

TEMPLATE_TEST_CASE("the session's timeout is the server's word", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    world.add_master("a:1", 1703127227000, 7);
    CHECK(world.registry().live_master_count() == 1);
    CHECK(world.registry().session_timeout() >= 4s);
    CHECK(world.registry().session_timeout() <= 60s);
}

TEMPLATE_TEST_CASE("a marker is removed only as it was seen", "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld,
                   EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    for (const auto* const name : {"h:1-1-1", "h:1-2-2", "h:1-3-3"}) world.set_marker(name, "1703127230000");
    const auto seen = world.registry().observe().markers;
    REQUIRE(seen.size() == 3);
    world.set_marker("h:1-2-2", "1703127240000");
    world.remove_marker("h:1-3-3");
    using enum registry::MarkerRemoval;
    CHECK(world.registry().remove_markers(seen) == std::vector{removed, changed, gone_already});
    CHECK(world.registry().remove_markers(seen) == std::vector{gone_already, changed, gone_already});
    CHECK(world.registry().remove_markers({}).empty());
    const auto left = world.registry().observe();
    REQUIRE(left.markers.size() == 1);
    CHECK(left.markers[0].name == "h:1-2-2");
    CHECK(left.markers[0].value == "1703127240000");
}

TEMPLATE_TEST_CASE("of many markers, those that changed leave the others alone", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql,
                   Jdbc32OnMysql) {
    TestType world;
    constexpr int many = 1'000;
    for (int i = 0; i < many; ++i) world.set_marker("h:1-1-" + std::to_string(1000 + i), "1703127230000");
    const auto seen = world.registry().observe().markers;
    REQUIRE(seen.size() == many);
    for (const int changed : {0, 450, 999}) world.set_marker(seen[static_cast<std::size_t>(changed)].name, "7");
    world.remove_marker(seen[451].name);
    const auto outcomes = world.registry().remove_markers(seen);
    REQUIRE(outcomes.size() == many);
    CHECK(std::count(outcomes.begin(), outcomes.end(), registry::MarkerRemoval::removed) == many - 4);
    for (const int changed : {0, 450, 999})
        CHECK(outcomes[static_cast<std::size_t>(changed)] == registry::MarkerRemoval::changed);
    CHECK(outcomes[451] == registry::MarkerRemoval::gone_already);
    CHECK(world.registry().observe().markers.size() == 3);
}

TEMPLATE_TEST_CASE("a cached view shows whoever came or went, and every marker that is there", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql,
                   Jdbc32OnMysql) {
    TestType world;
    const auto names = [&] {
        const auto view = world.registry().observe_cached();
        CHECK(view.fresh);
        std::string all;
        for (const auto& master : view.masters) all += master.address.text + " ";
        for (const auto& worker : view.workers) all += worker.text + " ";
        for (const auto& startup : view.server_startups) all += startup + " ";
        for (const auto& marker : view.markers) all += marker.name + "=" + marker.value + " ";
        return all;
    };
    const auto whole = [&] {
        const auto view = world.registry().observe();
        std::string all;
        for (const auto& marker : view.markers) all += marker.name + "=" + marker.value + " ";
        return all;
    };
    world.add_master("h:1", 1000, 1);
    world.add_worker("w:1", 2000, 2);
    world.set_marker("h:9-1-1", "1");
    const std::string first = "h:1 w:1 h:1-1000 w:1-2000 h:9-1-1=1 ";
    CHECK(names() == first);
    CHECK(names() == first);
    SECTION("a worker comes, and goes") {
        world.add_worker("w:2", 3000, 3);
        CHECK(names() == "h:1 w:1 w:2 h:1-1000 w:1-2000 w:2-3000 h:9-1-1=1 ");
        world.remove_worker("w:1");
        CHECK(names() == "h:1 w:2 h:1-1000 w:2-3000 h:9-1-1=1 ");
    }
    SECTION("a worker comes back as another incarnation") {
        world.remove_worker("w:1");
        world.add_worker("w:1", 4000, 4);
        CHECK(names() == "h:1 w:1 h:1-1000 w:1-4000 h:9-1-1=1 ");
    }
    SECTION("a marker comes, and goes") {
        world.set_marker("h:9-2-2", "2");
        CHECK(names() == first + "h:9-2-2=2 ");
        world.remove_marker("h:9-1-1");
        CHECK(names() == "h:1 w:1 h:1-1000 w:1-2000 h:9-2-2=2 ");
    }
    SECTION("a marker that was written anew is seen by a whole look, and by the next cached view after one") {
        world.set_marker("h:9-1-1", "3");
        if (TestType::reuses_markers) CHECK(names() == first);
        CHECK(whole() == "h:9-1-1=3 ");
        CHECK(names() == "h:1 w:1 h:1-1000 w:1-2000 h:9-1-1=3 ");
    }
    SECTION("a marker that was written anew is seen once a master came or went") {
        world.set_marker("h:9-1-1", "3");
        world.add_master("h:2", 5000, 5);
        CHECK(names() == "h:1 h:2 w:1 h:1-1000 h:2-5000 w:1-2000 h:9-1-1=3 ");
    }
    SECTION("a new session takes nothing over") {
        world.set_marker("h:9-1-1", "3");
        world.lose_session();
        (void)world.registry().observe();  // may still find the old session gone
        CHECK(names() == "h:1 w:1 h:1-1000 w:1-2000 h:9-1-1=3 ");
    }
}

// Not JDBC: nothing is held before the failover transaction, which tells daemons apart by their tickets.
TEMPLATE_TEST_CASE("one daemon at a time holds a lock", "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld,
                   EtcdWorld) {
    TestType world;
    auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    CHECK_FALSE(mine.holder);
    CHECK(mine.lock->still_held());

    const auto theirs = world.rival().acquire(lock, 50ms, {}, {});
    CHECK_FALSE(theirs.lock);
    REQUIRE(theirs.holder);
    CHECK(theirs.holder->data == "daemon 1");
    CHECK(theirs.holder->session_id == world.registry().observe().session_id);
    CHECK(std::chrono::abs(theirs.holder->since - world.registry().observe().taken_at) < 1min);
    CHECK(world.queue_length(lock) == 1);  // who gave up left the queue

    auto another = world.rival().acquire("/lock/master-failover/10.0.0.8:5678", 0ms, {}, {});
    CHECK(another.lock);

    mine.lock.reset();
    CHECK(world.queue_length(lock) == 0);
    auto after = world.rival().acquire(lock, 0ms, {}, {});
    REQUIRE(after.lock);
    CHECK(after.lock->still_held());
}

// Not JDBC, for the same reason.
TEMPLATE_TEST_CASE("a lock is not taken twice by the same daemon", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld) {
    TestType world;
    const auto first = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(first.lock);
    const auto second = world.registry().acquire(lock, 0ms, {}, {});
    CHECK_FALSE(second.lock);
    CHECK(first.lock->still_held());
}

TEMPLATE_TEST_CASE("a foreign holder is waited for no longer than told, and told of", "[registry][contract]",
                   FakeRegistryWorld, ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql,
                   Jdbc32OnMysql) {
    TestType world;
    const auto node = world.queue_foreign(lock, "10.0.0.5");
    const auto begin = std::chrono::steady_clock::now();
    const auto attempt = world.registry().acquire(lock, 200ms, {}, {});
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK_FALSE(attempt.lock);
    REQUIRE(attempt.holder);
    CHECK(attempt.holder->node == node);
    CHECK(attempt.holder->data == "10.0.0.5");
    CHECK(attempt.holder->session_id != 0);
    CHECK(world.queue_length(lock) == 1);
    world.leave_foreign(lock, node);
    CHECK(world.registry().acquire(lock, 0ms, {}, {}).lock);
}

TEMPLATE_TEST_CASE("a stop ends the wait for a lock", "[registry][contract]", FakeRegistryWorld, ZooKeeperWorld,
                   EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    REQUIRE(world.registry().observe().fresh);
    world.queue_foreign(lock, "10.0.0.5");
    std::stop_source stop;
    stop.request_stop();
    const auto begin = std::chrono::steady_clock::now();
    const auto attempt = world.registry().acquire(lock, 1h, stop.get_token(), {});
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK_FALSE(attempt.lock);
    CHECK(world.queue_length(lock) == 1);
}

TEMPLATE_TEST_CASE("a lock goes with the session that took it", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    TestType world;
    auto mine = world.registry().acquire(lock, 0ms, {}, {});
    REQUIRE(mine.lock);
    const auto before = world.registry().observe().session_id;
    world.lose_session();
    CHECK_FALSE(mine.lock->still_held());
    auto theirs = world.rival().acquire(lock, 1s, {}, {});
    REQUIRE(theirs.lock);
    CHECK_FALSE(mine.lock->still_held());
    mine.lock.reset();  // must not disturb who holds it now
    CHECK(theirs.lock->still_held());
    theirs.lock.reset();

    const auto view = world.registry().observe();
    INFO(view.why_not_fresh);
    CHECK(view.fresh);
    CHECK(view.session_id != before);
    CHECK(world.registry().acquire(lock, 0ms, {}, {}).lock);
}

TEMPLATE_TEST_CASE("a lock may outlive the registry that gave it", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    registry::LockAttempt attempt;
    {
        TestType world;
        attempt = world.registry().acquire(lock, 0ms, {}, {});
        REQUIRE(attempt.lock);
    }
    attempt.lock.reset();
}

TEMPLATE_TEST_CASE("mutex nodes leave traces that tell the layout", "[registry][contract]", FakeRegistryWorld,
                   ZooKeeperWorld, EtcdWorld, JdbcOnPostgresql, JdbcOnMysql, Jdbc32OnPostgresql, Jdbc32OnMysql) {
    struct Row {
        std::string path;
        model::LockTraces traces;
    };
    const auto row = GENERATE(values<Row>({
        {"/lock/master-failover", {true, false, false}},
        {"/lock/master-failover/10.0.0.7:5678", {false, true, false}},
        {"/lock/failover/masters/10.0.0.7:5678", {false, false, true}},
        {"/lock/master-task-group-coordinator", {false, false, false}},
    }));
    TestType world;
    world.queue_foreign(row.path, "10.0.0.5");
    CHECK(world.registry().observe().locks == row.traces);
}

}  // namespace dsr::registry_contract
