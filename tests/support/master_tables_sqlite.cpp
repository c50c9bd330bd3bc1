// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>

#include "journal/soci_journal.hpp"
#include "store/sql/soci_store.hpp"
#include "support/database_fixture.hpp"
#include "support/master_tables.hpp"

namespace dsr::test {

namespace {

using model::Generation;

/// In memory where there is such a place: a run makes and commits dozens of transactions.
void keep_in_memory() {
    if (std::filesystem::is_directory("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
}

class SqliteSide final : public Tables {
public:
    SqliteSide(Generation generation, bool test_flag)
        : database_((keep_in_memory(), store::DatabaseKind::sqlite), generation), generation_(generation) {
        if (test_flag) {
            for (const char* table : {"t_ds_command", "t_ds_error_command", "t_ds_task_instance", "{instance}"})
                sql().run(name(std::string("alter table ") + table + " add column test_flag int default null"));
        }
        auto client = connect();
        client.store->ping();
        client.journal->create();
        database_.add_definition(9001, 1);
    }

    void clear() override {
        sql().run(
            name("delete from t_ds_command; delete from t_ds_error_command; delete from t_ds_alert;"
                 "delete from t_ds_task_instance; delete from {instance};"
                 "delete from ds_reconciler_journal; delete from ds_reconciler_control;"
                 "delete from ds_reconciler_memory"));
        commands_.reset();
        open_transactions = 0;
    }
    Client connect() override {
        auto store = std::make_unique<store::SociStore>(database_.settings());
        auto journal = std::make_unique<journal::SociJournal>(*store);
        return {std::move(store), std::move(journal)};
    }
    void set_now(model::Instant) override {}

    [[nodiscard]] std::optional<MasterRow> row(std::int64_t id) override {
        const auto found = select("id = " + std::to_string(id));
        return found.empty() ? std::nullopt : std::optional(found.front());
    }
    [[nodiscard]] std::vector<MasterRow> rows_of(const std::string& host) override {
        return select("host = " + sql().literal(host) + " and state in (" + failover_states() + ") order by id");
    }
    [[nodiscard]] std::set<std::string> hosts() override {
        std::set<std::string> found;
        for (const auto& row : sql().rows(name("select distinct host from {instance} where host is not null and host "
                                               "not in ('', 'NULL') and state in (") +
                                          failover_states() + ")"))
            found.insert(*row.at("host"));
        return found;
    }
    [[nodiscard]] std::vector<MasterCommand> commands() override {
        if (commands_) return *commands_;
        commands_.emplace();
        for (const auto& row :
             sql().rows(name("select id, {instance_id} as instance, command_type, command_param from t_ds_command"))) {
            const std::string param = row.at("command_param").value_or("");
            commands_->push_back({std::stoll(*row.at("id")), std::stoll(*row.at("instance")),
                                  row.at("command_type") == "2",
                                  param.find("READY_PAUSE") != std::string::npos  ? 2
                                  : param.find("READY_STOP") != std::string::npos ? 4
                                                                                  : 1});
        }
        return *commands_;
    }
    [[nodiscard]] bool locked(std::int64_t) override { return busy(); }
    [[nodiscard]] bool busy() override { return open_transactions > 0; }

    void insert(const MasterRow& row) override {
        support::SeedInstance seed;
        seed.id = row.id;
        database_.add(seed);
        update(row);
    }
    void update(const MasterRow& row) override { sql().run(written(row)); }
    std::int64_t claim(const MasterRow& claimed, int old_state) override {
        const std::string param_text = generation_ == Generation::process
                                           ? "{\"ProcessInstanceId\":" + std::to_string(claimed.id) + "}"
                                           : param(old_state);
        return add("begin immediate; " + written(claimed) + "; ", claimed.id, 2, param_text, "; commit",
                   claimed.latest());
    }
    std::int64_t trigger(std::int64_t instance) override {
        return add("", instance, 0, "{}", "", row(instance)->latest());
    }
    void take_up(const MasterCommand& command, const MasterRow& row) override {
        sql().run("begin immediate; delete from t_ds_command where id = " + std::to_string(command.id) + "; " +
                  written(row) + "; commit");
        changed();
    }
    void fail(const MasterCommand& command, const std::string& message) override {
        const std::string columns =
            name("id, command_type, {definition_code}, command_param, {instance_id}, update_time");
        sql().run("begin immediate; insert into t_ds_error_command (" + columns + ", message) select " + columns +
                  ", " + sql().literal(message) + " from t_ds_command where id = " + std::to_string(command.id) +
                  "; delete from t_ds_command where id = " + std::to_string(command.id) + "; commit");
        changed();
    }
    void add_error(std::int64_t instance, int old_state) override {
        sql().run(name("insert into t_ds_error_command (command_type, {definition_code}, {instance_id}, message, "
                       "command_param, update_time) values (2, 9001, ") +
                  std::to_string(instance) + ", 'before the test', " + sql().literal(param(old_state)) + ", " +
                  wall(row(instance)->latest()) + ")");
    }
    void add_task(std::int64_t id, std::int64_t instance, const std::string& worker,
                  model::Instant submitted) override {
        support::SeedTask task;
        task.id = id;
        task.instance = instance;
        task.name = "task-" + std::to_string(id);
        task.host = worker;
        task.submit_time = zone().wall(submitted);
        database_.add(task);
    }
    void changed() override { commands_.reset(); }
    void widen(std::int64_t id, std::size_t bytes) override {
        sql().run(name("update {instance} set command_param = ") + sql().literal(start_parameters(bytes)) +
                  " where id = " + std::to_string(id));
    }

private:
    static std::string param(int old_state) {
        const char* const state = old_state == 2 ? "READY_PAUSE" : old_state == 4 ? "READY_STOP" : "RUNNING_EXECUTION";
        return std::string(R"({"commandType":"RECOVER_TOLERANCE_FAULT","workflowExecutionStatus":")") + state + "\"}";
    }
    support::DatabaseConnection& sql() { return database_.sql(); }
    /// Only what stands before a JSON text may hold braces of ours.
    [[nodiscard]] std::string name(const std::string& text) const { return database_.name(text); }
    [[nodiscard]] std::string failover_states() const {
        return generation_ == Generation::process ? "0, 1, 12, 2, 4" : "1, 2, 4";
    }
    [[nodiscard]] const model::Zone& zone() const { return database_.settings().zone; }

    std::string wall(const std::optional<model::Instant>& time) {
        return time ? sql().literal(zone().wall(*time)) : "null";
    }
    std::string written(const MasterRow& row) {
        std::string history = "null";
        if (row.history) {
            const auto second = zone().wall(std::chrono::floor<std::chrono::seconds>(*row.history)).substr(0, 19);
            history = sql().literal("[{\"time\":\"" + second + "\",\"state\":\"\",\"desc\":\"\"}]");
        }
        return name("update {instance} set state = ") + std::to_string(row.state) +
               ", host = " + (row.host.empty() ? "null" : sql().literal(row.host)) +
               ", start_time = " + wall(row.start) + ", restart_time = " + wall(row.restart) +
               ", state_history = " + history + " where id = " + std::to_string(row.id);
    }
    std::vector<MasterRow> select(const std::string& where) {
        std::vector<MasterRow> found;
        for (const auto& row :
             sql().rows(name("select id, state, host, start_time, restart_time, state_history from {instance} where ") +
                        where)) {
            MasterRow& read = found.emplace_back();
            read.id = std::stoll(*row.at("id"));
            read.state = std::stoi(*row.at("state"));
            read.host = row.at("host").value_or("");
            if (row.at("start_time")) read.start = zone().instant(*row.at("start_time"));
            if (row.at("restart_time")) read.restart = zone().instant(*row.at("restart_time"));
            if (const auto& history = row.at("state_history"))
                read.history = zone().instant(history->substr(history->find(":\"") + 2, 19));
        }
        return found;
    }
    std::int64_t add(const std::string& before, std::int64_t instance, int type, const std::string& parameter,
                     const std::string& after, model::Instant at) {
        sql().run(before +
                  name("insert into t_ds_command (command_type, {definition_code}, {instance_id}, command_param, "
                       "update_time) values (") +
                  std::to_string(type) + ", 9001, " + std::to_string(instance) + ", " + sql().literal(parameter) +
                  ", " + wall(at) + ")" + after);
        changed();
        return std::stoll(*sql().value("select max(id) as id from t_ds_command"));
    }

    support::TestDatabase database_;
    Generation generation_;
    std::optional<std::vector<MasterCommand>> commands_;
};

}  // namespace

std::unique_ptr<Tables> sqlite_tables(model::Generation generation, bool test_flag) {
    return std::make_unique<SqliteSide>(generation, test_flag);
}

}  // namespace dsr::test
