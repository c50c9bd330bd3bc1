// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "fakes/fake_journal.hpp"
#include "fakes/fake_workflow_store.hpp"
#include "model/instance_states.hpp"
#include "store/command_param.hpp"
#include "support/master_tables.hpp"

namespace dsr::test {

namespace {

using model::Generation;

class FakeSide final : public Tables {
public:
    explicit FakeSide(model::SchemaFacts facts) : facts_(std::move(facts)) { clear(); }

    void clear() override {
        tables_ = std::make_shared<fakes::FakeTables>();
        tables_->facts = facts_;
        rows_.clear();
        writers_zone_ = model::Zone("UTC");
        copy_.reset();
        open_transactions = 0;
    }
    Client connect() override {
        auto store = std::make_unique<fakes::FakeWorkflowStore>(tables_);
        auto journal = std::make_unique<fakes::FakeJournal>(tables_, store.get());
        return {std::move(store), std::move(journal)};
    }
    void set_now(model::Instant now) override { tables_->now = now; }

    [[nodiscard]] std::optional<MasterRow> row(std::int64_t id) override {
        const auto found = tables_->instances.find(id);
        if (found == tables_->instances.end()) return std::nullopt;
        MasterRow row = rows_.at(id).row;
        row.state = found->second.row.state.value_or(-1);
        row.host = found->second.row.host.value_or("");
        return row;
    }
    [[nodiscard]] std::vector<MasterRow> rows_of(const std::string& host) override {
        const auto states = model::failover_states(facts_.generation);
        std::vector<MasterRow> found;
        for (const auto& [id, instance] : tables_->instances) {
            const bool listed = std::find(states.begin(), states.end(), *instance.row.state) != states.end();
            if (listed && instance.row.host == host) found.push_back(*row(id));
        }
        return found;
    }
    [[nodiscard]] std::set<std::string> hosts() override {
        std::set<std::string> found;
        for (const auto& [id, instance] : tables_->instances) {
            const std::string host = instance.row.host.value_or("");
            if (!host.empty() && host != model::claimed_host_text && !rows_of(host).empty()) found.insert(host);
        }
        return found;
    }
    [[nodiscard]] std::vector<MasterCommand> commands() override {
        std::vector<MasterCommand> found;
        for (const auto& command : tables_->commands) {
            const auto type = command.columns.find("command_type");
            const auto param = command.columns.find("command_param");
            found.push_back({command.id, command.instance, type != command.columns.end() && type->second == "2",
                             param == command.columns.end() ? 1 : old_state(param->second)});
        }
        return found;
    }
    [[nodiscard]] bool locked(std::int64_t id) override { return tables_->locked.contains(id); }

    void insert(const MasterRow& row) override {
        model::WorkflowInstance instance;
        instance.id = {row.id};
        instance.name = "wf-" + std::to_string(row.id);
        instance.definition_code = 9001;
        instance.definition_version = 1;
        tables_->add(instance);
        update(row);
    }
    void update(const MasterRow& row) override {
        Stored& stored = rows_[row.id];
        const auto write = [&](auto& text, const auto& before, const auto& time) {
            if (!time) text.reset();
            if (time && (!text || before != time)) text = wall(*time);
        };
        write(stored.walls.start_time, stored.row.start, row.start);
        write(stored.walls.restart_time, stored.row.restart, row.restart);
        if (!row.history) stored.walls.state_history.reset();
        if (row.history && (!stored.walls.state_history || stored.row.history != row.history)) {
            stored.walls.state_history =
                "[{\"time\":\"" + wall(std::chrono::floor<std::chrono::seconds>(*row.history)) + "\"}]";
        }
        stored.row = row;
        auto& instance = tables_->instances.at(row.id);
        instance.row.state = row.state;
        instance.row.host = row.host.empty() ? std::nullopt : std::optional(row.host);
        instance.start_time = stored.walls.start_time;
        instance.restart_time = stored.walls.restart_time;
        instance.state_history = stored.walls.state_history;
        read_times(row.id);
    }
    std::int64_t claim(const MasterRow& claimed, int old_state) override {
        update(claimed);
        return add(claimed.id, "2",
                   facts_.generation == Generation::process ? "" : store::workflow_command_param(old_state),
                   claimed.latest());
    }
    std::int64_t trigger(std::int64_t instance) override {
        return add(instance, "0", "", rows_.at(instance).row.latest());
    }
    void take_up(const MasterCommand& command, const MasterRow& row) override {
        remove(command.id);
        update(row);
    }
    void fail(const MasterCommand& command, const std::string& message) override {
        const auto found = std::find_if(tables_->commands.begin(), tables_->commands.end(),
                                        [&](const auto& candidate) { return candidate.id == command.id; });
        const auto updated_at = tables_->zone.instant(found->columns.at("update_time"));
        remove(command.id);
        tables_->error_commands.push_back({command.id, command.instance, command.recovery ? 2 : 0,
                                           store::workflow_command_param(command.old_state), message, updated_at});
    }
    void add_error(std::int64_t instance, int old_state) override {
        tables_->error_commands.push_back({++tables_->last_command_id, instance, 2,
                                           store::workflow_command_param(old_state), "before the test",
                                           rows_.at(instance).row.latest()});
    }
    [[nodiscard]] bool busy() override { return false; }
    void add_task(std::int64_t id, std::int64_t instance, const std::string& worker,
                  model::Instant submitted) override {
        fakes::FakeTask task;
        task.task = {{id}, {instance}, 1, "SHELL", worker};
        task.submitted_at = submitted;
        tables_->tasks[id] = task;
    }
    void changed() override {}
    void widen(std::int64_t id, std::size_t bytes) override {
        tables_->instances.at(id).command_param = start_parameters(bytes);
    }

    void configure_zone(const std::string& iana_name) override {
        tables_->zone = model::Zone(iana_name);
        for (const auto& [id, stored] : rows_) read_times(id);
    }
    void write_in_zone(const std::string& iana_name) override { writers_zone_ = model::Zone(iana_name); }
    void keep_copy() override { copy_ = {*tables_, rows_}; }
    void go_back() override {
        if (!copy_) return;
        const auto last_command = tables_->last_command_id;
        const auto now = tables_->now;
        const auto zone = tables_->zone;
        *tables_ = copy_->tables;
        rows_ = copy_->rows;
        tables_->last_command_id = last_command;
        tables_->now = now;
        configure_zone(zone.name());
    }
    void end_task(std::int64_t id, std::int64_t instance, model::Instant at) override {
        fakes::FakeTask task;
        task.task = {{id}, {instance}, 7, "SHELL", ""};
        task.state = 7;
        task.submitted_at = task.ended_at = at;
        tables_->tasks[id] = task;
    }
    void set_parent(std::int64_t child, std::int64_t parent) override {
        tables_->parents[child] = parent;
        tables_->instances.at(child).row.is_sub_workflow = true;
    }

private:
    struct Stored {
        MasterRow row;
        model::OwnershipColumns walls;
    };
    struct Copy {
        fakes::FakeTables tables;
        std::map<std::int64_t, Stored> rows;
    };

    /// As a column holds it: finer than a millisecond where the time is.
    [[nodiscard]] std::string wall(model::Instant time) const {
        const auto rest = (time - std::chrono::floor<std::chrono::milliseconds>(time)).count();
        const auto digits = std::to_string(1000 + rest);
        return writers_zone_.wall(time) + (rest == 0 ? "" : digits.substr(1));
    }
    void read_times(std::int64_t id) {
        tables_->instances.at(id).row.ownership = model::ownership_time(
            rows_.at(id).walls, model::ColumnPrecision::microseconds, tables_->zone, tables_->facts.generation);
    }
    static int old_state(const std::string& param) {
        if (param.find("READY_PAUSE") != std::string::npos) return 2;
        return param.find("READY_STOP") != std::string::npos ? 4 : 1;
    }
    std::int64_t add(std::int64_t instance, const std::string& type, const std::string& param, model::Instant at) {
        tables_->add_command(instance);
        tables_->commands.back().columns = {
            {"command_type", type}, {"command_param", param}, {"update_time", tables_->zone.wall(at)}};
        return tables_->commands.back().id;
    }
    void remove(std::int64_t command) {
        std::erase_if(tables_->commands, [&](const auto& candidate) { return candidate.id == command; });
    }

    model::SchemaFacts facts_;
    std::shared_ptr<fakes::FakeTables> tables_;
    std::map<std::int64_t, Stored> rows_;  ///< for the times, which the fake keeps as a band
    model::Zone writers_zone_{"UTC"};
    std::optional<Copy> copy_;
};

}  // namespace

std::unique_ptr<Tables> fake_tables(model::SchemaFacts facts) {
    return std::make_unique<FakeSide>(std::move(facts));
}

}  // namespace dsr::test
