// SPDX-License-Identifier: Apache-2.0
// What only the JDBC registry of DolphinScheduler 3.2 has: a term in each row instead of clients, so that a master that
// is purged registers again under a new id, and locks that tell nothing of their holder.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <type_traits>

#include "model/failure.hpp"
#include "registry/jdbc/jdbc_registry.hpp"
#include "store/sql/registrant.hpp"
#include "support/failures.hpp"
#include "support/jdbc_database.hpp"
#include "support/zookeeper_client.hpp"

namespace dsr::registry_jdbc_3_2 {

using namespace std::chrono_literals;
using registry::JdbcOptions;
using registry::JdbcRegistry;
using support::JdbcDatabase;
using Clock = std::chrono::steady_clock;
using Postgresql = std::integral_constant<store::DatabaseKind, store::DatabaseKind::postgresql>;
using Mysql = std::integral_constant<store::DatabaseKind, store::DatabaseKind::mysql>;

namespace {

const std::string path = "/lock/master-failover/a:1";
const std::string a = "/nodes/master/a:1";

std::string heartbeat(long long startup_ms, int process_id) {
    return support::TestNamespace::heartbeat(startup_ms, process_id);
}

/// A database of 3.2 with a daemon on it that has looked once.
template <class Kind>
struct Site {
    Site() { (void)registry.observe(); }
    static JdbcOptions options(model::Milliseconds watch = 0ms) {
        JdbcOptions options;
        options.identity = "daemon 1";
        options.first_wait = 0ms;
        options.life = {.session_timeout = 300ms, .slack = 100ms, .standstill = 500ms, .watch = watch};
        return options;
    }
    model::RegistryView look() {
        database.live();
        auto view = registry.observe();
        INFO(view.why_not_fresh);
        CHECK(view.fresh);
        return view;
    }
    model::RegistryView look_for(Clock::duration time) {
        for (const auto until = Clock::now() + time; Clock::now() < until; std::this_thread::sleep_for(20ms))
            (void)look();
        return look();
    }
    std::optional<model::TransactionGuard> guard(std::optional<std::int64_t> judged) {
        const auto lock = registry.acquire(path, 0ms, {}, {}).lock;
        REQUIRE(lock);
        return lock->guard({"a:1"}, judged);
    }

    JdbcDatabase database{Kind::value, JdbcDatabase::Form::terms};
    store::SociStore store{database.settings()};
    JdbcRegistry registry{options(), store, {}};
};

}  // namespace

TEMPLATE_TEST_CASE("jdbc of 3.2: a row whose term stands still counts as absent, until it changes", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    const auto row = site.database.add_server(a, 1000, 7);
    CHECK(site.look().masters.size() == 1);
    CHECK(site.look().least_grace == 300ms);
    auto view = site.look_for(600ms);
    CHECK(view.masters.empty());
    REQUIRE(view.remarks.size() == 1);
    CHECK_THAT(view.remarks[0], Catch::Contains(a + " is still registered, but counts as dead"));
    CHECK(view.last_signs.contains({"a:1"}));
    CHECK_FALSE(site.registry.registered({"a:1"}));
    const auto guard = site.guard(std::nullopt);
    REQUIRE(guard);
    const model::SeenRegistration::Still still{heartbeat(1000, 7), 1000};
    CHECK(guard->seen == model::SeenRegistration{row, store::registrant(a, heartbeat(1000, 7), row), still});

    SECTION("its term is refreshed") {
        site.database.refresh(row);
    }
    SECTION("its term goes back with its clock") {
        site.database.sql().run("update t_ds_jdbc_registry_data set last_term = 5 where id = " + std::to_string(row));
    }
    SECTION("its heartbeat is written") {
        site.database.update(a, heartbeat(1000, 7) + " ");
    }
    SECTION("it was purged, and registers again") {
        site.database.remove(a);
        site.database.add_server(a, 1000, 7);
    }
    CHECK(site.registry.registered({"a:1"}));  // before the next view
    CHECK(site.look().masters.size() == 1);
}

TEMPLATE_TEST_CASE("jdbc of 3.2: a master that is purged and registers again is the same registration", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.add_server(a, 1000, 7);
    const auto first = site.look().masters.at(0);
    CHECK(first.session_id > 0);
    for (int i = 0; i < 2; ++i) {
        (void)site.look();  // whom another look saw since the last view counts in the next one
        site.database.remove(a);
        CHECK(site.look().masters.empty());
        CHECK_FALSE(site.registry.registered({"a:1"}));
        site.database.add_server(a, 1000, 7);
        const auto again = site.look().masters.at(0);
        CHECK(again.session_id == first.session_id);
        CHECK(site.registry.registered({"a:1"})->session_id == first.session_id);
    }
    const auto view = site.look();
    REQUIRE(view.remarks.size() == 1);
    CHECK_THAT(view.remarks[0], Catch::Contains("was removed from the registry repeatedly") &&
                                    Catch::Contains("synchronize the clocks"));
    const auto guard = site.guard(first.session_id);
    REQUIRE(guard);
    CHECK(guard->seen == model::SeenRegistration{*site.database.id_of(a), first.session_id, std::nullopt});
}

TEMPLATE_TEST_CASE("jdbc of 3.2: a master that is there between two views only is seen before anything is written",
                   "[registry]", Postgresql, Mysql) {
    JdbcDatabase database(TestType::value, JdbcDatabase::Form::terms);
    store::SociStore store(database.settings());
    JdbcRegistry registry(Site<TestType>::options(1500ms), store, {});
    const auto masters = [&] {
        database.live();
        return registry.observe().masters;
    };
    database.add_server(a, 1000, 7);
    (void)masters();
    const auto first = masters().at(0);
    database.remove(a);
    CHECK(masters().empty());
    // It heartbeats once, and is purged at once.
    std::thread server([&] {
        std::this_thread::sleep_for(300ms);
        database.add_server(a, 1000, 7);
        std::this_thread::sleep_for(400ms);
        database.remove(a);
    });
    const auto began = Clock::now();
    const auto attempt = registry.acquire(path, 0ms, {}, {});
    server.join();
    CHECK(attempt.lock);
    CHECK(Clock::now() - began >= 1500ms);
    const auto seen = registry.registered({"a:1"});
    REQUIRE(seen);
    CHECK(seen->session_id == first.session_id);
    CHECK(registry.live_master_count() == 1);
    const auto again = Clock::now();
    CHECK(registry.acquire(path, 0ms, {}, {}).lock);
    CHECK(Clock::now() - again < 1000ms);  // once after each view
    CHECK(masters().size() == 1);
    CHECK_FALSE(masters().size() == 1);
}

TEMPLATE_TEST_CASE("jdbc of 3.2: another incarnation is another registration, also in the same row", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.add_server(a, 1000, 7);
    const auto first = site.look().masters.at(0);
    const bool same_row = GENERATE(false, true);
    const auto startup = GENERATE(1000, 2000);
    if (same_row) {
        site.database.update(a, heartbeat(startup, 8));
    } else {
        site.database.remove(a);
        site.database.add_server(a, startup, 8);
    }
    CHECK(site.registry.registered({"a:1"})->session_id != first.session_id);
    CHECK(site.look().masters.at(0).session_id != first.session_id);
    // The rows were judged by the first one: no row fits it.
    CHECK(site.guard(first.session_id)->seen == model::SeenRegistration{0, first.session_id, std::nullopt});
}

TEMPLATE_TEST_CASE("jdbc of 3.2: a lock is never deleted, and its message says what to do", "[registry]", Postgresql,
                   Mysql) {
    Site<TestType> site;
    const auto row = site.database.lock(path, "host_1", 0);
    (void)site.look_for(600ms);  // its term, too, stands still
    const auto attempt = site.registry.acquire(path, 0ms, {}, [](const registry::LockHolder&) { return false; });
    CHECK_FALSE(attempt.lock);
    REQUIRE(attempt.holder);
    CHECK(attempt.holder->data == "host_1");
    CHECK_THAT(attempt.holder->remedy, Catch::Contains("when one of its servers starts"));
    CHECK(site.database.count("t_ds_jdbc_registry_lock where id = " + std::to_string(row)) == 1);
}

TEMPLATE_TEST_CASE("jdbc of 3.2: servers that register in another database are not taken for an empty cluster",
                   "[registry]", Postgresql, Mysql) {
    JdbcDatabase database(TestType::value, JdbcDatabase::Form::terms);
    const bool no_server = GENERATE(false, true);
    if (no_server)
        database.remove_client(database.server());
    else
        database.remove("/nodes/master");
    store::SociStore store(database.settings());
    JdbcRegistry registry(Site<TestType>::options(), store, {});
    const auto view = registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK_THAT(view.why_not_fresh, Catch::Contains("in a database of its own is not supported"));
    database.sql().run("drop table t_ds_jdbc_registry_data");
    test::check_fails(model::ErrorKind::permanent, "in a database of its own is not supported",
                      [&] { (void)registry.observe(); });
}

TEMPLATE_TEST_CASE("jdbc of 3.2: nobody dies in a standstill", "[registry]", Postgresql, Mysql) {
    Site<TestType> site;
    site.database.add_server(a, 1000, 7);
    (void)site.look();
    model::RegistryView view;
    for (const auto until = Clock::now() + 1200ms; Clock::now() < until; std::this_thread::sleep_for(20ms))
        view = site.registry.observe();
    CHECK_FALSE(view.fresh);
    CHECK_THAT(view.why_not_fresh, Catch::Contains("standstill"));
    CHECK(site.look().masters.size() == 1);
}

TEMPLATE_TEST_CASE("jdbc of 3.2: after an upgrade the tables are read as 3.3 makes them", "[registry]", Postgresql,
                   Mysql) {
    Site<TestType> site;
    site.database.add_server(a, 1000, 7);
    (void)site.look();
    site.database.upgrade();
    site.database.sql().run(
        "insert into t_ds_jdbc_registry_data (data_key, data_value, data_type, client_id) values "
        "('/nodes/master', '', 'PERSISTENT', 1), ('/nodes/master/b:1', '', 'EPHEMERAL', 1);"
        "insert into t_ds_jdbc_registry_client_heartbeat (id, client_name, last_heartbeat_time, connection_config) "
        "values (1, 'b_1', 1000, '{\"sessionTimeout\":60000}')");
    const auto view = site.registry.observe();
    INFO(view.why_not_fresh);
    REQUIRE(view.masters.size() == 1);
    CHECK(view.masters[0].address.text == "b:1");
    CHECK(view.masters[0].session_id == 1);
}

}  // namespace dsr::registry_jdbc_3_2
