// SPDX-License-Identifier: Apache-2.0
// A fresh DolphinScheduler database for one test: the tables that testbed/tables.txt describes, as 3.1.1 or 3.4.3 has
// them, on PostgreSQL, MariaDB or SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/schema_facts.hpp"
#include "store/sql/connection_settings.hpp"
#include "support/database_connection.hpp"

namespace dsr::support {

/// An instance row to seed. Times as the column shows them.
struct SeedInstance {
    std::int64_t id = 0;
    std::string name = "wf";
    std::optional<int> state = 1;
    std::optional<std::string> host = "10.9.9.9:5678";
    std::optional<std::string> start_time = "2026-11-22 21:12:00.302069";
    std::optional<std::string> restart_time{};
    std::optional<std::string> state_history{};
    std::optional<std::string> command_param{};
    std::int64_t definition_code = 9001;
    int definition_version = 1;
    bool is_sub = false;
    int executor_id = 5;
    std::optional<int> priority = 1;
    std::optional<std::string> end_time{};
};

struct SeedTask {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    std::optional<int> state = 1;
    std::string name = "t1";
    std::string type = "SHELL";
    std::optional<std::string> host = "10.9.9.7:1234";
    int flag = 1;
    std::optional<std::string> submit_time{};
    std::optional<std::string> end_time{};
    std::optional<std::string> start_time{};
    std::optional<std::string> app_link{};
};

/// A row of t_ds_error_command to seed.
struct SeedErrorCommand {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    std::optional<int> command_type = 2;
    std::optional<std::string> command_param{};
    std::optional<std::string> message = "why it failed";
    std::optional<std::string> update_time{};
};

/// A row of t_ds_serial_command (the later generation only) to seed.
struct SeedSerialCommand {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    int state = 0;  ///< 1: launched
    std::int64_t definition_code = 9001;
    int definition_version = 1;
};

/// Gone when destroyed. Servers are those of the file that the environment variable DSR_TEST_SERVERS names; without it:
/// std::runtime_error with what to do.
class TestDatabase {
public:
    TestDatabase(store::DatabaseKind kind, model::Generation generation);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// How to reach it as the owner of the tables, for what a test prepares and looks at, and for `init-db`; zone
    /// Europe/Berlin, short timeouts.
    [[nodiscard]] const store::ConnectionSettings& settings() const { return settings_; }
    /// How the daemon reaches it: as a user who has the rights that `init-db --print-grants` prints, and no other.
    /// SQLite knows no users: the same.
    [[nodiscard]] store::ConnectionSettings daemon_settings() const;
    /// Gives the daemon's user the rights anew, to what is there now: after the schema was altered.
    void grant();
    /// What `init-db` does as the owner, and the rights to what it made.
    void init_db();
    [[nodiscard]] model::Generation generation() const { return generation_; }
    /// One connection of its own.
    [[nodiscard]] DatabaseConnection& sql() { return *connection_; }

    /// Makes DolphinScheduler's registry tables, as 3.4.2 has them, or 3.2 for the earlier generation, and gives the
    /// daemon's user the rights for a registry in the database.
    void make_registry();

    /// For SQL that changes the schema: such a database is thrown away instead of being emptied for the next test.
    DatabaseConnection& alter();

    void add(const SeedInstance& instance);
    void add(const SeedTask& task);
    void add(const SeedErrorCommand& command);
    void add(const SeedSerialCommand& row);
    void add_command(std::int64_t instance);
    /// Of project 1.
    void add_definition(std::int64_t code, int version);
    void add_project(std::int64_t code, const std::string& project_name);
    void add_schedule(std::int64_t code, const std::optional<std::string>& time_zone);

    /// The name of a table or column in this generation: "{instance}" and so on.
    [[nodiscard]] std::string name(const std::string& sql) const;

private:
    store::ConnectionSettings settings_;
    model::Generation generation_;
    std::unique_ptr<DatabaseConnection> connection_;
    bool altered_ = false;
    bool registry_ = false;
};

/// How to reach the server's own database ("postgres", "mysql"), where databases and users are made.
store::ConnectionSettings server_settings(store::DatabaseKind kind);

}  // namespace dsr::support
