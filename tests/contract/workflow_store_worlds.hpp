// SPDX-License-Identifier: Apache-2.0
// The worlds that the WorkflowStore contract is held against: the fake, and the store on SQLite, PostgreSQL and
// MariaDB, each with the schema of either generation. The store and the journal have the daemon's rights and no other;
// a world can be seeded, changed by others, and looked at without them, as the owner of the tables.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "fakes/fake_journal.hpp"
#include "fakes/fake_workflow_store.hpp"
#include "journal/soci_journal.hpp"
#include "store/sql/soci_store.hpp"
#include "support/database_fixture.hpp"

namespace dsr::contract {

using store::DatabaseKind;

/// A written row: its columns that are not NULL, as text.
using Written = std::map<std::string, std::string>;

inline Written without_nulls(const support::Row& row) {
    Written written;
    for (const auto& [column, value] : row) {
        if (value) written[column] = *value;
    }
    return written;
}

template <model::Generation generation_value>
class FakeWorld {
public:
    static constexpr bool real = false;
    static constexpr model::Generation generation = generation_value;
    static constexpr bool microseconds = true;

    FakeWorld() {
        tables_->zone = model::Zone("Europe/Berlin");
        tables_->all_definitions_exist = false;
        tables_->facts.generation = generation;
        tables_->facts.state_history = tables_->facts.alert_sign = tables_->facts.alert_type = true;
        const bool process = generation == model::Generation::process;
        tables_->facts.version_text = process ? "3.1.1" : "3.4.3";
        tables_->facts.version = process ? model::Version{3, 1, 1} : model::Version{3, 4, 3};
        tables_->facts.tenant_code = tables_->facts.serial_queue = !process;
        tables_->journal.exist = false;
    }

    store::WorkflowStore& store() { return store_; }
    journal::Journal& journal() { return journal_; }
    void init_db() { journal_.create(); }

    void add(const support::SeedInstance& seed) {
        auto& made = tables_->instances[seed.id];
        made.row.id = {seed.id};
        made.row.name = seed.name;
        made.row.state = seed.state;
        made.row.host = seed.host;
        made.row.ownership =
            model::ownership_time({seed.start_time, seed.restart_time, seed.state_history},
                                  model::ColumnPrecision::microseconds, tables_->zone, tables_->facts.generation);
        made.row.definition_code = seed.definition_code;
        made.row.definition_version = seed.definition_version;
        made.row.is_sub_workflow = seed.is_sub;
        made.command_param = seed.command_param;
        made.executor_id = seed.executor_id;
        made.priority = seed.priority;
        made.start_time = seed.start_time;
        made.restart_time = seed.restart_time;
        made.state_history = seed.state_history;
        made.end_time = seed.end_time;
    }
    void add(const support::SeedTask& seed) {
        tables_->tasks[seed.id] = {{{seed.id}, {seed.instance}, seed.state.value_or(-1), seed.type, seed.host},
                                   seed.state,
                                   seed.flag,
                                   seed.submit_time ? tables_->zone.instant(*seed.submit_time) : std::nullopt,
                                   seed.end_time ? tables_->zone.instant(*seed.end_time) : std::nullopt,
                                   seed.name,
                                   seed.start_time ? tables_->zone.instant(*seed.start_time) : std::nullopt,
                                   seed.app_link.value_or("")};
    }
    void add(const support::SeedErrorCommand& seed) {
        tables_->error_commands.push_back({seed.id, seed.instance, seed.command_type.value_or(-1), seed.command_param,
                                           seed.message.value_or(""),
                                           seed.update_time ? tables_->zone.instant(*seed.update_time) : std::nullopt});
    }
    void add(const support::SeedSerialCommand& seed) {
        tables_->serial_commands.push_back(
            {seed.id, seed.definition_code, seed.definition_version, seed.instance, seed.state});
    }
    void add_command(std::int64_t instance) { tables_->add_command(instance); }
    void remove_commands() { tables_->commands.clear(); }
    void add_definition(std::int64_t code, int version) {
        tables_->definitions.emplace(code, version);
        tables_->projects[code].code = 1;
    }
    void add_project(std::int64_t code, const std::string& name) {
        for (auto& [definition, project] : tables_->projects) {
            if (project.code == code) project.name = name;
        }
    }
    void add_schedule(std::int64_t code, const std::optional<std::string>& zone) { tables_->schedules[code] = {zone}; }
    void set_host(std::int64_t id, const std::optional<std::string>& host) {
        tables_->instances.at(id).row.host = host;
    }
    void set_state(std::int64_t id, int state) { tables_->instances.at(id).row.state = state; }
    void remove_instance(std::int64_t id) { tables_->instances.erase(id); }

    std::optional<std::string> host(std::int64_t id) { return tables_->instances.at(id).row.host; }
    std::optional<int> state(std::int64_t id) { return tables_->instances.at(id).row.state; }
    std::optional<int> task_state(std::int64_t id) { return tables_->tasks.at(id).state; }
    std::vector<Written> commands() {
        std::vector<Written> all;
        for (const auto& command : tables_->commands) all.push_back(command.columns);
        return all;
    }
    std::int64_t newest_command(std::int64_t instance) {
        std::int64_t newest = 0;
        for (const auto& command : tables_->commands) {
            if (command.instance == instance) newest = std::max(newest, command.id);
        }
        return newest;
    }
    std::vector<Written> alerts() {
        std::vector<Written> all;
        for (const auto& alert : tables_->alerts) {
            const auto wall = tables_->zone.wall(alert.created_at);
            all.push_back({{"title", alert.row.title},
                           {"content", alert.row.content},
                           {"sign", alert.row.sign},
                           {"alert_status", std::to_string(alert.status)},
                           {"warning_type", std::to_string(alert.row.warning_type)},
                           {"alert_type", std::to_string(alert.row.alert_type)},
                           {"alertgroup_id", std::to_string(alert.row.alert_group)},
                           {"create_time", wall},
                           {"update_time", wall}});
        }
        return all;
    }

private:
    std::shared_ptr<fakes::FakeTables> tables_ = std::make_shared<fakes::FakeTables>();
    fakes::FakeWorkflowStore store_{tables_};
    fakes::FakeJournal journal_{tables_, &store_};
};

template <DatabaseKind kind_value, model::Generation generation_value>
class RealWorld {
public:
    static constexpr bool real = true;
    static constexpr DatabaseKind kind = kind_value;
    static constexpr model::Generation generation = generation_value;
    static constexpr bool microseconds = kind_value != DatabaseKind::mysql;

    store::WorkflowStore& store() { return store_; }
    journal::Journal& journal() { return journal_; }
    void init_db() { database_.init_db(); }
    support::TestDatabase& database() { return database_; }
    support::DatabaseConnection& sql() { return database_.sql(); }

    void add(const support::SeedInstance& seed) { database_.add(seed); }
    void add(const support::SeedTask& seed) { database_.add(seed); }
    void add(const support::SeedErrorCommand& seed) { database_.add(seed); }
    void add(const support::SeedSerialCommand& seed) { database_.add(seed); }
    void add_command(std::int64_t instance) { database_.add_command(instance); }
    void remove_commands() { sql().run("delete from t_ds_command"); }
    void add_definition(std::int64_t code, int version) { database_.add_definition(code, version); }
    void add_project(std::int64_t code, const std::string& name) { database_.add_project(code, name); }
    void add_schedule(std::int64_t code, const std::optional<std::string>& zone) { database_.add_schedule(code, zone); }
    void set_host(std::int64_t id, const std::optional<std::string>& host) {
        sql().run(named("update {instance} set host = ") + sql().literal(host) + " where id = " + std::to_string(id));
    }
    void set_state(std::int64_t id, int state) {
        sql().run(named("update {instance} set state = ") + std::to_string(state) +
                  " where id = " + std::to_string(id));
    }
    void remove_instance(std::int64_t id) {
        sql().run(named("delete from {instance} where id = ") + std::to_string(id));
    }

    std::optional<std::string> host(std::int64_t id) {
        return sql().value(named("select host from {instance} where id = ") + std::to_string(id));
    }
    std::optional<int> state(std::int64_t id) {
        return number(sql().value(named("select state from {instance} where id = ") + std::to_string(id)));
    }
    std::optional<int> task_state(std::int64_t id) {
        return number(sql().value("select state from t_ds_task_instance where id = " + std::to_string(id)));
    }
    std::vector<Written> commands() { return written("select * from t_ds_command order by id"); }
    std::int64_t newest_command(std::int64_t instance) {
        return std::stoll(sql()
                              .value(named("select max(id) as id from t_ds_command where {instance_id} = ") +
                                     std::to_string(instance))
                              .value_or("0"));
    }
    std::vector<Written> alerts() { return written("select * from t_ds_alert order by id"); }

    [[nodiscard]] std::string named(const std::string& sql_text) const { return database_.name(sql_text); }

private:
    static std::optional<int> number(const std::optional<std::string>& text) {
        return text ? std::optional(std::stoi(*text)) : std::nullopt;
    }
    std::vector<Written> written(const std::string& query) {
        std::vector<Written> all;
        for (const auto& row : sql().rows(query)) all.push_back(without_nulls(row));
        return all;
    }

    support::TestDatabase database_{kind, generation};
    store::SociStore store_{database_.daemon_settings()};
    journal::SociJournal journal_{store_};
};

using FakeProcess = FakeWorld<model::Generation::process>;
using FakeWorkflow = FakeWorld<model::Generation::workflow>;
using SqliteProcess = RealWorld<DatabaseKind::sqlite, model::Generation::process>;
using SqliteWorkflow = RealWorld<DatabaseKind::sqlite, model::Generation::workflow>;
using PostgresqlProcess = RealWorld<DatabaseKind::postgresql, model::Generation::process>;
using PostgresqlWorkflow = RealWorld<DatabaseKind::postgresql, model::Generation::workflow>;
using MysqlProcess = RealWorld<DatabaseKind::mysql, model::Generation::process>;
using MysqlWorkflow = RealWorld<DatabaseKind::mysql, model::Generation::workflow>;

inline const model::MasterAddress dead{"10.9.9.9:5678"};

inline std::vector<model::WorkflowInstanceId> ids(std::initializer_list<std::int64_t> values) {
    std::vector<model::WorkflowInstanceId> all;
    for (const auto value : values) all.push_back({value});
    return all;
}

inline std::vector<std::int64_t> ids_of(const std::vector<model::WorkflowInstance>& rows) {
    std::vector<std::int64_t> all;
    for (const auto& row : rows) all.push_back(row.id.value);
    return all;
}

/// The instant at which a clock in Berlin shows that wall time.
inline model::Instant berlin(const std::string& wall) {
    return model::Zone("Europe/Berlin").instant(wall).value();
}

/// Runs the whole handing over of these rows of `dead`; what came of lock() is returned.
inline std::vector<model::WorkflowInstance> fail_over(store::WorkflowStore& store,
                                                      const std::vector<model::WorkflowInstanceId>& wanted,
                                                      model::Instant now = berlin("2026-11-23 13:14:15.678")) {
    const auto transaction = store.begin_failover({});
    auto rows = transaction->lock(wanted, dead);
    transaction->fail_over(rows, dead, now);
    transaction->commit();
    return rows;
}

/// Every world, and the real ones; for TEMPLATE_LIST_TEST_CASE.
using StoreWorlds = std::tuple<FakeProcess, FakeWorkflow, SqliteProcess, SqliteWorkflow, PostgresqlProcess,
                               PostgresqlWorkflow, MysqlProcess, MysqlWorkflow>;
using RealStoreWorlds =
    std::tuple<SqliteProcess, SqliteWorkflow, PostgresqlProcess, PostgresqlWorkflow, MysqlProcess, MysqlWorkflow>;
using ServerStoreWorlds = std::tuple<PostgresqlProcess, PostgresqlWorkflow, MysqlProcess, MysqlWorkflow>;

}  // namespace dsr::contract
