// SPDX-License-Identifier: Apache-2.0
// DolphinScheduler's database in memory, for tests of what stands on the WorkflowStore port. FakeTables is what the
// tables hold; any number of FakeWorkflowStore clients look at it. The same contract suite runs on it and on the real
// ones (tests/contract/workflow_store_*.cpp). Thread: one at a time for the tables and all their clients.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_registry.hpp"
#include "journal/journal.hpp"
#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/persisted_state.hpp"
#include "model/shadow_entry.hpp"
#include "store/command_param.hpp"
#include "store/workflow_store.hpp"

namespace dsr::fakes {

struct FakeInstance {
    model::WorkflowInstance row;  ///< command_pending and definition_exists are filled when it is read
    std::optional<std::string> command_param;
    int executor_id = 5;
    std::optional<int> priority = 2;
    /// For newest_start_time, new_rows and times_of; the ownership time is the row's own affair.
    std::optional<std::string> start_time;
    std::optional<std::string> restart_time{};   ///< for new_rows and times_of
    std::optional<std::string> state_history{};  ///< the same
    std::optional<std::string> end_time{};       ///< the same
};

struct FakeTask {
    model::TaskInstance task;
    std::optional<int> state = 1;  ///< instead of the task's, which cannot be NULL
    int flag = 1;
    std::optional<model::Instant> submitted_at;
    std::optional<model::Instant> ended_at;
    std::string name{};  ///< this and the next two for running_tasks
    std::optional<model::Instant> started_at{};
    std::string app_link{};
};

/// A row of t_ds_command as it was inserted: columns and values, those left to the schema's defaults not among them.
struct FakeCommand {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    std::map<std::string, std::string> columns;
};

/// A row of t_ds_serial_command.
struct FakeSerialCommand {
    std::int64_t id = 0;
    std::int64_t definition_code = 9001;
    int definition_version = 1;
    std::int64_t instance = 0;
    int state = 0;  ///< 1: launched
};

/// A row of t_ds_error_command.
struct FakeErrorCommand {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    int command_type = 2;
    std::optional<std::string> command_param;
    std::string message;
    std::optional<model::Instant> updated_at{};
};

/// What the journal's tables hold.
struct FakeJournalTables {
    bool exist = true;
    std::vector<model::JournalEntry> entries;  ///< by number
    std::vector<model::ControlNote> notes;     ///< the same
    std::optional<model::PersistedState> persisted;
    std::string identity;                      ///< what the database is called
    std::optional<journal::StateOwner> owner;  ///< of `persisted`
    std::string persisted_zone;                ///< the zone that `persisted` speaks of
    std::int64_t last_entry = 0;
    std::int64_t last_note = 0;
    bool additions_exist = true;             ///< false: as version 0.1.0 made them
    bool shadow_exists = true;               ///< false: as made by a version that knew no shadow mode
    std::vector<model::ShadowEntry> shadow;  ///< by number
    std::int64_t last_shadow = 0;
};

struct FakeAlert {
    store::AlertRow row;
    model::Instant created_at;
    int status = 0;
};

/// What the tables hold. Tests set it directly.
struct FakeTables {
    model::SchemaFacts facts;
    model::Zone zone{"UTC"};
    std::map<std::int64_t, FakeInstance> instances;
    std::map<std::int64_t, FakeTask> tasks;
    std::vector<FakeCommand> commands;
    std::vector<FakeSerialCommand> serial_commands;  ///< ascending; never touched by a store
    std::string queues_unread;                       ///< what queues() tells that it could not read
    std::map<std::int64_t, std::int64_t> parents;    ///< of sub-workflow instances
    std::vector<FakeErrorCommand> error_commands;    ///< never touched by a store
    FakeJournalTables journal;
    std::optional<model::Instant> now;           ///< the database's clock; without it the machine's
    std::optional<std::int64_t> registry_stamp;  ///< of a JDBC registry in this database
    std::vector<FakeAlert> alerts;
    std::set<std::pair<std::int64_t, int>> definitions;  ///< code and version
    bool all_definitions_exist = true;                   ///< whatever `definitions` holds
    std::map<std::int64_t, model::Project> projects;     ///< by definition code
    std::map<std::int64_t, store::Schedule> schedules;   ///< by definition code
    std::set<std::int64_t> locked;                       ///< instances that an open transaction, or a test, holds
    std::int64_t last_command_id = 0;

    /// A row with its definition; ids are the row's.
    FakeInstance& add(model::WorkflowInstance row);
    void add_command(std::int64_t instance);
};

enum class StoreOperation {
    ping,
    inspect,
    newest_start_time,
    new_rows,
    unfinished_after,
    read,
    unfinished_tasks,
    names_host,
    clock,
    client_sessions,
    task_activity_since,
    task_activity_of,
    parents_of,
    error_commands,
    queues,
    running_tasks,
    projects_of,
    times_of,
    begin_failover,
    enter,
    lock,
    with_command,
    fail_over,
    lock_claimed,
    repair,
    record,
    commit,
    insert_alert,
};
enum class StoreMoment { before, after };

/// One write that was committed.
struct FakeWrite {
    enum class Kind { task, claim, command, journal, alert };
    Kind kind = Kind::claim;
    std::int64_t id = 0;  ///< of the task, the instance, the command's or the entry's instance; 0 for an alert
    std::string text;     ///< the state or host written, the command's parameter, the entry's kind, the alert's content
    bool operator==(const FakeWrite&) const = default;
};

class FakeWorkflowStore final : public store::WorkflowStore {
public:
    explicit FakeWorkflowStore(std::shared_ptr<FakeTables> tables) : tables_(std::move(tables)) {}

    /// Called around each operation, those of the transaction too. What it throws goes to the caller: before = nothing
    /// was done, after = done, but the answer is lost. A transaction that saw a throw is over, unless that was after
    /// commit.
    std::function<void(StoreOperation, StoreMoment)> hook;
    /// What was committed by this client, in order.
    std::vector<FakeWrite> writes;
    /// The registry that is in this database (FakeCluster::in_database); null: none.
    std::shared_ptr<FakeCluster> registry;
    /// When not empty: the database is out of reach, for this reason.
    std::string out_of_reach;
    /// The sessions at the server, beside our own; empty: it shows none.
    std::function<model::DatabaseSessions()> sessions;
    /// The limits of the last transaction that was begun.
    std::optional<store::FailoverLimits> last_limits{};

    void ping() override;
    [[nodiscard]] model::SchemaFacts inspect() override;
    [[nodiscard]] std::optional<model::Instant> newest_start_time() override;
    [[nodiscard]] model::NewRows new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                          std::size_t limit) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_after(model::WorkflowInstanceId after,
                                                                        std::size_t limit) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> read(std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::TaskInstance> unfinished_tasks(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] bool names_host(const std::string& host) override;
    [[nodiscard]] model::Instant clock() override;
    [[nodiscard]] std::optional<std::int64_t> newest_registry_stamp() override { return tables_->registry_stamp; }
    [[nodiscard]] model::DatabaseSessions client_sessions() override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_since(
        const store::Losses& losses) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_of(
        std::span<const model::WorkflowInstanceId> ids, model::Instant since) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, store::ErrorCommand> error_commands(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] model::QueuesRead queues(std::size_t max_serial, std::size_t max_commands) override;
    [[nodiscard]] std::vector<model::RunningTask> running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                                std::size_t limit) override;
    [[nodiscard]] std::map<std::int64_t, model::Project> projects_of(
        std::span<const std::int64_t> definition_codes) override;
    [[nodiscard]] std::optional<store::InstanceTimes> times_of(model::WorkflowInstanceId id) override;
    [[nodiscard]] std::unique_ptr<store::FailoverTransaction> begin_failover(
        const store::FailoverLimits& limits) override;
    bool insert_alert(const store::AlertRow& alert, model::Instant now, model::Milliseconds suppress) override;

    /// Whether a transaction of this client is open, in which only that may be used.
    [[nodiscard]] bool transaction_open() const { return transaction_open_; }

private:
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> activity_since(model::Instant since) const;
    class Transaction;

    template <typename Work>
    auto step(StoreOperation operation, Work&& work);
    void refuse_while_open() const;
    [[nodiscard]] model::WorkflowInstance shown(const FakeInstance& instance) const;

    std::shared_ptr<FakeTables> tables_;
    bool transaction_open_ = false;
};

}  // namespace dsr::fakes
