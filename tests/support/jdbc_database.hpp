// SPDX-License-Identifier: Apache-2.0
// A database with nothing but the tables of DolphinScheduler's JDBC registry, as 3.4.3 or 3.2.2 makes them on
// PostgreSQL and MySQL, and what its servers write there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "registry/jdbc/sql.hpp"
#include "store/sql/connection_settings.hpp"
#include "support/database_connection.hpp"

namespace dsr::support {

/// Gone when destroyed.
class JdbcDatabase {
public:
    static constexpr const char* usual = R"({"sessionTimeout":60000})";

    using Form = registry::jdbc::JdbcForm;

    /// With the row /nodes/master, and one server that is neither master nor worker. In 3.2, which has no clients, the
    /// id of a server's data row stands for its client.
    explicit JdbcDatabase(store::DatabaseKind kind, Form form = Form::clients);
    ~JdbcDatabase();
    JdbcDatabase(const JdbcDatabase&) = delete;
    JdbcDatabase& operator=(const JdbcDatabase&) = delete;

    [[nodiscard]] const store::ConnectionSettings& settings() const { return settings_; }
    /// One connection of its own.
    [[nodiscard]] DatabaseConnection& sql() { return *connection_; }

    /// Makes the tables of 3.2 anew as 3.3 does, empty.
    void upgrade();

    /// A new client, with a stamp of long ago: nobody may compare it with a clock.
    std::int64_t add_client(const std::string& connection_config = usual);
    void refresh(std::int64_t client);
    void remove_client(std::int64_t client);
    /// That server refreshes its row.
    void live() { refresh(server_); }
    [[nodiscard]] std::int64_t server() const { return server_; }

    /// Inserts a data row; its id.
    std::int64_t insert(const std::string& key, const std::string& value, std::int64_t client,
                        const std::string& type = "EPHEMERAL");
    void update(const std::string& key, const std::string& value);
    void remove(const std::string& key);
    /// Of the data row of that key.
    [[nodiscard]] std::optional<std::int64_t> id_of(const std::string& key);
    /// What a server tells of a row that it wrote; the event's id.
    std::int64_t event(const std::string& type, const std::string& key, const std::string& value, std::int64_t client);
    /// A server takes a lock; the id of its row.
    std::int64_t lock(const std::string& key, const std::string& owner, std::int64_t client);

    /// A server with a client of its own registers there; its client.
    std::int64_t add_server(const std::string& key, long long startup_ms, int process_id,
                            const std::string& connection_config = usual);

    [[nodiscard]] std::int64_t count(const std::string& from_where);

private:
    std::string text(const std::string& value) const { return connection_->literal(value); }
    [[nodiscard]] bool has_clients() const { return form_ == Form::clients; }

    store::ConnectionSettings settings_;
    Form form_;
    std::unique_ptr<DatabaseConnection> connection_;
    std::int64_t last_client_ = 0;
    std::int64_t server_ = 0;
};

}  // namespace dsr::support
