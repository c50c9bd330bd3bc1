// SPDX-License-Identifier: Apache-2.0
// The sessions at the database server that show whether an absent master still works in the database.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "contract/workflow_store_worlds.hpp"

namespace dsr::workflow_store_sessions {

using namespace std::chrono_literals;
using contract::DatabaseKind;

namespace {

using Worlds = std::tuple<contract::PostgresqlWorkflow, contract::MysqlWorkflow>;

/// A program at the database that is no daemon: its session and that session's number.
template <typename World>
class Master {
public:
    static constexpr bool mysql = World::kind == DatabaseKind::mysql;

    explicit Master(World& world, const std::string& user) : admin_(world.sql()), user_(user) {
        auto settings = world.database().settings();
        const std::string name = settings.name;
        drop();
        if (mysql) {
            admin_.run("create user '" + user_ + "'@'%' identified by 'm'; grant all on " + name + ".* to '" + user_ +
                       "'@'%'");
        } else {
            admin_.run("create role " + user_ + " login password 'm'");
        }
        settings.user = user_;
        settings.password = "m";
        session_ = support::connect_database(settings);
        id = std::stoll(*session_->value(mysql ? "select connection_id() as n" : "select pg_backend_pid() as n"));
    }
    ~Master() {
        session_.reset();
        drop();
    }
    Master(const Master&) = delete;
    Master& operator=(const Master&) = delete;

    void works() { session_->run("select 1"); }
    void leaves() { session_.reset(); }

    std::int64_t id = 0;

private:
    void drop() { admin_.run(mysql ? "drop user if exists '" + user_ + "'@'%'" : "drop role if exists " + user_); }

    support::DatabaseConnection& admin_;
    std::string user_;
    std::unique_ptr<support::DatabaseConnection> session_;
};

/// Unique on a server that several test processes share.
std::string name_of(const char* what, const std::string& database) {
    const auto end = database.size() > 28 ? database.size() - 28 : 0;  // MySQL takes 32 characters
    return std::string(what).append("_").append(database.substr(end));
}

/// What a daemon sees whose user may see the sessions of others: here the owner of all.
template <typename World>
class Watcher {
public:
    explicit Watcher(World& world) : store(world.database().settings()) {}

    std::optional<model::DatabaseSession> see(std::int64_t id) {
        const auto sessions = store.client_sessions();
        CHECK(sessions.own_client == "127.0.0.1");
        const auto found = std::ranges::find(sessions.others, id, &model::DatabaseSession::id);
        return found == sessions.others.end() ? std::nullopt : std::optional(*found);
    }
    /// Waits until it is as expected.
    bool until(const std::function<bool()>& expected) {
        for (int i = 0; i < 100 && !expected(); ++i) std::this_thread::sleep_for(50ms);
        return expected();
    }

    store::SociStore store;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("a session is shown with its address, and the time since it was active",
                        "[store][contract][sessions]", Worlds) {
    TestType world;
    Watcher<TestType> watcher(world);
    Master<TestType> master(world, name_of("m", world.database().settings().name));
    master.works();
    const auto seen = watcher.see(master.id);
    REQUIRE(seen);
    CHECK(seen->client == "127.0.0.1");
    CHECK(seen->idle < 2s);
    // MySQL counts whole seconds.
    REQUIRE(watcher.until([&] { return watcher.see(master.id)->idle >= 2s; }));
    master.works();
    CHECK(watcher.see(master.id)->idle < 2s);
    master.leaves();
    CHECK(watcher.until([&] { return !watcher.see(master.id); }));
}

TEMPLATE_LIST_TEST_CASE("sessions of daemons, and those of another database, are not shown",
                        "[store][contract][sessions]", Worlds) {
    TestType world;
    Watcher<TestType> watcher(world);
    Watcher<TestType> another_daemon(world);
    another_daemon.store.ping();
    for (const auto& session : watcher.store.client_sessions().others) {
        INFO(session.id);
        CHECK(session.application != "ds-reconciler");
        CHECK(TestType::kind != DatabaseKind::mysql);  // all here are of the owner, as the watcher is
    }
    auto elsewhere = support::server_settings(TestType::kind);
    const auto other = support::connect_database(elsewhere);
    const auto id = std::stoll(*other->value(TestType::kind == DatabaseKind::mysql ? "select connection_id() as n"
                                                                                   : "select pg_backend_pid() as n"));
    CHECK_FALSE(watcher.see(id));
}

TEMPLATE_LIST_TEST_CASE("without the right to see the sessions of others there are none", "[store][contract][sessions]",
                        Worlds) {
    TestType world;
    Master<TestType> master(world, name_of("m", world.database().settings().name));
    master.works();
    const auto sessions = world.store().client_sessions();
    CHECK(sessions.own_client == "127.0.0.1");
    CHECK(sessions.others.empty());
}

TEST_CASE("a list of sessions that this user may not read is as good as none, and the store goes on",
          "[store][contract][sessions]") {
    contract::PostgresqlWorkflow world;
    world.sql().run("revoke select on pg_catalog.pg_stat_activity from public");
    for (int i = 0; i < 2; ++i) {
        CHECK(world.store().client_sessions().others.empty());
        world.store().ping();
    }
}

}  // namespace dsr::workflow_store_sessions
