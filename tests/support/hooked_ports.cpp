// SPDX-License-Identifier: Apache-2.0
#include "support/hooked_ports.hpp"

#include <type_traits>
#include <utility>

#include "model/failure.hpp"

namespace dsr::test {

using model::ErrorKind;
using model::Failure;

namespace {

template <typename Work>
auto around(const PortHook& hook, std::string_view operation, Work&& work) {
    hook(operation, Moment::before);
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        hook(operation, Moment::after);
    } else {
        auto result = work();
        hook(operation, Moment::after);
        return result;
    }
}

void told(const PortHook& hook, std::string_view operation, Moment moment) noexcept {
    try {
        hook(operation, moment);
    } catch (...) {  // NOLINT(bugprone-empty-catch): by contract; the next operation tells
    }
}

class HookedLock final : public registry::HeldLock {
public:
    HookedLock(std::unique_ptr<registry::HeldLock> inner, const PortHook& hook)
        : inner_(std::move(inner)), hook_(hook) {}
    ~HookedLock() override {
        told(hook_, "registry.release", Moment::before);
        inner_.reset();
        told(hook_, "registry.release", Moment::after);
    }
    HookedLock(const HookedLock&) = delete;
    HookedLock& operator=(const HookedLock&) = delete;

    [[nodiscard]] bool still_held() override {
        try {
            return around(hook_, "registry.still_held", [&] { return inner_->still_held(); });
        } catch (const Failure&) {
            return false;
        }
    }
    [[nodiscard]] registry::Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        return around(hook_, "registry.fence", [&] { return inner_->fence(dead, value); });
    }

private:
    std::unique_ptr<registry::HeldLock> inner_;
    const PortHook& hook_;
};

class HookedTransaction final : public store::FailoverTransaction {
public:
    HookedTransaction(std::unique_ptr<store::FailoverTransaction> inner, const PortHook& hook)
        : inner_(std::move(inner)), hook_(hook) {}
    ~HookedTransaction() override {
        told(hook_, "store.end_failover", Moment::before);
        inner_.reset();
        told(hook_, "store.end_failover", Moment::after);
    }
    HookedTransaction(const HookedTransaction&) = delete;
    HookedTransaction& operator=(const HookedTransaction&) = delete;

    [[nodiscard]] std::optional<store::LimitsInForce> limits() const override { return inner_->limits(); }
    [[nodiscard]] std::vector<model::WorkflowInstance> lock(std::span<const model::WorkflowInstanceId> ids,
                                                            const model::MasterAddress& host) override {
        return around(hook_, "store.lock", [&] { return inner_->lock(ids, host); });
    }
    [[nodiscard]] std::set<model::WorkflowInstanceId> with_command(
        std::span<const model::WorkflowInstanceId> ids) override {
        return around(hook_, "store.with_command", [&] { return inner_->with_command(ids); });
    }
    void fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                   model::Instant now) override {
        around(hook_, "store.fail_over", [&] { inner_->fail_over(rows, host, now); });
    }
    [[nodiscard]] std::vector<model::WorkflowInstance> lock_claimed(
        std::span<const model::WorkflowInstanceId> ids) override {
        return around(hook_, "store.lock_claimed", [&] { return inner_->lock_claimed(ids); });
    }
    void repair(std::span<const store::StrandedRow> rows, model::Instant now) override {
        around(hook_, "store.repair", [&] { inner_->repair(rows, now); });
    }
    void record(std::span<const model::JournalEntry> entries) override {
        around(hook_, "store.record", [&] { inner_->record(entries); });
    }
    void commit() override {
        around(hook_, "store.commit", [&] { inner_->commit(); });
    }

private:
    std::unique_ptr<store::FailoverTransaction> inner_;
    const PortHook& hook_;
};

}  // namespace

model::RegistryView HookedRegistry::observe() {
    return look([&] { return inner_.observe(); });
}

model::RegistryView HookedRegistry::observe_cached() {
    return look([&] { return inner_.observe_cached(); });
}

model::RegistryView HookedRegistry::look(const std::function<model::RegistryView()>& inner) {
    try {
        return around(hook_, "registry.observe", inner);
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent) throw;
        model::RegistryView view;
        view.why_not_fresh = failure.what();
        view.taken_at = now_();
        return view;
    }
}

std::optional<model::LiveMaster> HookedRegistry::registered(const model::MasterAddress& address) {
    return around(hook_, "registry.registered", [&] { return inner_.registered(address); });
}

std::size_t HookedRegistry::live_master_count() {
    return around(hook_, "registry.live_master_count", [&] { return inner_.live_master_count(); });
}

std::optional<std::vector<std::string>> HookedRegistry::marker_names() {
    return around(hook_, "registry.marker_names", [&] { return inner_.marker_names(); });
}

registry::LockAttempt HookedRegistry::hooked(registry::LockAttempt attempt) const {
    if (attempt.lock) attempt.lock = std::make_unique<HookedLock>(std::move(attempt.lock), hook_);
    return attempt;
}

registry::LockAttempt HookedRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                              const registry::LeakProof& leaked) {
    return around(hook_, "registry.acquire",
                  [&] { return hooked(inner_.acquire(path, wait, std::move(stop), leaked)); });
}

registry::LockAttempt HookedRegistry::acquire_own(const std::string& name, model::Milliseconds wait,
                                                  std::stop_token stop) {
    return around(hook_, "registry.acquire_own",
                  [&] { return hooked(inner_.acquire_own(name, wait, std::move(stop))); });
}

registry::Leadership HookedRegistry::lead() {
    return around(hook_, "registry.lead", [&] { return inner_.lead(); });
}

registry::Leadership HookedRegistry::leadership() {
    return around(hook_, "registry.leadership", [&] { return inner_.leadership(); });
}

void HookedRegistry::resign() {
    told(hook_, "registry.resign", Moment::before);
    inner_.resign();
    told(hook_, "registry.resign", Moment::after);
}

std::vector<registry::MarkerRemoval> HookedRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    return around(hook_, "registry.remove_markers", [&] { return inner_.remove_markers(markers); });
}

void HookedStore::ping() {
    around(hook_, "store.ping", [&] { inner_.ping(); });
}
model::SchemaFacts HookedStore::inspect() {
    return around(hook_, "store.inspect", [&] { return inner_.inspect(); });
}
std::optional<model::Instant> HookedStore::newest_start_time() {
    return around(hook_, "store.newest_start_time", [&] { return inner_.newest_start_time(); });
}
model::NewRows HookedStore::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                     std::size_t limit) {
    return around(hook_, "store.new_rows", [&] { return inner_.new_rows(after_instance, after_task, limit); });
}
std::vector<model::WorkflowInstance> HookedStore::unfinished_after(model::WorkflowInstanceId after, std::size_t limit) {
    return around(hook_, "store.unfinished_after", [&] { return inner_.unfinished_after(after, limit); });
}
std::vector<model::WorkflowInstance> HookedStore::read(std::span<const model::WorkflowInstanceId> ids) {
    return around(hook_, "store.read", [&] { return inner_.read(ids); });
}
std::vector<model::TaskInstance> HookedStore::unfinished_tasks(std::span<const model::WorkflowInstanceId> ids) {
    return around(hook_, "store.unfinished_tasks", [&] { return inner_.unfinished_tasks(ids); });
}
bool HookedStore::names_host(const std::string& host) {
    return around(hook_, "store.names_host", [&] { return inner_.names_host(host); });
}
model::Instant HookedStore::clock() {
    return around(hook_, "store.clock", [&] { return inner_.clock(); });
}
std::map<model::WorkflowInstanceId, model::Instant> HookedStore::task_activity_since(const store::Losses& losses) {
    return around(hook_, "store.task_activity_since", [&] { return inner_.task_activity_since(losses); });
}
std::map<model::WorkflowInstanceId, model::Instant> HookedStore::task_activity_of(
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    return around(hook_, "store.task_activity_of", [&] { return inner_.task_activity_of(ids, since); });
}
std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> HookedStore::parents_of(
    std::span<const model::WorkflowInstanceId> ids) {
    return around(hook_, "store.parents_of", [&] { return inner_.parents_of(ids); });
}

std::map<model::WorkflowInstanceId, store::ErrorCommand> HookedStore::error_commands(
    std::span<const model::WorkflowInstanceId> ids) {
    return around(hook_, "store.error_commands", [&] { return inner_.error_commands(ids); });
}
model::QueuesRead HookedStore::queues(std::size_t max_serial, std::size_t max_commands) {
    return around(hook_, "store.queues", [&] { return inner_.queues(max_serial, max_commands); });
}

std::vector<model::RunningTask> HookedStore::running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                           std::size_t limit) {
    return around(hook_, "store.running_tasks", [&] { return inner_.running_tasks(ids, limit); });
}
std::map<std::int64_t, model::Project> HookedStore::projects_of(std::span<const std::int64_t> definition_codes) {
    return around(hook_, "store.projects_of", [&] { return inner_.projects_of(definition_codes); });
}
std::optional<store::InstanceTimes> HookedStore::times_of(model::WorkflowInstanceId id) {
    return around(hook_, "store.times_of", [&] { return inner_.times_of(id); });
}
std::unique_ptr<store::FailoverTransaction> HookedStore::begin_failover(const store::FailoverLimits& limits) {
    return around(hook_, "store.begin_failover", [&]() -> std::unique_ptr<store::FailoverTransaction> {
        return std::make_unique<HookedTransaction>(inner_.begin_failover(limits), hook_);
    });
}
bool HookedStore::insert_alert(const store::AlertRow& alert, model::Instant now, model::Milliseconds suppress) {
    return around(hook_, "store.insert_alert", [&] { return inner_.insert_alert(alert, now, suppress); });
}

journal::JournalState HookedJournal::inspect() {
    return around(hook_, "journal.inspect", [&] { return inner_.inspect(); });
}
void HookedJournal::create() {
    around(hook_, "journal.create", [&] { inner_.create(); });
}
std::optional<model::PersistedState> HookedJournal::load_state() {
    return around(hook_, "journal.load_state", [&] { return inner_.load_state(); });
}
void HookedJournal::save_state(const model::PersistedState& learnt, model::Instant now) {
    around(hook_, "journal.save_state", [&] { inner_.save_state(learnt, now); });
}
void HookedJournal::touch() {
    around(hook_, "journal.touch", [&] { inner_.touch(); });
}
std::string HookedJournal::identity() {
    return around(hook_, "journal.identity", [&] { return inner_.identity(); });
}
void HookedJournal::identify(const std::string& identity, model::Instant now) {
    around(hook_, "journal.identify", [&] { inner_.identify(identity, now); });
}
model::Control HookedJournal::control() {
    return around(hook_, "journal.control", [&] { return inner_.control(); });
}
void HookedJournal::note(const model::ControlNote& note) {
    around(hook_, "journal.note", [&] { inner_.note(note); });
}
std::map<model::WorkflowInstanceId, journal::InstanceHistory> HookedJournal::history_of(
    std::span<const model::WorkflowInstanceId> ids) {
    return around(hook_, "journal.history_of", [&] { return inner_.history_of(ids); });
}
std::vector<model::JournalEntry> HookedJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    return around(hook_, "journal.unconfirmed", [&] { return inner_.unconfirmed(after, limit); });
}
void HookedJournal::confirm(std::span<const model::JournalEntry> entries) {
    around(hook_, "journal.confirm", [&] { inner_.confirm(entries); });
}
std::vector<model::JournalEntry> HookedJournal::entries(std::optional<model::WorkflowInstanceId> instance,
                                                        std::size_t limit) {
    return around(hook_, "journal.entries", [&] { return inner_.entries(instance, limit); });
}
std::vector<model::ControlNote> HookedJournal::notes(std::size_t limit) {
    return around(hook_, "journal.notes", [&] { return inner_.notes(limit); });
}

std::optional<model::JournalEntry> HookedJournal::entry(std::int64_t number) {
    return around(hook_, "journal.entry", [&] { return inner_.entry(number); });
}

std::vector<model::ControlNote> HookedJournal::open_releases() {
    return around(hook_, "journal.open_releases", [&] { return inner_.open_releases(); });
}

void HookedJournal::settle_releases(std::span<const model::ControlNote> releases) {
    around(hook_, "journal.settle_releases", [&] { inner_.settle_releases(releases); });
}
std::size_t HookedJournal::purge(model::Instant before, std::size_t most) {
    return around(hook_, "journal.purge", [&] { return inner_.purge(before, most); });
}
std::uint64_t HookedJournal::size() {
    return around(hook_, "journal.size", [&] { return inner_.size(); });
}
std::vector<model::ShadowEntry> HookedJournal::note_shadow(std::span<const model::ShadowEntry> entries) {
    return around(hook_, "journal.note_shadow", [&] { return inner_.note_shadow(entries); });
}
std::vector<model::ShadowEntry> HookedJournal::unsettled_shadow(std::int64_t after, std::size_t limit) {
    return around(hook_, "journal.unsettled_shadow", [&] { return inner_.unsettled_shadow(after, limit); });
}
void HookedJournal::compare_shadow(std::span<const model::ShadowEntry> entries) {
    around(hook_, "journal.compare_shadow", [&] { inner_.compare_shadow(entries); });
}
model::ComparisonCounts HookedJournal::shadow_counts() {
    return around(hook_, "journal.shadow_counts", [&] { return inner_.shadow_counts(); });
}
std::vector<model::ShadowEntry> HookedJournal::shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                              std::size_t limit) {
    return around(hook_, "journal.shadow_entries", [&] { return inner_.shadow_entries(instance, limit); });
}
std::size_t HookedJournal::purge_shadow(model::Instant before, std::size_t most) {
    return around(hook_, "journal.purge_shadow", [&] { return inner_.purge_shadow(before, most); });
}

std::vector<worker::KillAnswer> HookedKiller::kill(worker::KillMessageTypes types,
                                                   std::span<const worker::KillRequest> requests,
                                                   model::Milliseconds wait, std::stop_token stop) {
    hook_("killer.kill", Moment::before);
    auto answers = inner_.kill(types, requests, wait, std::move(stop));
    hook_("killer.kill", Moment::after);
    return answers;
}

}  // namespace dsr::test
