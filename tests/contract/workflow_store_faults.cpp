// SPDX-License-Identifier: Apache-2.0
// Databases that are gone, busy, shut, or lose the connection at the worst moment: what the store then says, and that
// nothing is half done. On real servers only.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"
#include "support/database_proxy.hpp"
#include "support/failures.hpp"

namespace dsr::workflow_store_faults {

using namespace std::chrono_literals;
using contract::berlin;
using contract::DatabaseKind;
using contract::dead;
using contract::fail_over;
using contract::ids;
using contract::RealStoreWorlds;
using contract::ServerStoreWorlds;
using model::ErrorKind;
using model::Failure;
using support::DatabaseProxy;
using support::SeedInstance;
using test::failure_of;

namespace {

const auto now = berlin("2026-11-23 13:14:15.678");

template <typename World>
void check_untouched(World& world, std::int64_t id) {
    CHECK(world.host(id) == dead.text);
    CHECK(world.state(id) == 1);
    CHECK(world.commands().empty());
}

/// How "commit" looks on the wire; the statement that begins a transaction says "committed".
template <typename World>
std::string commit_on_the_wire() {
    return World::kind == DatabaseKind::postgresql ? std::string("commit\0", 7)
                                                   : std::string(
                                                         "\x03"
                                                         "commit");
}

template <typename World>
store::ConnectionSettings through(const DatabaseProxy& proxy, World& world) {
    auto settings = world.database().daemon_settings();
    settings.port = proxy.port();
    return settings;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("rows that somebody else holds are for another time", "[store][contract][faults]",
                        RealStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    (void)world.store().inspect();
    if constexpr (TestType::kind == DatabaseKind::sqlite) {
        world.sql().run("begin immediate");
    } else {
        world.sql().run("begin");
        world.sql().rows(world.named("select id from {instance} where id = 1 for update"));
    }
    const auto failure = failure_of([&] { fail_over(world.store(), ids({1})); });
    CHECK(failure.kind() == ErrorKind::retry);
    CHECK_THAT(failure.what(), Catch::Contains("another transaction holds the rows"));
    world.sql().run("rollback");
    check_untouched(world, 1);
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("what another commits while we wait for its rows decides", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3}) world.add(SeedInstance{.id = id});
    (void)world.store().inspect();
    world.sql().run("begin");
    world.set_host(1, "10.1.1.1:5678");
    world.set_state(2, 7);
    // The other ends as soon as our lock is seen to wait for it; looked at from a connection of its own.
    const auto watcher = support::connect_database(world.database().settings());
    int waits = 0;
    std::jthread other([&] {
        const auto deadline = std::chrono::steady_clock::now() + 15s;
        while ((waits = watcher->lock_waits()) == 0 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(10ms);
        }
        world.sql().run("commit");
    });
    auto settings = world.database().daemon_settings();
    settings.statement_timeout = 30s;
    settings.lock_timeout = 20s;
    store::SociStore patient(settings);
    const auto transaction = patient.begin_failover({});
    const auto rows = transaction->lock(ids({1, 2, 3}), dead);
    other.join();
    CHECK(waits == 1);
    CHECK(contract::ids_of(rows) == std::vector<std::int64_t>{3});
}

TEMPLATE_LIST_TEST_CASE("a command that another committed before our lock is seen by the second statement",
                        "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    const auto transaction = world.store().begin_failover({});
    CHECK(transaction->with_command(ids({1})).empty());
    // After our transaction's first look, before its next: READ COMMITTED sees it, a snapshot would not.
    world.add_command(1);
    CHECK(transaction->lock(ids({1}), dead).size() == 1);
    CHECK(transaction->with_command(ids({1})).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a connection killed in the middle leaves nothing behind", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2}) world.add(SeedInstance{.id = id});
    world.add(support::SeedTask{.id = 11, .instance = 1});
    SECTION("between two sweeps") {
        CHECK(world.store().unfinished_after({0}, 10).size() == 2);
        CHECK(world.sql().kill_store() == 1);
        CHECK(failure_of([&] { (void)world.store().unfinished_after({0}, 10); }).kind() == ErrorKind::retry);
        CHECK(world.store().unfinished_after({0}, 10).size() == 2);
    }
    SECTION("after the lock") {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock(ids({1, 2}), dead);
        CHECK(world.sql().kill_store() == 1);
        CHECK(failure_of([&] { transaction->fail_over(rows, dead, now); }).kind() == ErrorKind::retry);
        CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::retry);
    }
    SECTION("after the writes, before the commit") {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock(ids({1, 2}), dead);
        transaction->fail_over(rows, dead, now);
        CHECK(world.sql().kill_store() == 1);
        // From here it cannot be told whether the server still got it.
        CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::unknown_outcome);
    }
    SECTION("and the transaction given up") {
        const auto transaction = world.store().begin_failover({});
        (void)transaction->lock(ids({1, 2}), dead);
        CHECK(world.sql().kill_store() == 1);
    }
    check_untouched(world, 1);
    check_untouched(world, 2);
    CHECK(world.task_state(11) == 1);
    CHECK(fail_over(world.store(), ids({1, 2})).size() == 2);
    CHECK(world.commands().size() == 2);
}

TEMPLATE_LIST_TEST_CASE("a commit whose answer is lost is not known, and was done", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    DatabaseProxy proxy("127.0.0.1", world.database().settings().port);
    store::SociStore store(through(proxy, world));
    {
        const auto transaction = store.begin_failover({});
        const auto rows = transaction->lock(ids({1}), dead);
        transaction->fail_over(rows, dead, now);
        proxy.break_next(commit_on_the_wire<TestType>(), DatabaseProxy::Fault::lose_answer);
        const auto failure = failure_of([&] { transaction->commit(); });
        CHECK(failure.kind() == ErrorKind::unknown_outcome);
        CHECK_THAT(failure.what(), Catch::Contains("the outcome is unknown"));
        CHECK(proxy.broken() == 1);
    }
    // Reading again tells.
    CHECK(store.read(ids({1})).front().command_pending);
    CHECK(world.commands().size() == 1);
    CHECK(fail_over(store, ids({1})).empty());
    CHECK(world.commands().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a commit that never arrived is not known either, and was not done",
                        "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    DatabaseProxy proxy("127.0.0.1", world.database().settings().port);
    store::SociStore store(through(proxy, world));
    {
        const auto transaction = store.begin_failover({});
        const auto rows = transaction->lock(ids({1}), dead);
        transaction->fail_over(rows, dead, now);
        proxy.break_next(commit_on_the_wire<TestType>(), DatabaseProxy::Fault::lose_request);
        CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::unknown_outcome);
    }
    CHECK_FALSE(store.read(ids({1})).front().command_pending);
    check_untouched(world, 1);
    CHECK(fail_over(store, ids({1})).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a write whose answer is lost is undone with its transaction", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    DatabaseProxy proxy("127.0.0.1", world.database().settings().port);
    store::SociStore store(through(proxy, world));
    {
        const auto transaction = store.begin_failover({});
        const auto rows = transaction->lock(ids({1}), dead);
        proxy.break_next("insert into t_ds_command", DatabaseProxy::Fault::lose_answer);
        CHECK(failure_of([&] { transaction->fail_over(rows, dead, now); }).kind() == ErrorKind::retry);
    }
    CHECK(fail_over(store, ids({1})).size() == 1);
    CHECK(world.commands().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("an alert whose commit is lost is not known", "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    DatabaseProxy proxy("127.0.0.1", world.database().settings().port);
    store::SociStore store(through(proxy, world));
    (void)store.inspect();
    proxy.break_next(commit_on_the_wire<TestType>(), DatabaseProxy::Fault::lose_answer);
    const store::AlertRow alert{.title = "t", .content = "[]", .sign = "s"};
    CHECK(failure_of([&] { store.insert_alert(alert, now, 60min); }).kind() == ErrorKind::unknown_outcome);
    CHECK_FALSE(store.insert_alert(alert, now, 60min));
    CHECK(world.alerts().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a server that falls silent is waited for no longer than it may", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    DatabaseProxy proxy("127.0.0.1", world.database().settings().port);
    auto settings = through(proxy, world);
    settings.statement_timeout = 1s;
    store::SociStore store(settings);
    (void)store.inspect();
    proxy.break_next("t_ds_command", DatabaseProxy::Fault::stall);
    const auto began = std::chrono::steady_clock::now();
    CHECK(failure_of([&] { (void)store.unfinished_after({0}, 10); }).kind() == ErrorKind::retry);
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    CHECK(proxy.broken() == 1);
    CHECK(store.unfinished_after({0}, 10).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a statement that takes too long is given up by the server", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    auto settings = world.database().daemon_settings();
    settings.statement_timeout = 1s;
    store::SociStore store(settings);
    // A view that sleeps stands where the table of commands was.
    const char* const sleep = TestType::kind == DatabaseKind::postgresql ? "pg_sleep(20)" : "sleep(20)";
    world.add(SeedInstance{.id = 1});
    (void)store.inspect();
    auto& sql = world.database().alter();
    sql.run("alter table t_ds_command rename to t_ds_command_hidden");
    sql.run(std::string("create view t_ds_command as select c.* from t_ds_command_hidden c where c.id > 0 or ") +
            (TestType::kind == DatabaseKind::postgresql ? std::string("(select 1 from ") + sleep + ") > 0"
                                                        : std::string(sleep) + " > 0"));
    sql.run(
        world.named("insert into t_ds_command_hidden (id, command_type, {definition_code}, {instance_id}) "
                    "values (-1, 2, 9001, 1)"));
    world.database().grant();
    const auto failure = failure_of([&] { (void)store.unfinished_after({0}, 10); });
    CHECK(failure.kind() == ErrorKind::retry);
    CHECK_THAT(failure.what(), Catch::Contains("exceeded its"));
}

TEMPLATE_LIST_TEST_CASE("a failover that rests is ended by the server, a store that rests is not",
                        "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2}) world.add(SeedInstance{.id = id});
    auto settings = world.database().settings();
    settings.statement_timeout = 1s;
    store::SociStore store(settings);
    (void)store.inspect();
    CHECK(fail_over(store, ids({1})).size() == 1);
    std::this_thread::sleep_for(3s);  // MySQL ends what rests for two, while that is limited
    CHECK(store.unfinished_after({0}, 10).size() == 2);

    // As when this process is suspended with rows locked: another waits for them no longer than the statement's limit.
    const auto transaction = store.begin_failover({});
    CHECK(transaction->lock(ids({2}), dead).size() == 1);
    const auto begun = std::chrono::steady_clock::now();
    world.set_state(2, 7);
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    CHECK(failure_of([&] { (void)transaction->lock(ids({1}), dead); }).kind() == ErrorKind::retry);
}

TEMPLATE_LIST_TEST_CASE("a failover has limits of its own, and the store none of them after it",
                        "[store][contract][faults]", RealStoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2}) world.add(SeedInstance{.id = id});
    {
        const auto transaction = world.store().begin_failover({.most = 1s});
        if constexpr (TestType::kind == DatabaseKind::sqlite) {
            CHECK_FALSE(transaction->limits());
        } else {
            CHECK(transaction->limits() == store::LimitsInForce{1s, 1s});
        }
        const auto rows = transaction->lock(ids({1}), dead);
        CHECK(rows.size() == 1);
        transaction->fail_over(rows, dead, now);
        if constexpr (TestType::kind != DatabaseKind::sqlite) {
            // As when this process is suspended before its commit: the server gave the rows free by then.
            std::this_thread::sleep_for(2500ms);
            CHECK_THROWS_AS(transaction->commit(), Failure);
        }
    }
    check_untouched(world, 1);
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    if constexpr (TestType::kind != DatabaseKind::sqlite) {
        const auto configured =
            std::chrono::duration_cast<model::Milliseconds>(world.database().daemon_settings().statement_timeout);
        CHECK(world.store().begin_failover({})->limits() == store::LimitsInForce{configured, configured});
    }
}

TEMPLATE_LIST_TEST_CASE("after its time no statement of a failover begins, and nothing of it is written",
                        "[store][contract]", contract::StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    {
        const auto transaction = world.store().begin_failover({.whole = 300ms});
        const auto rows = transaction->lock(ids({1}), dead);
        transaction->fail_over(rows, dead, now);
        std::this_thread::sleep_for(400ms);
        CHECK(failure_of([&] { transaction->commit(); }).kind() == ErrorKind::retry);
    }
    {
        const auto transaction = world.store().begin_failover({.whole = 1ms});
        std::this_thread::sleep_for(5ms);
        CHECK(failure_of([&] { (void)transaction->lock(ids({1}), dead); }).kind() == ErrorKind::retry);
    }
    check_untouched(world, 1);
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a pass may take longer than a statement, and tells of each that it begins",
                        "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    auto settings = world.database().settings();
    settings.statement_timeout = 1s;
    store::SociStore store(settings);
    for (std::int64_t row = 0; row < 5; ++row) world.add(SeedInstance{.id = 1 + row * 150'000});
    auto& sql = world.database().alter();
    // A cold table, of which each row takes its time. MariaDB looks at all rows for the next id.
    sql.run(world.named("alter table {instance} rename to hidden_instances"));
    sql.run(world.named("create view {instance} as select * from hidden_instances where ") +
            (TestType::kind == DatabaseKind::postgresql ? "pg_sleep(0.3) is not null" : "sleep(0.15) = 0"));
    (void)store.inspect();
    int statements = 0;
    store.on_statement([&] { ++statements; });
    CHECK(store.unfinished_after({0}, 10).size() == 5);
    // All rows in one statement are too many for PostgreSQL here, so it reads by windows of ids.
    CHECK(statements > (TestType::kind == DatabaseKind::postgresql ? 10 : 1));
    CHECK_FALSE(store.unfinished_scan().ran_out);
}

TEMPLATE_LIST_TEST_CASE("a server that is not there, or does not let us in, says why", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    auto settings = world.database().daemon_settings();
    const std::string right_password = settings.password;
    auto wanted = ErrorKind::permanent;
    std::string says;
    SECTION("wrong password") {
        settings.password = "wr'ong \\ password";
        says = "user name or password is wrong";
    }
    SECTION("no password") {
        settings.password = "";
        says = "user name or password is wrong";
    }
    SECTION("no such user") {
        settings.user = "nobody_of_that_name";
        says = "user name or password is wrong";
    }
    SECTION("the database does not exist") {
        settings.name = "no_such_database";
        says = "the database does not exist";
    }
    SECTION("nobody listens") {
        settings.port = 1;
        wanted = ErrorKind::retry;
        says = "unreachable";
    }
    SECTION("no such host") {
        settings.host = "no-such-host.invalid";
        wanted = ErrorKind::retry;
        says = "unreachable";
    }
    store::SociStore store(settings);
    const auto failure = failure_of([&] { store.ping(); });
    INFO(failure.what());
    CHECK(failure.kind() == wanted);
    CHECK_THAT(failure.what(), Catch::Contains(says));
    CHECK_THAT(failure.what(), Catch::Contains("connecting"));
    CHECK_THAT(failure.what(), !Catch::Contains(right_password));
    CHECK_THAT(failure.what(), !Catch::Contains("wr'ong"));
    CHECK_THAT(failure.what(), !Catch::Contains("\n"));
    CHECK(failure_of([&] { (void)store.inspect(); }).kind() == wanted);
}

TEMPLATE_LIST_TEST_CASE("a password with quotes and blanks is taken as it is", "[store][contract][faults]",
                        ServerStoreWorlds) {
    TestType world;
    auto settings = world.database().settings();
    settings.user = "quoted_" + std::to_string(getpid());
    settings.password = "a 'b' \\ c=d";
    const auto server = support::connect_database(support::server_settings(TestType::kind));
    const std::string user = TestType::kind == DatabaseKind::mysql ? "'" + settings.user + "'@'%'" : settings.user;
    server->run((TestType::kind == DatabaseKind::mysql ? "create user " + user + " identified by "
                                                       : "create user " + user + " password ") +
                server->literal(settings.password));
    std::string said;
    try {
        store::SociStore(settings).ping();
    } catch (const Failure& failure) {
        said = failure.what();
    }
    server->run("drop user " + user);
    INFO(said);
    // MariaDB lets the user in, but not into the database.
    CHECK(said.empty() == (TestType::kind == DatabaseKind::postgresql));
    if (!said.empty()) CHECK_THAT(said, Catch::Contains("the database does not exist"));
}

TEMPLATE_LIST_TEST_CASE("a user without the right to write is told so, and nothing is written",
                        "[store][contract][faults]", ServerStoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    auto settings = world.database().settings();
    settings.user = "reader_" + std::to_string(getpid());
    settings.password = "reader";
    const auto server = support::connect_database(support::server_settings(TestType::kind));
    constexpr bool mysql = TestType::kind == DatabaseKind::mysql;
    const std::string user = mysql ? "'" + settings.user + "'@'%'" : settings.user;
    server->run("create user " + user + (mysql ? " identified by 'reader'" : " password 'reader'"));
    if (mysql) {
        server->run("grant select on " + settings.name + ".* to " + user);
    } else {
        world.sql().run("grant select on all tables in schema public to " + user);
    }
    std::optional<Failure> refused;
    {
        store::SociStore store(settings);
        CHECK(store.unfinished_after({0}, 10).size() == 1);
        refused = failure_of([&] { fail_over(store, ids({1})); });
    }
    if (!mysql) world.sql().run("drop owned by " + user);
    server->run("drop user " + user);
    CHECK(refused->kind() == ErrorKind::permanent);
    CHECK_THAT(refused->what(), Catch::Contains("lacks a right"));
    check_untouched(world, 1);
}

TEST_CASE("a PostgreSQL that is read-only refuses, and says so", "[store][contract][faults]") {
    contract::PostgresqlProcess world;
    world.add(SeedInstance{.id = 1});
    world.sql().run("alter database " + world.database().settings().name + " set default_transaction_read_only = on");
    CHECK(world.store().unfinished_after({0}, 10).size() == 1);
    const auto failure = failure_of([&] { fail_over(world.store(), ids({1})); });
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK_THAT(failure.what(), Catch::Contains("read-only"));
    CHECK(failure_of([&] { world.store().insert_alert({}, now, 60min); }).kind() == ErrorKind::permanent);
    check_untouched(world, 1);
}

TEST_CASE("a MariaDB that is read-only refuses, and says so", "[store][contract][faults]") {
    contract::MysqlProcess world;
    world.add(SeedInstance{.id = 1});
    auto settings = world.database().settings();
    settings.user = "writer_" + std::to_string(getpid());
    settings.password = "writer";
    const std::string user = "'" + settings.user + "'@'%'";
    world.sql().run("create user " + user + " identified by 'writer'; grant select, insert, update on " +
                    settings.name + ".* to " + user);
    world.sql().run("set global read_only = on");
    store::SociStore store(settings);
    const auto failure = failure_of([&] { fail_over(store, ids({1})); });
    world.sql().run("set global read_only = off; drop user " + user);
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK_THAT(failure.what(), Catch::Contains("read-only"));
    check_untouched(world, 1);
}

TEST_CASE("SQLite's one write lock is taken when the failover begins", "[store][contract][faults]") {
    contract::SqliteProcess world;
    world.add(SeedInstance{.id = 1});
    (void)world.store().inspect();
    world.sql().run("pragma busy_timeout = 0");
    const auto transaction = world.store().begin_failover({});
    CHECK_THROWS_WITH(world.sql().run("begin immediate"), Catch::Contains("locked"));
}

TEST_CASE("an SQLite file that may not be written refuses, and says so", "[store][contract][faults]") {
    contract::SqliteProcess world;
    world.add(SeedInstance{.id = 1});
    const auto& path = world.database().settings().path;
    REQUIRE(chmod(path.c_str(), 0444) == 0);
    // To root every file is open.
    const bool root = geteuid() == 0;
    if (root) REQUIRE(seteuid(65534) == 0);
    std::optional<Failure> failure;
    std::size_t rows = 0;
    try {
        store::SociStore store(world.database().settings());
        rows = store.unfinished_after({0}, 10).size();
        fail_over(store, ids({1}));
    } catch (const Failure& thrown) {
        failure = thrown;
    }
    if (root) REQUIRE(seteuid(0) == 0);
    REQUIRE(chmod(path.c_str(), 0644) == 0);
    CHECK(rows == 1);
    REQUIRE(failure.has_value());
    CHECK(failure->kind() == ErrorKind::permanent);
    CHECK_THAT(failure->what(), Catch::Contains("read-only"));
    check_untouched(world, 1);
}

TEST_CASE("an SQLite file that is missing is refused and not made", "[store][contract][faults]") {
    auto settings = support::server_settings(DatabaseKind::sqlite);
    settings.path = "/tmp/no-such-folder-" + std::to_string(getpid()) + "/ds.db";
    store::SociStore store(settings);
    const auto failure = failure_of([&] { store.ping(); });
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK_THAT(failure.what(), Catch::Contains(settings.path));
    CHECK(access(settings.path.c_str(), F_OK) != 0);
}

TEST_CASE("a file that is no SQLite database is refused", "[store][contract][faults]") {
    auto settings = support::server_settings(DatabaseKind::sqlite);
    settings.path = "/tmp/dsr-no-database-" + std::to_string(getpid());
    std::ofstream(settings.path) << "this is plain text, and long enough to be looked at as a database header ......";
    store::SociStore store(settings);
    const auto failure = failure_of([&] { (void)store.inspect(); });
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK_THAT(failure.what(), Catch::Contains("not a valid SQLite database"));
    unlink(settings.path.c_str());
}

}  // namespace dsr::workflow_store_faults
