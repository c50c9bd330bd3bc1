// SPDX-License-Identifier: Apache-2.0
#include "fakes/fake_workflow_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "model/failure.hpp"
#include "model/instance_states.hpp"
#include "store/generation.hpp"
#include "store/sql/dialect.hpp"
#include "store/sql/shown_rows.hpp"

namespace dsr::fakes {

using model::ErrorKind;
using model::Failure;
using store::AlertRow;

namespace {

bool is_one_of(std::span<const int> states, const std::optional<int>& state) {
    return state && std::ranges::find(states, *state) != states.end();
}

bool unfinished(const model::WorkflowInstance& row, model::Generation generation) {
    return !is_one_of(model::final_states(generation), row.state);
}

/// What an entry is told by: the journal's unique key.
auto loss(const model::JournalEntry& entry) {
    return std::tuple(entry.instance, entry.from_host, entry.owned_since.value_or(model::Instant{}), entry.kind,
                      entry.releases);
}

void refuse_claimed(const model::MasterAddress& host) {
    if (host.text.empty() || host.text == model::claimed_host_text) {
        throw Failure(ErrorKind::permanent, "rows of the host '" + host.text + "' cannot be handed over");
    }
}

}  // namespace

FakeInstance& FakeTables::add(model::WorkflowInstance row) {
    definitions.emplace(row.definition_code, row.definition_version);
    FakeInstance& instance = instances[row.id.value];
    instance.row = std::move(row);
    return instance;
}

void FakeTables::add_command(std::int64_t instance) {
    commands.push_back({++last_command_id, instance, {}});
}

void FakeWorkflowStore::refuse_while_open() const {
    if (transaction_open_) throw std::logic_error("the store was used while its failover transaction was open");
}

template <typename Work>
auto FakeWorkflowStore::step(StoreOperation operation, Work&& work) {
    if (hook) hook(operation, StoreMoment::before);
    if (!out_of_reach.empty()) throw Failure(ErrorKind::retry, out_of_reach);
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        if (hook) hook(operation, StoreMoment::after);
    } else {
        auto result = work();
        if (hook) hook(operation, StoreMoment::after);
        return result;
    }
}

model::WorkflowInstance FakeWorkflowStore::shown(const FakeInstance& instance) const {
    model::WorkflowInstance row = instance.row;
    row.command_pending = std::ranges::any_of(
        tables_->commands, [&](const FakeCommand& command) { return command.instance == row.id.value; });
    row.definition_exists =
        tables_->all_definitions_exist || tables_->definitions.contains({row.definition_code, row.definition_version});
    return row;
}

void FakeWorkflowStore::ping() {
    refuse_while_open();
    step(StoreOperation::ping, [] {});
}

model::SchemaFacts FakeWorkflowStore::inspect() {
    refuse_while_open();
    return step(StoreOperation::inspect, [&] { return tables_->facts; });
}

std::optional<model::Instant> FakeWorkflowStore::newest_start_time() {
    refuse_while_open();
    return step(StoreOperation::newest_start_time, [&]() -> std::optional<model::Instant> {
        std::optional<std::string> newest;
        for (const auto& [id, instance] : tables_->instances) {
            if (instance.start_time && (!newest || *instance.start_time > *newest)) newest = instance.start_time;
        }
        return newest ? tables_->zone.instant(*newest) : std::nullopt;
    });
}

model::NewRows FakeWorkflowStore::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                           std::size_t limit) {
    refuse_while_open();
    return step(StoreOperation::new_rows, [&] {
        model::NewRows found;
        for (auto it = tables_->instances.rbegin(); it != tables_->instances.rend(); ++it) {
            const auto& [id, row] = *it;
            if (id <= after_instance.value || found.instances.size() >= limit) break;
            found.instances.push_back(
                {{id},
                 row.row.host,
                 model::written_times({row.start_time, row.restart_time, row.state_history}, tables_->zone)});
        }
        std::size_t seen = 0;
        for (auto it = tables_->tasks.rbegin(); it != tables_->tasks.rend(); ++it) {
            const auto& [id, task] = *it;
            if (id <= after_task.value || seen++ >= limit) break;
            const auto instance = tables_->instances.find(task.task.workflow_instance.value);
            if (instance == tables_->instances.end()) continue;
            found.tasks.push_back({{id}, instance->second.row.host, task.submitted_at});
        }
        std::ranges::reverse(found.instances);
        std::ranges::reverse(found.tasks);
        return found;
    });
}

std::vector<model::WorkflowInstance> FakeWorkflowStore::unfinished_after(model::WorkflowInstanceId after,
                                                                         std::size_t limit) {
    refuse_while_open();
    return step(StoreOperation::unfinished_after, [&] {
        std::vector<model::WorkflowInstance> rows;
        for (auto at = tables_->instances.upper_bound(after.value); at != tables_->instances.end(); ++at) {
            if (rows.size() == limit) break;
            if (unfinished(at->second.row, tables_->facts.generation)) rows.push_back(shown(at->second));
        }
        return rows;
    });
}

std::vector<model::WorkflowInstance> FakeWorkflowStore::read(std::span<const model::WorkflowInstanceId> ids) {
    refuse_while_open();
    return step(StoreOperation::read, [&] {
        std::vector<model::WorkflowInstance> rows;
        for (const auto id : std::set<model::WorkflowInstanceId>(ids.begin(), ids.end())) {
            const auto found = tables_->instances.find(id.value);
            if (found != tables_->instances.end()) rows.push_back(shown(found->second));
        }
        return rows;
    });
}

std::vector<model::TaskInstance> FakeWorkflowStore::unfinished_tasks(std::span<const model::WorkflowInstanceId> ids) {
    refuse_while_open();
    return step(StoreOperation::unfinished_tasks, [&] {
        std::vector<model::TaskInstance> tasks;
        const auto finished = store::finished_task_states(tables_->facts);
        for (const auto& [id, task] : tables_->tasks) {
            if (std::ranges::find(ids, task.task.workflow_instance) == ids.end()) continue;
            if (task.flag != 1 || is_one_of(finished, task.state)) continue;
            tasks.push_back(task.task);
            tasks.back().state = task.state.value_or(-1);
            tasks.back().submitted_at = task.submitted_at;
        }
        return tasks;
    });
}

bool FakeWorkflowStore::names_host(const std::string& host) {
    refuse_while_open();
    return step(StoreOperation::names_host, [&] {
        return std::ranges::any_of(tables_->instances, [&](const auto& entry) {
            return entry.second.row.host == host && unfinished(entry.second.row, tables_->facts.generation);
        });
    });
}

model::Instant FakeWorkflowStore::clock() {
    refuse_while_open();
    return step(StoreOperation::clock, [&] {
        return tables_->now.value_or(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    });
}

model::DatabaseSessions FakeWorkflowStore::client_sessions() {
    refuse_while_open();
    return step(StoreOperation::client_sessions, [&] { return sessions ? sessions() : model::DatabaseSessions{}; });
}

std::map<model::WorkflowInstanceId, model::Instant> FakeWorkflowStore::task_activity_since(
    const store::Losses& losses) {
    refuse_while_open();
    return step(StoreOperation::task_activity_since, [&] {
        std::map<model::WorkflowInstanceId, model::Instant> active;
        const auto taken = model::failover_states(tables_->facts.generation);
        for (const auto& [host, since] : losses) {
            for (const auto& [id, time] : activity_since(since)) {
                const auto owner = tables_->instances.find(id.value);
                if (owner == tables_->instances.end() || owner->second.row.host != host.text) continue;
                if (is_one_of(taken, owner->second.row.state)) active.emplace(id, time);
            }
        }
        return active;
    });
}

std::map<model::WorkflowInstanceId, model::Instant> FakeWorkflowStore::activity_since(model::Instant since) const {
    std::map<model::WorkflowInstanceId, model::Instant> active;
    for (const auto& [id, task] : tables_->tasks) {
        for (const auto& time : {task.submitted_at, task.ended_at}) {
            if (task.flag != 1 || !time || *time < since) continue;
            auto& latest = active.try_emplace(task.task.workflow_instance, *time).first->second;
            latest = std::max(latest, *time);
        }
    }
    return active;
}

std::map<model::WorkflowInstanceId, model::Instant> FakeWorkflowStore::task_activity_of(
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    refuse_while_open();
    return step(StoreOperation::task_activity_of, [&] {
        auto active = activity_since(since);
        std::erase_if(active, [&](const auto& entry) { return std::ranges::find(ids, entry.first) == ids.end(); });
        return active;
    });
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> FakeWorkflowStore::parents_of(
    std::span<const model::WorkflowInstanceId> ids) {
    refuse_while_open();
    return step(StoreOperation::parents_of, [&] {
        std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents;
        for (const auto id : ids) {
            if (const auto found = tables_->parents.find(id.value); found != tables_->parents.end())
                parents[id] = {found->second};
        }
        return parents;
    });
}

std::map<model::WorkflowInstanceId, store::ErrorCommand> FakeWorkflowStore::error_commands(
    std::span<const model::WorkflowInstanceId> ids) {
    refuse_while_open();
    return step(StoreOperation::error_commands, [&] {
        std::map<model::WorkflowInstanceId, store::ErrorCommand> newest;
        for (const FakeErrorCommand& row : tables_->error_commands) {
            const model::WorkflowInstanceId instance{row.instance};
            if (std::ranges::find(ids, instance) == ids.end()) continue;
            const auto known = newest.find(instance);
            if (known != newest.end() && known->second.id > row.id) continue;
            store::ErrorCommand command{row.id, row.message.substr(0, store::error_characters), std::nullopt,
                                        row.command_type == 2, row.updated_at};
            const bool recovery = tables_->facts.generation == model::Generation::workflow && row.command_type == 2;
            if (recovery && row.command_param) command.old_state = store::old_state_of(*row.command_param);
            newest[instance] = std::move(command);
        }
        return newest;
    });
}

model::QueuesRead FakeWorkflowStore::queues(std::size_t max_serial, std::size_t max_commands) {
    refuse_while_open();
    return step(StoreOperation::queues, [&] {
        model::QueuesRead seen;
        seen.unread = tables_->queues_unread;
        std::map<std::pair<std::int64_t, int>, std::vector<const FakeSerialCommand*>> queues;
        for (std::size_t i = 0; i < std::min(max_serial, tables_->serial_commands.size()); ++i) {
            const auto& row = tables_->serial_commands[i];
            queues[{row.definition_code, row.definition_version}].push_back(&row);
        }
        for (const auto& [definition, rows] : queues) {
            const auto& head = *rows.front();
            if (head.state != 1 || !tables_->facts.serial_queue) continue;
            const auto found = tables_->instances.find(head.instance);
            const bool gone = found == tables_->instances.end();
            const auto state = gone ? std::nullopt : found->second.row.state;
            const bool commanded =
                std::ranges::find(tables_->commands, head.instance, &FakeCommand::instance) != tables_->commands.end();
            if (gone || state == model::state::failure || (state == model::state::failover && !commanded))
                seen.stuck.push_back(
                    {head.id, definition.first, definition.second, {head.instance}, state, rows.size() - 1});
        }
        std::ranges::sort(seen.stuck, {}, &model::StuckQueue::serial_command);
        for (const auto& command : tables_->commands) {
            if (seen.commands.size() == max_commands) break;
            const auto time = command.columns.find("update_time");
            seen.commands.push_back(
                {command.id,
                 {command.instance},
                 time == command.columns.end() ? std::nullopt : tables_->zone.instant(time->second)});
        }
        return seen;
    });
}

std::vector<model::RunningTask> FakeWorkflowStore::running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                                 std::size_t limit) {
    refuse_while_open();
    return step(StoreOperation::running_tasks, [&] {
        std::vector<model::RunningTask> tasks;
        const auto finished = store::finished_task_states(tables_->facts);
        for (const auto& [id, task] : tables_->tasks) {
            if (std::ranges::find(ids, task.task.workflow_instance) == ids.end()) continue;
            if (task.flag != 1 || is_one_of(finished, task.state)) continue;
            tasks.push_back({task.task.id, task.task.workflow_instance, task.name, task.task.type, task.state,
                             task.task.host, task.started_at,
                             store::listed_links(task.app_link.substr(0, store::link_characters + 1))});
        }
        std::ranges::stable_sort(tasks, {}, &model::RunningTask::workflow_instance);
        if (tasks.size() > limit) tasks.resize(limit);
        return tasks;
    });
}

std::map<std::int64_t, model::Project> FakeWorkflowStore::projects_of(std::span<const std::int64_t> definition_codes) {
    refuse_while_open();
    return step(StoreOperation::projects_of, [&] {
        std::map<std::int64_t, model::Project> projects;
        for (const auto code : definition_codes) {
            if (const auto found = tables_->projects.find(code); found != tables_->projects.end())
                projects.insert(*found);
        }
        return projects;
    });
}

std::optional<store::InstanceTimes> FakeWorkflowStore::times_of(model::WorkflowInstanceId id) {
    refuse_while_open();
    return step(StoreOperation::times_of, [&]() -> std::optional<store::InstanceTimes> {
        const auto found = tables_->instances.find(id.value);
        if (found == tables_->instances.end()) return std::nullopt;
        const FakeInstance& row = found->second;
        store::InstanceTimes times{{row.start_time, row.restart_time, row.state_history}, row.end_time, {}};
        times.decides = model::deciding_column(times.columns, model::ColumnPrecision::microseconds, tables_->zone,
                                               tables_->facts.generation);
        return times;
    });
}

bool FakeWorkflowStore::insert_alert(const AlertRow& alert, model::Instant now, model::Milliseconds suppress) {
    refuse_while_open();
    return step(StoreOperation::insert_alert, [&] {
        const bool told = std::ranges::any_of(tables_->alerts, [&](const FakeAlert& before) {
            if (!tables_->facts.alert_sign) return before.row.content == alert.content && before.status == 0;
            return before.row.sign == alert.sign && before.created_at >= now - suppress;
        });
        if (told) return false;
        tables_->alerts.push_back({alert, now, 0});
        writes.push_back({FakeWrite::Kind::alert, 0, alert.content});
        return true;
    });
}

/// Its writes are kept back until commit; what it reads is what others committed.
class FakeWorkflowStore::Transaction final : public store::FailoverTransaction {
    enum class Stage { open, failed, done };

    template <typename Work>
    auto run(StoreOperation operation, Work&& work) {
        if (stage_ == Stage::failed) throw Failure(ErrorKind::retry, "the failover transaction had failed before");
        if (stage_ == Stage::done) throw std::logic_error("this failover transaction was committed already");
        try {
            require_time();
            return store_.step(operation, std::forward<Work>(work));
        } catch (...) {
            stage_ = Stage::failed;
            release();
            throw;
        }
    }

public:
    Transaction(FakeWorkflowStore& store, const store::FailoverLimits& limits)
        : store_(store), tables_(*store.tables_), limits_(limits) {
        store_.last_limits = limits;
        store_.step(StoreOperation::begin_failover, [] {});
        store_.transaction_open_ = true;
    }
    ~Transaction() override {
        release();
        store_.transaction_open_ = false;
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    [[nodiscard]] std::optional<store::LimitsInForce> limits() const override {
        const auto most = std::chrono::duration_cast<model::Milliseconds>(limits_.most);
        return store::LimitsInForce{most, most};
    }

    std::optional<model::GuardRefusal> enter(const model::TransactionGuard& guard) override {
        if (store_.registry == nullptr) return FailoverTransaction::enter(guard);
        return run(StoreOperation::enter, [&] {
            const auto refused = store_.registry->enter_guard(guard, transaction_name_);
            if (!refused) guard_ = guard;
            return refused;
        });
    }

    std::vector<model::WorkflowInstance> lock(std::span<const model::WorkflowInstanceId> ids,
                                              const model::MasterAddress& host) override {
        refuse_claimed(host);
        return run(StoreOperation::lock,
                   [&] { return take(ids, [&](const auto& row) { return may_be_taken(row, host); }); });
    }

    std::vector<model::WorkflowInstance> lock_claimed(std::span<const model::WorkflowInstanceId> ids) override {
        return run(StoreOperation::lock_claimed,
                   [&] { return take(ids, [&](const auto& row) { return bears_mark(row); }); });
    }

    std::set<model::WorkflowInstanceId> with_command(std::span<const model::WorkflowInstanceId> ids) override {
        return run(StoreOperation::with_command, [&] {
            std::set<model::WorkflowInstanceId> found;
            for (const FakeCommand& command : tables_.commands) {
                if (std::ranges::find(ids, model::WorkflowInstanceId{command.instance}) != ids.end()) {
                    found.insert({command.instance});
                }
            }
            return found;
        });
    }

    void fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                   model::Instant now) override {
        refuse_claimed(host);
        run(StoreOperation::fail_over, [&] {
            std::set<std::int64_t> claimed;
            for (const auto& row : rows) {
                const auto found = tables_.instances.find(row.id.value);
                const bool same = found != tables_.instances.end() && may_be_taken(found->second.row, host) &&
                                  found->second.row.state == row.state;
                if (!same || claimed_before_.contains(row.id.value) || !claimed.insert(row.id.value).second) {
                    throw Failure(ErrorKind::conflict, "the rows changed since they were read");
                }
            }
            claimed_before_.insert(claimed.begin(), claimed.end());
            plan_tasks(claimed);
            for (const auto id : claimed) plan_claim(id);
            for (const auto id : claimed) plan_command(tables_.instances.at(id), std::nullopt, now);
        });
    }

    void repair(std::span<const store::StrandedRow> rows, model::Instant now) override {
        run(StoreOperation::repair, [&] {
            std::map<std::int64_t, int> old_states;
            for (const auto& stranded : rows) {
                const auto found = tables_.instances.find(stranded.row.id.value);
                const bool same = found != tables_.instances.end() && bears_mark(found->second.row);
                if (!same || !old_states.emplace(stranded.row.id.value, stranded.old_state).second) {
                    throw Failure(ErrorKind::conflict, "the rows changed since they were read");
                }
            }
            for (const auto& [id, state] : old_states) plan_command(tables_.instances.at(id), state, now);
        });
    }

    void record(std::span<const model::JournalEntry> entries) override {
        run(StoreOperation::record, [&] {
            if (!entries.empty() && !tables_.journal.exist) {
                throw Failure(ErrorKind::permanent, "there is no table ds_reconciler_journal");
            }
            for (const auto& entry : entries) {
                if (entry.zone && !tables_.journal.additions_exist)
                    throw Failure(ErrorKind::permanent, "there is no column ds_reconciler_journal.zone");
                if (!has_command(entry.instance.value)) {
                    throw Failure(ErrorKind::conflict, "a row to journal has no recovery command");
                }
                const auto same_loss = [&](const model::JournalEntry& other) { return loss(other) == loss(entry); };
                if (std::ranges::any_of(tables_.journal.entries, same_loss) ||
                    std::ranges::any_of(recorded_, same_loss)) {
                    throw Failure(ErrorKind::conflict, "the journal already contains an entry for this loss");
                }
                recorded_.push_back(entry);
            }
            for (const auto& entry : entries) plan_entry(entry);
        });
    }

    void commit() override {
        if (stage_ == Stage::failed) throw Failure(ErrorKind::retry, "the failover transaction had failed before");
        if (stage_ == Stage::done) throw std::logic_error("this failover transaction was committed already");
        stage_ = Stage::failed;
        require_time();
        store_.step(StoreOperation::commit, [&] {
            if (guard_ && !store_.registry->leads(*guard_))
                throw Failure(ErrorKind::retry, "another replica leads now; nothing was written");
            if (guard_ && guard_->marker && !store_.registry->markers.contains(guard_->marker->name))
                store_.registry->set_marker(guard_->marker->name, guard_->marker->value);
            for (const auto& effect : effects_) effect();
            store_.writes.insert(store_.writes.end(), planned_.begin(), planned_.end());
            stage_ = Stage::done;
        });
    }

private:
    void require_time() const {
        if (std::chrono::steady_clock::now() - began_ >= limits_.whole)
            throw Failure(ErrorKind::retry, "the failover transaction took too long");
    }

    [[nodiscard]] bool process() const { return tables_.facts.generation == model::Generation::process; }

    [[nodiscard]] bool may_be_taken(const model::WorkflowInstance& row, const model::MasterAddress& host) const {
        return row.host == host.text && is_one_of(model::failover_states(tables_.facts.generation), row.state);
    }

    [[nodiscard]] bool bears_mark(const model::WorkflowInstance& row) const {
        if (!process()) return row.state == model::state::failover;
        return row.host == model::claimed_host_text &&
               is_one_of(model::failover_states(tables_.facts.generation), row.state);
    }

    /// Locks those of ids that are `wanted` and shows them.
    template <typename Wanted>
    std::vector<model::WorkflowInstance> take(std::span<const model::WorkflowInstanceId> ids, Wanted&& wanted) {
        std::vector<model::WorkflowInstance> rows;
        for (const auto id : std::set<model::WorkflowInstanceId>(ids.begin(), ids.end())) {
            const auto found = tables_.instances.find(id.value);
            if (found == tables_.instances.end() || !wanted(found->second.row)) continue;
            if (tables_.locked.contains(id.value) && !mine_.contains(id.value)) {
                throw Failure(ErrorKind::retry, "another transaction holds the rows");
            }
            rows.push_back(store_.shown(found->second));
            rows.back().command_pending = false;
        }
        for (const auto& row : rows) {
            tables_.locked.insert(row.id.value);
            mine_.insert(row.id.value);
        }
        return rows;
    }

    [[nodiscard]] bool has_command(std::int64_t instance) const {
        return std::ranges::any_of(planned_,
                                   [&](const FakeWrite& planned) {
                                       return planned.kind == FakeWrite::Kind::command && planned.id == instance;
                                   }) ||
               std::ranges::any_of(tables_.commands,
                                   [&](const FakeCommand& command) { return command.instance == instance; });
    }

    void plan_entry(const model::JournalEntry& entry) {
        write({FakeWrite::Kind::journal, entry.instance.value, std::string(name(entry.kind))},
              [this, made = entry]() mutable {
                  made.number = ++tables_.journal.last_entry;
                  std::int64_t newest = 0;
                  for (const FakeCommand& command : tables_.commands) {
                      if (command.instance == made.instance.value) newest = std::max(newest, command.id);
                  }
                  made.command = newest;
                  tables_.journal.entries.push_back(made);
              });
    }

    void write(FakeWrite planned, std::function<void()> effect) {
        planned_.push_back(std::move(planned));
        effects_.push_back(std::move(effect));
    }

    void plan_tasks(const std::set<std::int64_t>& instances) {
        if (!tables_.facts.marks_tasks()) return;
        const auto finished = store::finished_task_states(tables_.facts);
        for (auto& [id, task] : tables_.tasks) {
            if (!instances.contains(task.task.workflow_instance.value) || task.flag != 1) continue;
            if (is_one_of(finished, task.state)) continue;
            write({FakeWrite::Kind::task, id, "8"}, [&changed = task] { changed.state = 8; });
        }
    }

    void plan_claim(std::int64_t id) {
        model::WorkflowInstance& row = tables_.instances.at(id).row;
        if (process()) {
            write({FakeWrite::Kind::claim, id, model::claimed_host_text},
                  [&row] { row.host = model::claimed_host_text; });
        } else {
            write({FakeWrite::Kind::claim, id, "18"}, [&row] { row.state = model::state::failover; });
        }
    }

    /// Without old_state the row's own goes into the command.
    void plan_command(const FakeInstance& instance, std::optional<int> old_state, model::Instant now) {
        const model::WorkflowInstance& row = instance.row;
        const model::SchemaFacts& facts = tables_.facts;
        const auto name = [&](const char* brace) { return store::in_schema(brace, facts); };
        const std::string wall = tables_.zone.wall(now);
        FakeCommand command{0, row.id.value, {}};
        command.columns = {{"command_type", "2"},
                           {name("{definition_code}"), std::to_string(row.definition_code)},
                           {name("{definition_version}"), std::to_string(row.definition_version)},
                           {name("{instance_id}"), std::to_string(row.id.value)},
                           {"task_depend_type", "2"},
                           {"failure_strategy", "1"},
                           {"update_time", wall},
                           {"dry_run", "0"}};
        if (process()) {
            const auto schedule = tables_.schedules.find(row.definition_code);
            command.columns["executor_id"] = std::to_string(instance.executor_id);
            command.columns["start_time"] = wall;
            if (facts.state_history) {
                command.columns["process_instance_priority"] = std::to_string(instance.priority.value_or(2));
            }
            command.columns["command_param"] = store::process_command_param(
                row.id.value, store::hands_on_start_params(facts) ? instance.command_param : std::nullopt,
                schedule == tables_.schedules.end() ? std::nullopt : std::optional(schedule->second));
        } else {
            command.columns["executor_id"] = "0";
            command.columns["command_param"] =
                store::workflow_command_param(old_state.value_or(row.state.value_or(-1)));
        }
        if (facts.test_flag) command.columns["test_flag"] = "0";
        write({FakeWrite::Kind::command, row.id.value, command.columns["command_param"]},
              [this, command = std::move(command)]() mutable {
                  command.id = ++tables_.last_command_id;
                  tables_.commands.push_back(command);
              });
    }

    void release() {
        for (const auto id : mine_) tables_.locked.erase(id);
        mine_.clear();
        if (guard_) store_.registry->leave_guard(*guard_, transaction_name_);
        guard_.reset();
    }

    FakeWorkflowStore& store_;
    FakeTables& tables_;
    store::FailoverLimits limits_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::set<std::int64_t> mine_;
    std::optional<model::TransactionGuard> guard_;
    const std::string transaction_name_ = "a transaction of " + std::to_string(reinterpret_cast<std::uintptr_t>(this));
    std::set<std::int64_t> claimed_before_;
    std::vector<model::JournalEntry> recorded_;
    std::vector<FakeWrite> planned_;
    std::vector<std::function<void()>> effects_;
    Stage stage_ = Stage::open;
};

std::unique_ptr<store::FailoverTransaction> FakeWorkflowStore::begin_failover(const store::FailoverLimits& limits) {
    refuse_while_open();
    return std::make_unique<Transaction>(*this, limits);
}

}  // namespace dsr::fakes
