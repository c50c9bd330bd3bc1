// SPDX-License-Identifier: Apache-2.0
// A cluster whose registry is in its database, for the contract of the guard: one dead master, and we as the leader.
// Masters and others are connections of their own.
#pragma once

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"
#include "model/transaction_guard.hpp"
#include "store/sql/registrant.hpp"

namespace dsr::contract {

/// The registry of 3.3 and later, and that of 3.2.
using GuardWorlds = std::tuple<PostgresqlWorkflow, MysqlWorkflow>;
using GuardWorlds32 = std::tuple<PostgresqlProcess, MysqlProcess>;

inline const auto now = berlin("2026-11-23 13:14:15.678");
inline const std::string lock_path = "/lock/master-failover/" + dead.text;
inline const std::string address_key = "/nodes/master/" + dead.text;
inline const std::string marker_name = dead.text + "-1763000000000-4711";
inline const std::string marker_key = "/nodes/failover-finish-nodes/" + marker_name;
inline constexpr std::int64_t client = 77;
inline const std::string heartbeat = R"({"startupTime":1,"processId":7})";

/// One statement of another process, on a connection of its own and in the background.
class Other {
public:
    Other(const store::ConnectionSettings& settings, const std::string& statement)
        : done_(std::async(std::launch::async,
                           [settings, statement] { support::connect_database(settings)->run(statement); })) {}

    [[nodiscard]] bool done_within(std::chrono::milliseconds time) const {
        return done_.wait_for(time) == std::future_status::ready;
    }
    /// Throws what the statement threw.
    void finish() { done_.get(); }

private:
    std::future<void> done_;
};

/// A cluster whose registry is in its database, with one dead master that owns row 1, and us as its leader.
template <typename World>
class GuardedWorld : public World {
public:
    static constexpr bool mysql = World::kind == DatabaseKind::mysql;
    static constexpr bool has_clients = World::generation == model::Generation::workflow;

    GuardedWorld() {
        this->init_db();
        this->database().make_registry();
        this->add(support::SeedInstance{.id = 1});
        this->add_definition(9001, 1);
        (void)this->store().inspect();
        guard.lock_path = lock_path;
        guard.address = dead;
        guard.ticket = add_ticket(60);
    }

    std::int64_t number(const std::string& query) { return std::stoll(this->sql().value(query).value()); }
    std::int64_t rows_of(const std::string& table, const std::string& where = "1 = 1") {
        return number("select count(*) as n from " + table + " where " + where);
    }

    std::int64_t add_ticket(int seconds) {
        this->sql().run("insert into ds_reconciler_replicas (identity, expires) values ('r', " + expires_in(seconds) +
                        ")");
        return number("select max(ticket) as n from ds_reconciler_replicas");
    }
    void let_expire(std::int64_t ticket, int seconds) {
        this->sql().run("update ds_reconciler_replicas set expires = " + expires_in(seconds) +
                        " where ticket = " + std::to_string(ticket));
    }
    static std::string expires_in(int seconds) {
        return std::to_string(model::system_now().time_since_epoch().count() + seconds * 1'000'000LL);
    }

    static std::string insert_lock(const std::string& path) {
        return std::string("insert into t_ds_jdbc_registry_lock (lock_key, lock_owner, ") +
               (has_clients ? "client_id" : "last_term") + ") values ('" + path + "', 'm', 5)";
    }
    static std::string insert_data(const std::string& key, const std::string& value = "{}") {
        const std::string columns = has_clients ? "client_id" : "last_term";
        const std::string last = has_clients ? "'EPHEMERAL', " + std::to_string(client) : "1, 1000";
        return "insert into t_ds_jdbc_registry_data (data_key, data_value, data_type, " + columns + ") values ('" +
               key + "', '" + value + "', " + last + ")";
    }
    std::int64_t add_lock(const std::string& path) {
        this->sql().run(insert_lock(path));
        return number("select max(id) as n from t_ds_jdbc_registry_lock");
    }
    std::int64_t add_data(const std::string& key, const std::string& value = "{}") {
        this->sql().run(insert_data(key, value));
        return number("select max(id) as n from t_ds_jdbc_registry_data");
    }
    void add_client(std::int64_t id, std::int64_t stamp) {
        this->sql().run(
            "insert into t_ds_jdbc_registry_client_heartbeat (id, client_name, last_heartbeat_time, connection_config) "
            "values (" +
            std::to_string(id) + ", 'c', " + std::to_string(stamp) + ", '{\"sessionTimeout\":60000}')");
    }
    std::int64_t add_event(const std::string& type, const std::string& data) {
        this->sql().run("insert into t_ds_jdbc_registry_data_change_event (event_type, jdbc_registry_data) values ('" +
                        type + "', '" + data + "')");
        return number("select max(id) as n from t_ds_jdbc_registry_data_change_event");
    }
    std::int64_t add_event_of(const std::string& type, const std::string& key) {
        return add_event(type, R"({"id":9,"dataKey":")" + key + R"(","dataValue":"","dataType":"EPHEMERAL"})");
    }
    /// The dead master's row, which nobody removed, as it was seen.
    void register_still() {
        const auto row = add_data(address_key, heartbeat);
        if (has_clients) add_client(client, 1'000);
        guard.seen = {row, has_clients ? client : store::registrant(address_key, heartbeat, row),
                      model::SeenRegistration::Still{heartbeat, 1'000}};
    }

    std::optional<model::GuardRefusal> entering() { return this->store().begin_failover({})->enter(guard); }

    /// Claims row 1 in a transaction that entered the guard.
    std::unique_ptr<store::FailoverTransaction> claim() {
        auto transaction = this->store().begin_failover({});
        REQUIRE(transaction->enter(guard) == std::nullopt);
        const auto locked = transaction->lock(ids({1}), dead);
        REQUIRE(locked.size() == 1);
        transaction->fail_over(locked, dead, now);
        return transaction;
    }

    [[nodiscard]] Other other(const std::string& statement) { return {this->database().settings(), statement}; }
    /// Whether it waits for a row of ours, as one of so many.
    bool waits(const Other& statement, int among = 1) {
        for (int i = 0; i < 60; ++i) {
            if (statement.done_within(std::chrono::milliseconds{50})) return false;
            if (this->sql().lock_waits() >= among) return true;
        }
        return false;
    }
    void kill_daemon() {
        const auto sessions = this->sql().rows(
            mysql ? "select id from information_schema.processlist where db = database() and user = 'ds_reconciler'"
                  : "select pid as id from pg_stat_activity where datname = current_database() "
                    "and usename = 'ds_reconciler'");
        for (const auto& session : sessions)
            this->sql().run((mysql ? "kill " : "select pg_terminate_backend(") + *session.at("id") +
                            (mysql ? "" : ")"));
        CHECK(sessions.size() == 1);
    }

    model::TransactionGuard guard;
};

}  // namespace dsr::contract
