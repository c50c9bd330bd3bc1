// SPDX-License-Identifier: Apache-2.0
// The WorkflowStore port over Instances: pages are made when they are asked for, and what a statement takes is added to
// the virtual clock. Schema 3.4. What a sweep over such a cluster never asks throws std::logic_error.
#pragma once

#include "simulate/instances.hpp"
#include "store/workflow_store.hpp"

namespace dsr::simulate {

class SimulatedStore final : public store::WorkflowStore {
public:
    /// Both outlive it.
    SimulatedStore(Instances& instances, Meter& meter) : instances_(instances), meter_(meter) {}

    void ping() override { meter_.read(1); }
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
    [[nodiscard]] std::optional<std::int64_t> newest_registry_stamp() override { return std::nullopt; }
    [[nodiscard]] model::DatabaseSessions client_sessions() override { return {}; }
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

private:
    Instances& instances_;
    Meter& meter_;
    std::int64_t started_ = 0;  ///< workflows that came since the begin
};

}  // namespace dsr::simulate
