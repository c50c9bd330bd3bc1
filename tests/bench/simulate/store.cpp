// SPDX-License-Identifier: Apache-2.0
#include "simulate/store.hpp"

#include <algorithm>
#include <stdexcept>

#include "support/builders.hpp"

namespace dsr::simulate {

using namespace model;

namespace {

using Ids = std::span<const WorkflowInstanceId>;

class Transaction final : public store::FailoverTransaction {
public:
    Transaction(Instances& instances, Meter& meter) : instances_(instances), meter_(meter) { meter_.read(1); }

    [[nodiscard]] std::optional<store::LimitsInForce> limits() const override { return std::nullopt; }
    [[nodiscard]] std::vector<WorkflowInstance> lock(Ids ids, const MasterAddress& host) override {
        meter_.read(2);
        std::vector<WorkflowInstance> rows;
        rows.reserve(ids.size());
        for (const auto id : ids) {
            auto row = instances_.row(id.value);
            if (row.host == host.text && row.state == state::running_execution) rows.push_back(std::move(row));
        }
        return rows;
    }
    [[nodiscard]] std::set<WorkflowInstanceId> with_command(Ids ids) override {
        meter_.read(1);
        std::set<WorkflowInstanceId> pending;
        for (const auto id : ids) {
            if (instances_.row(id.value).command_pending) pending.insert(id);
        }
        return pending;
    }
    void fail_over(std::span<const WorkflowInstance> rows, const MasterAddress&, Instant) override {
        meter_.read(3);
        for (const auto& row : rows) ids_.push_back(row.id.value);
    }
    void record(std::span<const JournalEntry> entries) override {
        meter_.read(1);
        sweep_ = entries.front().sweep;
    }
    void commit() override {
        meter_.batch(ids_.size());
        meter_.read(1);
        instances_.fail_over(ids_);
        instances_.note_sweep(sweep_);
    }
    [[nodiscard]] std::vector<WorkflowInstance> lock_claimed(Ids) override { not_simulated("a repair"); }
    void repair(std::span<const store::StrandedRow>, Instant) override { not_simulated("a repair"); }

private:
    Instances& instances_;
    Meter& meter_;
    std::vector<std::int64_t> ids_;
    std::string sweep_;
};

}  // namespace

SchemaFacts SimulatedStore::inspect() {
    meter_.read(2);
    return test::schema_3_4();
}

std::optional<Instant> SimulatedStore::newest_start_time() {
    meter_.read(1);
    return meter_.now() - std::chrono::seconds{1};
}

std::vector<WorkflowInstance> SimulatedStore::unfinished_after(WorkflowInstanceId after, std::size_t limit) {
    std::vector<WorkflowInstance> page;
    page.reserve(limit);
    const auto last = static_cast<std::int64_t>(instances_.size());
    for (auto id = after.value + 1; id <= last && page.size() < limit; ++id) page.push_back(instances_.row(id));
    meter_.page(page.size());
    return page;
}

std::vector<WorkflowInstance> SimulatedStore::read(Ids ids) {
    meter_.read(1, ids.size());
    std::vector<WorkflowInstance> rows;
    rows.reserve(ids.size());
    for (const auto id : ids) rows.push_back(instances_.row(id.value));
    return rows;
}

NewRows SimulatedStore::new_rows(WorkflowInstanceId after, TaskInstanceId, std::size_t limit) {
    NewRows found;
    const auto last = static_cast<std::int64_t>(instances_.size());
    for (auto id = std::max(after.value, last - static_cast<std::int64_t>(limit)) + 1; id <= last; ++id) {
        const auto row = instances_.row(id);
        auto& one = found.instances.emplace_back(NewInstance{row.id, row.host});
        one.times.fill(row.ownership.latest);
    }
    // Each master that is back starts a workflow between two sweeps, which proves its time zone; it ends at once.
    for (const auto& loss : instances_.losses()) {
        const auto started = meter_.now() - std::chrono::seconds{1};
        if (!loss.back || *loss.back >= started) continue;
        auto& one = found.instances.emplace_back(NewInstance{{last + ++started_}, Instances::address(loss.master)});
        one.times.fill(started);
    }
    meter_.read(4, found.instances.size());
    return found;
}

std::vector<TaskInstance> SimulatedStore::unfinished_tasks(Ids) {
    not_simulated("marking tasks");
}

bool SimulatedStore::names_host(const std::string&) {
    not_simulated("removing a marker without an incarnation");
}

Instant SimulatedStore::clock() {
    meter_.read(1);
    return meter_.now();
}

std::map<WorkflowInstanceId, Instant> SimulatedStore::task_activity_since(const store::Losses&) {
    meter_.read(1);
    return {};
}

std::map<WorkflowInstanceId, Instant> SimulatedStore::task_activity_of(Ids ids, Instant) {
    meter_.read(ids.size());
    return {};
}

std::map<WorkflowInstanceId, WorkflowInstanceId> SimulatedStore::parents_of(Ids) {
    not_simulated("a sub-workflow");
}

std::map<WorkflowInstanceId, store::ErrorCommand> SimulatedStore::error_commands(Ids) {
    meter_.read(1);
    return {};
}

QueuesRead SimulatedStore::queues(std::size_t, std::size_t) {
    meter_.read(0);
    return {};
}

std::vector<RunningTask> SimulatedStore::running_tasks(Ids, std::size_t) {
    not_simulated("impact");
}

std::map<std::int64_t, Project> SimulatedStore::projects_of(std::span<const std::int64_t>) {
    not_simulated("impact");
}

std::optional<store::InstanceTimes> SimulatedStore::times_of(WorkflowInstanceId) {
    not_simulated("explain");
}

std::unique_ptr<store::FailoverTransaction> SimulatedStore::begin_failover(const store::FailoverLimits&) {
    return std::make_unique<Transaction>(instances_, meter_);
}

bool SimulatedStore::insert_alert(const store::AlertRow&, Instant, Milliseconds) {
    not_simulated("an alert in the table");
}

}  // namespace dsr::simulate
