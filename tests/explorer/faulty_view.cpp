// SPDX-License-Identifier: Apache-2.0
#include "explorer/faulty_view.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fakes/fake_registry.hpp"

namespace dsr::explorer {

namespace {

void blind(std::vector<model::WorkflowInstance>& rows, const FaultyView& faulty_view, FirstChanges& first_changes) {
    for (auto& row : rows) {
        auto& owned = row.ownership;
        if (faulty_view.blind_to_history && owned.stamped) owned.earliest = owned.latest = *owned.stamped;
        if (faulty_view.history_owns && owned.changed && *owned.changed > owned.latest)
            owned.earliest = owned.latest = *owned.changed;
        const auto first = first_changes.try_emplace(row.id, owned.changed).first->second;
        if (faulty_view.times_look_finer && owned.stamped && owned.changed == first)
            *owned.stamped += std::chrono::milliseconds{1};
    }
}

class GrantedToAll final : public registry::HeldLock {
public:
    [[nodiscard]] bool still_held() override { return true; }
    [[nodiscard]] registry::Fencing fence(const model::Incarnation&, model::Instant) override {
        return registry::Fencing::fenced;
    }
};

class HeldForEver final : public registry::HeldLock {
public:
    explicit HeldForEver(std::unique_ptr<registry::HeldLock> inner) : inner_(std::move(inner)) {}
    [[nodiscard]] bool still_held() override {
        (void)inner_->still_held();
        return true;
    }
    [[nodiscard]] registry::Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        return inner_->fence(dead, value);
    }
    [[nodiscard]] std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                               std::optional<std::int64_t> judged) override {
        return inner_->guard(host, judged);
    }

private:
    std::unique_ptr<registry::HeldLock> inner_;
};

class FencesLate final : public registry::HeldLock {
public:
    FencesLate(std::unique_ptr<registry::HeldLock> inner, std::optional<FaultyRegistry::LateFence>& late)
        : inner_(std::move(inner)), late_(late) {}
    [[nodiscard]] bool still_held() override { return inner_->still_held(); }
    [[nodiscard]] registry::Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        late_ = {dead, value};
        return registry::Fencing::fenced;
    }
    [[nodiscard]] std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                               std::optional<std::int64_t> judged) override {
        return inner_->guard(host, judged);
    }

private:
    std::unique_ptr<registry::HeldLock> inner_;
    std::optional<FaultyRegistry::LateFence>& late_;
};

class FaultyTransaction final : public test::HookedTransaction {
public:
    FaultyTransaction(std::unique_ptr<store::FailoverTransaction> inner, const test::PortHook& hook,
                      const FaultyView& faulty_view, FirstChanges& first_changes)
        : HookedTransaction(std::move(inner), hook), faulty_view_(faulty_view), first_changes_(first_changes) {}

    [[nodiscard]] Rows lock(Ids ids, const model::MasterAddress& host) override {
        auto rows = HookedTransaction::lock(ids, host);
        blind(rows, faulty_view_, first_changes_);
        return rows;
    }
    [[nodiscard]] std::set<model::WorkflowInstanceId> with_command(Ids ids) override {
        auto found = HookedTransaction::with_command(ids);
        if (faulty_view_.blind_to_commands) found.clear();
        return found;
    }
    void record(std::span<const model::JournalEntry> entries) override {
        if (faulty_view_.journal_forgets) return;
        std::vector<model::JournalEntry> written(entries.begin(), entries.end());
        for (auto& entry : written) {
            if (faulty_view_.entries_have_no_zone) entry.zone.reset();
        }
        HookedTransaction::record(written);
    }

private:
    const FaultyView& faulty_view_;
    FirstChanges& first_changes_;
};

}  // namespace

model::RegistryView FaultyRegistry::lied(model::RegistryView view) const {
    view.taken_at = time_();
    if (faulty_view_.registries_look_alike) view.identity = fakes::FakeCluster().identity;
    for (auto& master : view.masters) {
        if (faulty_view_.nodes_look_newer && master.startup_time)
            master.registered_at = std::max(master.registered_at, *master.startup_time);
    }
    if (!faulty_view_.markers_look_old) return view;
    for (auto& marker : view.markers) {
        if (marker.startup_time) continue;
        marker.startup_time = model::Instant{};
        marker.process_id = 1;
    }
    return view;
}

registry::LockAttempt FaultyRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                              const registry::LeakProof& leaked) {
    const registry::LeakProof anyone = [](const registry::LockHolder&) { return true; };
    auto attempt =
        HookedRegistry::acquire(path, wait, std::move(stop), faulty_view_.every_lock_leaked ? anyone : leaked);
    if (attempt.lock && faulty_view_.locks_look_held)
        attempt.lock = std::make_unique<HeldForEver>(std::move(attempt.lock));
    if (attempt.lock && faulty_view_.fences_come_late)
        attempt.lock = std::make_unique<FencesLate>(std::move(attempt.lock), late_fence_);
    return attempt;
}

registry::LockAttempt FaultyRegistry::acquire_own(const std::string& name, model::Milliseconds wait,
                                                  std::stop_token stop) {
    if (!faulty_view_.mutex_for_everyone) return HookedRegistry::acquire_own(name, wait, std::move(stop));
    registry::LockAttempt granted;
    granted.lock = std::make_unique<GrantedToAll>();
    return granted;
}

registry::Leadership FaultyRegistry::lead() {
    auto line = HookedRegistry::lead();
    line.leads = line.leads || faulty_view_.everyone_leads;
    return line;
}

void FaultyRegistry::resign() {
    if (!faulty_view_.nobody_resigns) HookedRegistry::resign();
}

std::vector<model::WorkflowInstance> FaultyStore::unfinished_after(model::WorkflowInstanceId after, std::size_t limit) {
    auto rows = HookedStore::unfinished_after(after, limit);
    blind(rows, faulty_view_, first_changes_);
    return rows;
}

std::vector<model::WorkflowInstance> FaultyStore::read(std::span<const model::WorkflowInstanceId> ids) {
    auto rows = HookedStore::read(ids);
    blind(rows, faulty_view_, first_changes_);
    return rows;
}

bool FaultyStore::names_host(const std::string& host) {
    return HookedStore::names_host(host) && !faulty_view_.rows_look_unnamed;
}

model::Instant FaultyStore::clock() {
    (void)HookedStore::clock();
    return now_();
}

model::NewRows FaultyStore::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                     std::size_t limit) {
    auto rows = HookedStore::new_rows(after_instance, after_task, limit);
    for (auto& row : rows.instances) {
        for (auto& time : row.times) {
            if (time && faulty_view_.rows_fit_zone) time = now_();
        }
    }
    return rows;
}

std::map<model::WorkflowInstanceId, model::Instant> FaultyStore::task_activity_of(
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    auto active = HookedStore::task_activity_of(ids, since);
    if (faulty_view_.blind_to_new_tasks) active.clear();
    return active;
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> FaultyStore::parents_of(
    std::span<const model::WorkflowInstanceId> ids) {
    auto parents = HookedStore::parents_of(ids);
    if (faulty_view_.blind_to_parents) parents.clear();
    return parents;
}

FaultyStore::Transaction FaultyStore::decorated(Transaction inner) {
    return std::make_unique<FaultyTransaction>(std::move(inner), hook(), faulty_view_, first_changes_);
}

void FaultyJournal::keep(std::span<const model::JournalEntry> entries) {
    for (const auto& entry : entries) kept_[entry.number] = entry;
}

std::map<model::WorkflowInstanceId, journal::InstanceHistory> FaultyJournal::history_of(
    std::span<const model::WorkflowInstanceId> ids) {
    auto histories = HookedJournal::history_of(ids);
    for (auto& [id, history] : histories) {
        keep(history.entries);
        if (!faulty_view_.releases_have_no_terms) continue;
        for (auto& release : history.releases) release.terms.reset();
    }
    for (const auto& [number, entry] : kept_) {
        if (!faulty_view_.entries_stay || std::ranges::find(ids, entry.instance) == ids.end()) continue;
        auto& entries = histories[entry.instance].entries;
        if (std::ranges::find(entries, number, &model::JournalEntry::number) == entries.end())
            entries.insert(entries.begin(), entry);
    }
    return histories;
}

std::vector<model::ControlNote> FaultyJournal::open_releases() {
    return faulty_view_.releases_have_no_terms ? std::vector<model::ControlNote>{} : HookedJournal::open_releases();
}

std::vector<model::JournalEntry> FaultyJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    auto entries = HookedJournal::unconfirmed(after, limit);
    keep(entries);
    return entries;
}

std::optional<model::JournalEntry> FaultyJournal::entry(std::int64_t number) {
    auto found = HookedJournal::entry(number);
    if (found || !faulty_view_.entries_stay || !kept_.contains(number)) return found;
    return kept_.at(number);
}

}  // namespace dsr::explorer
