// SPDX-License-Identifier: Apache-2.0
// What only the JDBC registry has: liveness by signs of life, rows that nobody purges or that are purged too often,
// events, a line of daemons by tickets, and locks that are held in the failover transaction only.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>
#include <type_traits>

#include "model/failure.hpp"
#include "plan/markers.hpp"
#include "registry/jdbc/jdbc_registry.hpp"
#include "store/sql/statement.hpp"
#include "support/database_fixture.hpp"
#include "support/failures.hpp"
#include "support/jdbc_database.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_process.hpp"

namespace dsr::registry_jdbc {

using namespace std::chrono_literals;
using model::RegistryLink;
using registry::JdbcOptions;
using registry::JdbcRegistry;
using support::JdbcDatabase;
using Clock = std::chrono::steady_clock;
using Postgresql = std::integral_constant<store::DatabaseKind, store::DatabaseKind::postgresql>;
using Mysql = std::integral_constant<store::DatabaseKind, store::DatabaseKind::mysql>;
using Addresses = std::vector<std::string>;
using test::check_fails;

namespace {

const std::string path = "/lock/master-failover/a:1";
const std::string a = "/nodes/master/a:1";
const std::string markers = "/nodes/failover-finish-nodes";
const std::string marker_of_a = "a:1-1000-7";
const model::Incarnation lost{{"a:1"}, *model::instant_from_epoch_ms(1000), 7};
const std::string short_session = R"({"sessionTimeout":300})";

JdbcOptions options(const std::string& identity = "daemon 1") {
    JdbcOptions options;
    options.identity = identity;
    options.first_wait = 0ms;
    options.life = {.session_timeout = 300ms, .slack = 100ms, .standstill = 500ms};
    return options;
}

struct Daemon {
    explicit Daemon(JdbcDatabase& database, JdbcOptions wanted = options())
        : store(database.settings()), registry(std::move(wanted), store, {}) {}
    store::SociStore store;
    JdbcRegistry registry;
};

/// A database with a daemon on it that has looked once.
template <class Kind>
struct Site {
    Site() { (void)daemon.registry.observe(); }
    model::RegistryView look() {
        database.live();
        auto view = daemon.registry.observe();
        INFO(view.why_not_fresh);
        CHECK(view.fresh);
        return view;
    }
    /// Looks while that time passes.
    model::RegistryView look_for(Clock::duration time) {
        const auto until = Clock::now() + time;
        while (Clock::now() < until) {
            (void)look();
            std::this_thread::sleep_for(20ms);
        }
        return look();
    }
    JdbcRegistry& registry() { return daemon.registry; }

    JdbcDatabase database{Kind::value};
    Daemon daemon{database};
};

Addresses addresses(const model::RegistryView& view) {
    Addresses all;
    for (const auto& master : view.masters) all.push_back(master.address.text);
    return all;
}

void check_not_fresh(const model::RegistryView& view, const std::string& says) {
    CHECK_FALSE(view.fresh);
    CHECK_THAT(view.why_not_fresh, Catch::Contains(says));
    CHECK(view.masters.empty());
    CHECK(view.in_database);
}

bool any_contains(const std::vector<std::string>& remarks, const std::string& text) {
    return std::any_of(remarks.begin(), remarks.end(),
                       [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

}  // namespace

TEMPLATE_TEST_CASE("jdbc: the first look waits until a server moves", "[registry]", Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    auto patient = options();
    patient.first_wait = 20s;
    Daemon daemon(database, patient);
    std::thread server([&] {
        std::this_thread::sleep_for(300ms);
        database.live();
    });
    const auto begin = Clock::now();
    const auto view = daemon.registry.observe();
    server.join();
    INFO(view.why_not_fresh);
    CHECK(view.fresh);
    CHECK(Clock::now() - begin >= 300ms);
    CHECK(Clock::now() - begin < 10s);
    CHECK(view.identity == "jdbc " + std::to_string(*database.id_of("/nodes/master")));
    CHECK(view.in_database);
    CHECK(view.least_grace > 0s);
    CHECK(daemon.registry.session_timeout() == 30s);
    CHECK_FALSE(daemon.registry.masters_stop_when_cut_off());
}

TEMPLATE_TEST_CASE("jdbc: a first look that sees nobody move is not fresh, and the next does not wait", "[registry]",
                   Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    auto patient = options();
    patient.first_wait = 300ms;
    Daemon daemon(database, patient);
    const auto begin = Clock::now();
    check_not_fresh(daemon.registry.observe(), "nobody is known to be alive yet");
    CHECK(Clock::now() - begin >= 300ms);
    database.live();
    CHECK(daemon.registry.observe().fresh);
    CHECK(daemon.registry.observe().fresh);  // at once: nobody had the time to refresh
}

TEMPLATE_TEST_CASE("jdbc: a registry in which nobody moves is at a standstill, and nobody dies in it", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.sql().run("update t_ds_jdbc_registry_client_heartbeat set connection_config = '" + short_session +
                            "'");
    site.database.add_server(a, 1000, 7, short_session);
    CHECK(addresses(site.look()) == Addresses{"a:1"});
    model::RegistryView view;
    const auto until = Clock::now() + 1500ms;
    while (Clock::now() < until) {
        view = site.registry().observe();
        std::this_thread::sleep_for(20ms);
    }
    check_not_fresh(view, "standstill");
    CHECK(view.reached);
    CHECK(addresses(site.look()) == Addresses{"a:1"});
}

TEMPLATE_TEST_CASE("jdbc: a row that nobody purges counts as absent once it is silent, until it moves", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    const auto client = site.database.add_server(a, 1000, 7, short_session);
    site.database.add_server("/nodes/master/b:1", 1000, 8);
    site.database.add_server("/nodes/worker/w:1", 1000, 9, short_session);
    auto view = site.look();
    CHECK(addresses(view) == Addresses{"a:1", "b:1"});
    CHECK(view.workers.size() == 1);
    CHECK(view.remarks.empty());
    CHECK(site.registry().live_master_count() == 2);

    view = site.look_for(600ms);
    CHECK(addresses(view) == Addresses{"b:1"});
    CHECK(view.workers.empty());
    CHECK(view.server_startups == std::set<std::string>{"b:1-1000"});
    CHECK(any_contains(view.remarks, "/nodes/master/a:1 is still registered, but counts as dead"));
    CHECK_FALSE(site.registry().registered({"a:1"}));
    CHECK(site.registry().live_master_count() == 1);
    const auto lock = site.registry().acquire(path, 0ms, {}, {});
    REQUIRE(lock.lock);
    const auto guard = lock.lock->guard({"a:1"}, std::nullopt);
    REQUIRE(guard);
    REQUIRE(guard->seen);
    CHECK(guard->seen->row == site.database.id_of(a));
    CHECK(guard->seen->client == client);
    REQUIRE(guard->seen->still);
    CHECK(guard->seen->still->stamp == 1000);
    const auto value = "select data_value from t_ds_jdbc_registry_data where data_key = '" + a + "'";
    CHECK(guard->seen->still->value == site.database.sql().value(value));

    SECTION("its client refreshes") {
        site.database.refresh(client);
    }
    SECTION("it is written") {
        site.database.update(a, support::TestNamespace::heartbeat(1000, 7) + " ");
    }
    SECTION("an event tells that it was written") {
        site.database.event("UPDATE", a, "{}", client);
    }
    CHECK(site.registry().registered({"a:1"}));  // before the next view
    CHECK(site.registry().live_master_count() == 2);
    CHECK(addresses(site.look()) == Addresses{"a:1", "b:1"});
}

TEMPLATE_TEST_CASE("jdbc: a master that is purged though it lives counts as registered while it is told of",
                   "[registry]", Postgresql, Mysql) {
    Site<TestType> site;
    const auto client = site.database.add_server(a, 1000, 7);
    const auto heartbeat = *site.database.sql().value("select data_value from t_ds_jdbc_registry_data where id > 1");
    const auto first = site.look().masters.at(0);
    site.database.remove_client(client);
    for (int i = 0; i < 2; ++i) {
        site.database.event("ADD", a, heartbeat, client);  // since the last view it was there
        site.database.remove(a);
        site.database.event("DELETE", a, heartbeat, client);
        CHECK(site.registry().registered({"a:1"}));
        CHECK(site.registry().live_master_count() == 1);
        const auto view = site.look();
        REQUIRE(view.masters.size() == 1);
        CHECK(view.masters[0].startup_time == first.startup_time);
        CHECK(view.masters[0].process_id == first.process_id);
        CHECK(view.masters[0].session_id == first.session_id);
        CHECK(site.registry().registered({"a:1"}));  // as in the view
        CHECK(site.registry().live_master_count() == 1);

        CHECK(site.look().masters.empty());
        CHECK_FALSE(site.registry().registered({"a:1"}));
        CHECK(site.registry().live_master_count() == 0);
        site.database.insert(a, heartbeat, client);
        CHECK(site.look().masters.at(0).session_id == first.session_id);
    }
    CHECK(any_contains(site.look().remarks, "/nodes/master/a:1 was removed from the registry repeatedly"));
}

TEMPLATE_TEST_CASE("jdbc: only what tells of a write is a sign of life, whenever it was committed", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    const auto id = site.database.event("ADD", a, "{}", 7);
    (void)site.look();
    CHECK(site.look().masters.empty());
    site.database.event("DELETE", a, "{}", 7);
    site.database.event("REMOVE", a, "{}", 7);
    site.database.event("ADD", "/nodes/master-coordinator", "{}", 7);
    site.database.event("ADD", "/nodes/master/a:12", "{}", 7);
    CHECK(addresses(site.look()) == Addresses{"a:12"});
    site.database.sql().run(
        "insert into t_ds_jdbc_registry_data_change_event (event_type, jdbc_registry_data) values "
        "('ADD', 'no json'), ('ADD', '7')");
    CHECK(site.look().masters.empty());
    // Its id was drawn before those that were read already.
    site.database.sql().run("update t_ds_jdbc_registry_data_change_event set id = " + std::to_string(id - 1) +
                            " where id = " + std::to_string(id));
    CHECK(addresses(site.look()) == Addresses{"a:1"});
    CHECK(site.look().masters.empty());
}

TEMPLATE_TEST_CASE("jdbc: events that were deleted, perhaps unread, make one view prove nothing", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.event("UPDATE", a, "{}", 7);
    (void)site.look();
    site.database.sql().run("delete from t_ds_jdbc_registry_data_change_event");
    if (GENERATE(false, true)) site.database.event("UPDATE", "/nodes/master/b:1", "{}", 7);
    site.database.live();
    check_not_fresh(site.registry().observe(), "deleted");
    (void)site.look();
}

TEMPLATE_TEST_CASE("jdbc: a registry in which no server registers is not taken for an empty cluster", "[registry]",
                   Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    const bool no_client = GENERATE(false, true);
    if (no_client)
        database.remove_client(database.server());
    else
        database.remove("/nodes/master");
    Daemon daemon(database);
    const auto view = daemon.registry.observe();
    check_not_fresh(view, "check registry.type");
    CHECK_THAT(view.why_not_fresh,
               Catch::Contains(no_client ? "t_ds_jdbc_registry_client_heartbeat" : "/nodes/master"));
    CHECK(view.reached);
    check_fails(model::ErrorKind::retry, "check registry.type", [&] { (void)daemon.registry.live_master_count(); });
    check_fails(model::ErrorKind::retry, "check registry.type", [&] { (void)daemon.registry.registered({"a:1"}); });
}

TEMPLATE_TEST_CASE("jdbc: tables in another form, and a database without any, are refused by name", "[registry]",
                   Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    Daemon daemon(database);
    std::string says;
    SECTION("another form") {
        database.sql().run("alter table t_ds_jdbc_registry_data drop column client_id");
        says = "last_term (3.2)";
    }
    SECTION("none") {
        database.sql().run("drop table t_ds_jdbc_registry_lock");
        says = "has no table t_ds_jdbc_registry_lock";
    }
    check_fails(model::ErrorKind::permanent, says, [&] { (void)daemon.registry.observe(); });
}

TEMPLATE_TEST_CASE("jdbc: a missing right is told with what to do", "[registry]", Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    auto settings = database.settings();
    settings.user = "dsr_jdbc_reader";
    settings.password = "x";
    auto& sql = database.sql();
    const bool mysql = settings.kind == store::DatabaseKind::mysql;
    if (mysql) {
        sql.run("create user if not exists dsr_jdbc_reader@'%' identified by 'x'; grant select on " + settings.name +
                ".t_ds_jdbc_registry_data to dsr_jdbc_reader@'%'");
    } else {
        sql.run(
            "do 'begin create role dsr_jdbc_reader login password ''x''; exception when others then null; end'; "
            "grant select on t_ds_jdbc_registry_data to dsr_jdbc_reader");
    }
    store::SociStore store(settings);
    JdbcRegistry registry(options(), store, {});
    // MySQL hides a table without a right.
    check_fails(model::ErrorKind::permanent, mysql ? "t_ds_jdbc_registry_lock" : "t_ds_jdbc_registry_client_heartbeat",
                [&] { (void)registry.observe(); });
    check_fails(model::ErrorKind::permanent, "init-db --print-grants", [&] { (void)registry.observe(); });
}

TEMPLATE_TEST_CASE("jdbc: without the table of replicas nobody leads, and all else can be seen", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.add_server(a, 1000, 7);
    (void)site.registry().lead();
    site.database.sql().run("drop table ds_reconciler_replicas");
    CHECK(addresses(site.look()) == Addresses{"a:1"});
    CHECK(site.look().session_id == 0);
    CHECK(site.registry().leadership().replicas.empty());
    CHECK_FALSE(site.registry().leadership().leads);
    check_fails(model::ErrorKind::permanent, "init-db", [&] { (void)site.registry().lead(); });
    check_fails(model::ErrorKind::permanent, "init-db", [&] { (void)site.registry().acquire(path, 0ms, {}, {}); });
    site.registry().resign();
}

TEMPLATE_TEST_CASE("jdbc: foreign keys are not servers, and large or strange values do no harm", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    auto& database = site.database;
    const auto client = database.add_client("no json");
    const auto other = database.add_client(R"({"sessionTimeout":-5})");
    database.insert("/nodes/master/h:1/below", "{}", client);
    database.insert("/nodes/master-coordinator", "h:2", client);
    database.insert("/nodes/MASTER/h:3", "{}", client);
    database.insert("/nodes/masterx/h:4", "{}", client);
    database.insert("/nodes/master/H:5", R"({"startupTime":"soon"})", client);
    database.insert("/nodes/master/h:6", "\xc3\xa4 {", other);
    database.insert("/nodes/worker/default", "", client, "PERSISTENT");
    database.insert(markers + "/strange", "\xc3\xa4", client, "PERSISTENT");
    if (TestType::value == store::DatabaseKind::mysql)
        database.sql().run("alter table t_ds_jdbc_registry_data modify data_value mediumtext not null");
    database.insert("/nodes/master/h:7", std::string(1'000'000, 'x'), client);
    database.insert(markers + "/h:8-1-1", std::string(1'000'000, '1'), client, "PERSISTENT");
    database.event("ADD", "/nodes/master/h:9", std::string(1'000'000, 'x'), client);
    const auto view = site.look();
    CHECK(addresses(view) == Addresses{"H:5", "h:6", "h:7", "h:9"});
    for (const auto& master : view.masters)
        CHECK(master.form ==
              (master.address.text == "h:9" ? model::HeartbeatForm::empty : model::HeartbeatForm::unreadable));
    CHECK(view.workers.empty());
    CHECK(site.registry().live_master_count() == 4);
    CHECK(site.registry().registered({"H:5"}));
    CHECK_FALSE(site.registry().registered({"h:5"}));
    CHECK(view.markers.size() == 2);
    CHECK(site.registry().remove_markers(view.markers) ==
          std::vector{registry::MarkerRemoval::changed, registry::MarkerRemoval::removed});
}

TEST_CASE("jdbc: keys are found in a database whose collation passes over punctuation and case", "[registry]") {
    Site<Postgresql> site;
    auto& sql = site.database.sql();
    // As the usual locales of the C library compare: "/nodes/master/a:1" comes after "/nodes/master0".
    sql.run("create collation passes_over (provider = icu, locale = 'und-u-ka-shifted')");
    for (const char* column : {"data alter data_key", "lock alter lock_key"})
        sql.run(std::string("alter table t_ds_jdbc_registry_") + column + " type varchar collate passes_over");
    REQUIRE(sql.value("select '/nodes/master/a:1' collate passes_over > '/nodes/master0'") == "t");
    const auto client = site.database.add_server(a, 1000, 7);
    site.database.add_server("/nodes/master/A:1", 1000, 8);
    site.database.add_server("/nodes/worker/w:1", 1000, 9);
    site.database.insert("/nodes/masterx/b:1", "{}", client);
    site.database.insert(markers + "/" + marker_of_a, "5", client, "PERSISTENT");
    site.database.lock(path, "host_1", client);
    const auto view = site.look();
    CHECK(addresses(view) == Addresses{"A:1", "a:1"});
    CHECK(view.workers.size() == 1);
    CHECK(view.marker_directory);
    CHECK(view.markers.size() == 1);
    CHECK(view.locks.mutex_per_address);
    CHECK(site.registry().live_master_count() == 2);
    CHECK(site.registry().registered({"a:1"}));
    CHECK_FALSE(site.registry().registered({"a1"}));
    CHECK(site.registry().marker_names() == std::vector{marker_of_a});
    CHECK(site.registry().acquire(path, 0ms, {}, {}).holder);
    CHECK(site.registry().remove_markers(view.markers) == std::vector{registry::MarkerRemoval::removed});
}

TEMPLATE_TEST_CASE("jdbc: a marker that was seen is not removed in the place of another row", "[registry]", Postgresql,
                   Mysql) {
    Site<TestType> site;
    site.database.insert(markers + "/" + marker_of_a, "5", 7, "PERSISTENT");
    const auto seen = site.look().markers;
    REQUIRE(seen.size() == 1);
    SECTION("put again") {
        site.database.remove(markers + "/" + marker_of_a);
        site.database.insert(markers + "/" + marker_of_a, "5", 7, "PERSISTENT");
        CHECK(site.registry().remove_markers(seen) == std::vector{registry::MarkerRemoval::changed});
        const auto again = site.look().markers;
        CHECK(again.at(0).version != seen[0].version);
        CHECK(again.at(0).modified_at > seen[0].modified_at);
    }
    SECTION("of a server that is alive") {
        site.database.sql().run("update t_ds_jdbc_registry_data set data_type = 'EPHEMERAL' where data_value = '5'");
        CHECK(site.registry().remove_markers(seen) == std::vector{registry::MarkerRemoval::changed});
    }
}

TEMPLATE_TEST_CASE("jdbc: a fence is noted for the transaction, and nothing is written before it", "[registry]",
                   Postgresql, Mysql) {
    Site<TestType> site;
    site.database.insert(markers, "", site.database.server(), "PERSISTENT");
    const auto event = site.database.event("UPDATE", "/nodes/master/b:1", "{}", 7);
    const auto client = site.database.add_server("/nodes/master/b:1", 1000, 8);
    (void)site.look();
    auto mine = site.registry().acquire(path, 0ms, {}, {}).lock;
    REQUIRE(mine);
    const auto ticket = site.look().session_id;
    CHECK(ticket != 0);
    CHECK(site.database.count("t_ds_jdbc_registry_lock") == 0);
    CHECK(mine->fence(lost, *model::instant_from_epoch_ms(1703127299123)) == registry::Fencing::fenced);
    CHECK(site.database.count("t_ds_jdbc_registry_data where data_key like '%a:1%'") == 0);
    const model::TransactionGuard expected{.lock_path = path,
                                           .address = {"a:1"},
                                           .events_seen = event,
                                           .marker = model::GuardedMarker{marker_of_a, "1703127299123"},
                                           .ticket = ticket};
    CHECK(mine->guard({"a:1"}, std::nullopt) == expected);
    model::TransactionGuard repair;
    repair.ticket = ticket;
    CHECK(mine->guard({}, std::nullopt) == repair);
    const auto living = mine->guard({"b:1"}, client);
    REQUIRE(living);
    CHECK(living->seen == model::SeenRegistration{*site.database.id_of("/nodes/master/b:1"), client, std::nullopt});

    site.database.add_server(a, 2000, 9);  // what came after the view is for the transaction to find
    (void)site.look();
    CHECK(mine->guard({"a:1"}, std::nullopt) == expected);
}

TEMPLATE_TEST_CASE("jdbc: a leaked lock is passed by with its own client's marker only", "[registry]", Postgresql,
                   Mysql) {
    Site<TestType> site;
    auto& database = site.database;
    const auto holder = database.add_client();
    const auto row = database.lock(path, "host_1_failover", holder);
    database.sql().run("update t_ds_jdbc_registry_lock set create_time = '2026-11-23 12:00:00'");
    const auto put_marker = [&](std::int64_t client, const std::string& created, const std::string& updated) {
        database.insert(markers + "/" + marker_of_a, "5", client, "PERSISTENT");
        database.sql().run("update t_ds_jdbc_registry_data set create_time = '2026-11-23 " + created +
                           "', last_update_time = '2026-11-23 " + updated + "' where data_key like '%a:1%'");
    };
    bool proven = false;
    SECTION("written by the holder after it took the lock") {
        put_marker(holder, "12:00:01", "12:00:01");
        proven = true;
    }
    SECTION("before") {
        put_marker(holder, "11:59:59", "11:59:59");
    }
    SECTION("in the same second") {
        put_marker(holder, "12:00:00", "12:00:00");
    }
    SECTION("written again, so that its first time is not the holder's last act") {
        put_marker(holder, "12:00:01", "12:00:02");
    }
    SECTION("by another client, whose clock may be another") {
        put_marker(holder + 1, "12:00:01", "12:00:01");
    }
    SECTION("by a daemon of ours") {
        put_marker(0, "12:00:01", "12:00:01");
    }
    const auto view = site.look();
    REQUIRE(view.markers.size() == 1);
    const auto attempt = site.registry().acquire(path, 0ms, {}, [&](const registry::LockHolder& one) {
        CHECK(one.node == path);
        CHECK(one.data == "host_1_failover");
        CHECK(one.session_id == holder);
        return plan::leaked(one.node, one.created_in, lost, view.markers, one.held_from_creation);
    });
    CHECK((attempt.lock != nullptr) == proven);
    CHECK(attempt.holder.has_value() == !proven);
    if (proven) CHECK(attempt.lock->guard({"a:1"}, std::nullopt)->leaked_lock == row);
    CHECK(database.count("t_ds_jdbc_registry_lock where id = " + std::to_string(row)) == 1);
}

TEMPLATE_TEST_CASE("jdbc: a dead client's lock is deleted, a living one's is not", "[registry]", Postgresql, Mysql) {
    Site<TestType> site;
    auto& database = site.database;
    const auto client = database.add_client(short_session);
    database.lock(path, "host_1_failover", client);
    bool stale = false;
    SECTION("its client has no row") {
        (void)site.look();
        database.remove_client(client);
        stale = true;
    }
    SECTION("its client was silent for its time") {
        (void)site.look_for(600ms);
        stale = true;
    }
    SECTION("its client was silent, and came back since the view") {
        (void)site.look_for(600ms);
        database.refresh(client);
    }
    SECTION("its client was silent, and is gone since the view") {
        (void)site.look_for(600ms);
        database.remove_client(client);
        stale = true;
    }
    SECTION("its client is new") {}
    const auto attempt = site.registry().acquire(path, 0ms, {}, {});
    CHECK((attempt.lock != nullptr) == stale);
    CHECK(database.count("t_ds_jdbc_registry_lock") == (stale ? 0 : 1));
    if (stale) CHECK_FALSE(attempt.lock->guard({"a:1"}, std::nullopt)->leaked_lock);
}

TEMPLATE_TEST_CASE("jdbc: a client that comes back at the last moment keeps its lock", "[registry]", Postgresql,
                   Mysql) {
    // Between the read that finds it dead and the deletion: the statement itself looks again.
    JdbcDatabase database(TestType::value);
    const auto client = database.add_client();
    const auto row = database.lock(path, "host_1", client);
    const auto sql = registry::jdbc::jdbc_sql(TestType::value).drop_stale;
    store::SociStore store(database.settings());
    const auto drop = [&](long long stamp) {
        return store.session().run("testing", [&](soci::session& connection) {
            store::Statement statement(connection, store.session().dialect(), sql);
            statement.use("id", static_cast<long long>(row)).use("client", static_cast<long long>(client));
            statement.use("stamp", stamp).run();
            return statement.affected_rows();
        });
    };
    CHECK(drop(-1) == 0);   // read as gone
    CHECK(drop(999) == 0);  // read with another stamp
    CHECK(drop(1000) == 1);
}

TEMPLATE_TEST_CASE("jdbc: a ticket whose time passed is never alive again", "[registry]", Postgresql, Mysql) {
    Site<TestType> site;
    Daemon rival(site.database, options("daemon 2"));
    CHECK(site.registry().lead().leads);
    const auto first = site.look().session_id;
    const auto mine = site.registry().acquire(path, 0ms, {}, {}).lock;
    const auto own = site.registry().acquire_own("stranded", 0ms, {}).lock;
    REQUIRE(mine);
    REQUIRE(own);
    CHECK_FALSE(rival.registry.lead().leads);
    site.database.sql().run("update ds_reconciler_replicas set expires = 1 where ticket = " + std::to_string(first));
    CHECK(rival.registry.lead().leads);
    const auto line = site.registry().lead();
    CHECK_FALSE(line.leads);
    CHECK(line.leader == "daemon 2");
    CHECK(line.replicas == std::vector<std::string>{"daemon 2", "daemon 1"});
    CHECK(site.look().session_id > first);
    CHECK(site.database.count("ds_reconciler_replicas where ticket = " + std::to_string(first)) == 0);
    for (auto* const lock : {mine.get(), own.get()}) {
        CHECK_FALSE(lock->still_held());
        CHECK(lock->fence(lost, {}) == registry::Fencing::lock_lost);
        check_fails(model::ErrorKind::retry, "ticket", [&] { (void)lock->guard({"a:1"}, std::nullopt); });
    }
}

TEMPLATE_TEST_CASE("jdbc: a ticket is renewed when a third of its time passed, and ends by our own clock", "[registry]",
                   Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    auto hasty = options();
    hasty.ttl = 1500ms;
    Daemon daemon(database, hasty);
    const auto expires = [&] {
        return std::stoll(*database.sql().value("select max(expires) as e from ds_reconciler_replicas"));
    };
    CHECK(daemon.registry.lead().leads);
    const auto first = expires();
    CHECK(daemon.registry.lead().leads);
    CHECK(expires() == first);
    std::this_thread::sleep_for(600ms);
    CHECK(daemon.registry.lead().leads);
    CHECK(expires() > first);
    const auto ticket = daemon.registry.observe().session_id;
    std::this_thread::sleep_for(600ms);
    database.sql().run("update ds_reconciler_replicas set expires = 1");
    CHECK(daemon.registry.lead().leads);  // a renewal is due, and comes too late
    CHECK(daemon.registry.observe().session_id > ticket);
    const auto lock = daemon.registry.acquire(path, 0ms, {}, {}).lock;
    REQUIRE(lock);
    database.sql().run("update ds_reconciler_replicas set expires = expires + 60000000");
    CHECK(lock->still_held());
    std::this_thread::sleep_for(1600ms);
    CHECK_FALSE(lock->still_held());  // the database would say otherwise
    CHECK(daemon.registry.observe().session_id == 0);
}

TEMPLATE_TEST_CASE("jdbc: only the leader has a lock of our own", "[registry]", Postgresql, Mysql) {
    Site<TestType> site;
    Daemon rival(site.database, options("daemon 2"));
    const auto mine = site.registry().acquire_own("stranded", 0ms, {});
    REQUIRE(mine.lock);
    CHECK(mine.lock->still_held());
    const auto theirs = rival.registry.acquire_own("another", 0ms, {});
    CHECK_FALSE(theirs.lock);
    REQUIRE(theirs.holder);
    CHECK(theirs.holder->data == "daemon 1");
    site.registry().resign();
    CHECK_FALSE(mine.lock->still_held());
    CHECK(rival.registry.acquire_own("another", 0ms, {}).lock);
}

TEMPLATE_TEST_CASE("jdbc: a lost connection makes one view not fresh, and its ticket lives on", "[registry]",
                   Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    std::vector<RegistryLink> links;
    auto watched = options();
    watched.on_link = [&](RegistryLink link) { links.push_back(link); };
    {
        Daemon daemon(database, watched);
        (void)daemon.registry.observe();
        CHECK(links.empty());
        (void)daemon.registry.lead();
        database.live();
        const auto before = daemon.registry.observe();
        CHECK(before.fresh);
        CHECK(database.sql().kill_store() > 0);
        const auto cut = daemon.registry.observe();
        check_not_fresh(cut, "database");
        CHECK_FALSE(cut.reached);
        CHECK(cut.session_id == before.session_id);
        database.live();
        const auto after = daemon.registry.observe();
        CHECK(after.fresh);
        CHECK(after.session_id == before.session_id);
    }
    using enum RegistryLink;
    CHECK(links == std::vector{established, RegistryLink::cut_off, reconnected, ended});
    CHECK(database.count("ds_reconciler_replicas") == 0);
}

TEMPLATE_TEST_CASE("jdbc: what nobody could see change did not stand still", "[registry]", Postgresql, Mysql) {
    JdbcDatabase database(TestType::value);
    auto slow = options();
    slow.life.slack = 1200ms;
    Daemon daemon(database, slow);
    database.add_server(a, 1000, 7, short_session);
    (void)daemon.registry.observe();
    std::this_thread::sleep_for(1s);
    CHECK(database.sql().kill_store() > 0);
    CHECK_FALSE(daemon.registry.observe().fresh);
    std::this_thread::sleep_for(700ms);
    database.live();
    CHECK(addresses(daemon.registry.observe()) == Addresses{"a:1"});
    std::this_thread::sleep_for(1s);
    database.live();
    CHECK(daemon.registry.observe().masters.empty());
}

TEMPLATE_TEST_CASE("jdbc: a database that is out of reach", "[registry]", Postgresql, Mysql) {
    auto settings = support::server_settings(TestType::value);
    settings.port = support::free_port();
    settings.connect_timeout = 2s;
    store::SociStore store(settings);
    JdbcRegistry registry(options(), store, {});
    const auto view = registry.observe();
    check_not_fresh(view, "unreachable");
    CHECK_FALSE(view.reached);
    using model::ErrorKind;
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.registered({"a:1"}); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.live_master_count(); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.marker_names(); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.acquire(path, 100ms, {}, {}); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.acquire_own("stranded", 100ms, {}); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.lead(); });
    check_fails(ErrorKind::retry, "unreachable", [&] { (void)registry.leadership(); });
    check_fails(ErrorKind::retry, "unreachable",
                [&] { registry.remove_markers(std::vector<model::FailoverMarker>(1)); });
    registry.resign();
}

}  // namespace dsr::registry_jdbc
