// SPDX-License-Identifier: Apache-2.0
// A decorator around each port that calls a hook before and after every operation. What the hook throws goes to the
// caller as the port's contract has it: before = nothing was done, after = done, but the answer is lost. Serves the
// fakes and the real stores alike. Thread: as the port behind it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "journal/journal.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "worker/task_killer.hpp"

namespace dsr::test {

enum class Moment { before, after };

/// Called with "registry.acquire", "store.commit" and so on. Around registry.release, registry.resign and
/// store.end_failover (the transaction is destroyed) whatever it throws is swallowed; a Failure around registry.observe
/// makes a view that is out of reach, around registry.still_held it is doubt.
using PortHook = std::function<void(std::string_view operation, Moment moment)>;

/// Runs `work` between the two calls of the hook.
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

/// Calls the hook and swallows what it throws.
inline void told(const PortHook& hook, std::string_view operation, Moment moment) noexcept {
    try {
        hook(operation, moment);
    } catch (...) {  // NOLINT(bugprone-empty-catch): by contract; the next operation tells
    }
}

class HookedRegistry : public registry::Registry {
public:
    /// Both outlive it. `now` dates views that were never had.
    HookedRegistry(registry::Registry& inner, const PortHook& hook, std::function<model::Instant()> now)
        : inner_(inner), hook_(hook), now_(std::move(now)) {}

    [[nodiscard]] model::RegistryView observe() override;
    [[nodiscard]] model::RegistryView observe_cached() override;
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address) override;
    [[nodiscard]] std::size_t live_master_count() override;
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names() override;
    [[nodiscard]] model::Milliseconds session_timeout() override { return inner_.session_timeout(); }
    [[nodiscard]] bool masters_stop_when_cut_off() const override { return inner_.masters_stop_when_cut_off(); }
    [[nodiscard]] bool in_database() const override { return inner_.in_database(); }
    [[nodiscard]] registry::LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                                const registry::LeakProof& leaked) override;
    [[nodiscard]] registry::LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                                    std::stop_token stop) override;
    [[nodiscard]] registry::Leadership lead() override;
    [[nodiscard]] registry::Leadership leadership() override;
    void resign() override;
    std::vector<registry::MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) override;

private:
    registry::LockAttempt hooked(registry::LockAttempt attempt) const;
    model::RegistryView look(const std::function<model::RegistryView()>& inner);

    registry::Registry& inner_;
    const PortHook& hook_;
    std::function<model::Instant()> now_;
};

class HookedTransaction : public store::FailoverTransaction {
public:
    using Ids = std::span<const model::WorkflowInstanceId>;
    using Rows = std::vector<model::WorkflowInstance>;

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
    [[nodiscard]] std::optional<model::GuardRefusal> enter(const model::TransactionGuard& guard) override {
        return around(hook_, "store.enter", [&] { return inner_->enter(guard); });
    }
    [[nodiscard]] Rows lock(Ids ids, const model::MasterAddress& host) override {
        return around(hook_, "store.lock", [&] { return inner_->lock(ids, host); });
    }
    [[nodiscard]] std::set<model::WorkflowInstanceId> with_command(Ids ids) override {
        return around(hook_, "store.with_command", [&] { return inner_->with_command(ids); });
    }
    void fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                   model::Instant now) override {
        around(hook_, "store.fail_over", [&] { inner_->fail_over(rows, host, now); });
    }
    [[nodiscard]] Rows lock_claimed(Ids ids) override {
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

/// The base of every decorator of a store: it overrides what it changes.
class HookedStore : public store::WorkflowStore {
public:
    using Port = store::WorkflowStore;
    using Id = model::WorkflowInstanceId;
    using Ids = std::span<const Id>;
    using Times = std::map<Id, model::Instant>;
    using Transaction = std::unique_ptr<store::FailoverTransaction>;

    HookedStore(Port& inner, const PortHook& hook) : inner_(inner), hook_(hook) {}

    void ping() override { call("store.ping", &Port::ping); }
    [[nodiscard]] model::SchemaFacts inspect() override { return call("store.inspect", &Port::inspect); }
    [[nodiscard]] model::Instant clock() override { return call("store.clock", &Port::clock); }
    [[nodiscard]] std::optional<std::int64_t> newest_registry_stamp() override {
        return call("store.newest_registry_stamp", &Port::newest_registry_stamp);
    }
    [[nodiscard]] model::DatabaseSessions client_sessions() override {
        return call("store.client_sessions", &Port::client_sessions);
    }
    [[nodiscard]] std::optional<model::Instant> newest_start_time() override {
        return call("store.newest_start_time", &Port::newest_start_time);
    }
    [[nodiscard]] model::NewRows new_rows(Id after_instance, model::TaskInstanceId after_task,
                                          std::size_t limit) override {
        return call("store.new_rows", &Port::new_rows, after_instance, after_task, limit);
    }
    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_after(Id after, std::size_t limit) override {
        return call("store.unfinished_after", &Port::unfinished_after, after, limit);
    }
    [[nodiscard]] std::vector<model::WorkflowInstance> read(Ids ids) override {
        return call("store.read", &Port::read, ids);
    }
    [[nodiscard]] std::vector<model::TaskInstance> unfinished_tasks(Ids ids) override {
        return call("store.unfinished_tasks", &Port::unfinished_tasks, ids);
    }
    [[nodiscard]] bool names_host(const std::string& host) override {
        return call("store.names_host", &Port::names_host, host);
    }
    [[nodiscard]] Times task_activity_since(const store::Losses& losses) override {
        return call("store.task_activity_since", &Port::task_activity_since, losses);
    }
    [[nodiscard]] Times task_activity_of(Ids ids, model::Instant since) override {
        return call("store.task_activity_of", &Port::task_activity_of, ids, since);
    }
    [[nodiscard]] std::map<Id, Id> parents_of(Ids ids) override {
        return call("store.parents_of", &Port::parents_of, ids);
    }
    [[nodiscard]] std::map<Id, store::ErrorCommand> error_commands(Ids ids) override {
        return call("store.error_commands", &Port::error_commands, ids);
    }
    [[nodiscard]] model::QueuesRead queues(std::size_t max_serial, std::size_t max_commands) override {
        return call("store.queues", &Port::queues, max_serial, max_commands);
    }
    [[nodiscard]] std::vector<model::RunningTask> running_tasks(Ids ids, std::size_t limit) override {
        return call("store.running_tasks", &Port::running_tasks, ids, limit);
    }
    [[nodiscard]] std::map<std::int64_t, model::Project> projects_of(
        std::span<const std::int64_t> definition_codes) override {
        return call("store.projects_of", &Port::projects_of, definition_codes);
    }
    [[nodiscard]] std::optional<store::InstanceTimes> times_of(Id id) override {
        return call("store.times_of", &Port::times_of, id);
    }
    [[nodiscard]] Transaction begin_failover(const store::FailoverLimits& limits) override {
        return around(hook_, "store.begin_failover", [&] { return decorated(inner_.begin_failover(limits)); });
    }
    bool insert_alert(const store::AlertRow& alert, model::Instant now, model::Milliseconds suppress) override {
        return call("store.insert_alert", &Port::insert_alert, alert, now, suppress);
    }

protected:
    /// What the caller gets for a transaction of the port behind.
    virtual Transaction decorated(Transaction inner) {
        return std::make_unique<HookedTransaction>(std::move(inner), hook_);
    }
    [[nodiscard]] const PortHook& hook() const { return hook_; }

private:
    template <typename Result, typename Part, typename... Parameters>
    Result call(std::string_view operation, Result (Part::*member)(Parameters...),
                std::type_identity_t<Parameters>... parameters) {
        return around(hook_, operation, [&] { return (inner_.*member)(parameters...); });
    }

    Port& inner_;
    const PortHook& hook_;
};

/// The base of every decorator of a journal, likewise.
class HookedJournal : public journal::Journal {
public:
    using Port = journal::Journal;
    using Id = model::WorkflowInstanceId;
    using Ids = std::span<const Id>;
    using Entries = std::vector<model::JournalEntry>;
    using Notes = std::vector<model::ControlNote>;
    using Shadows = std::vector<model::ShadowEntry>;

    HookedJournal(Port& inner, const PortHook& hook) : inner_(inner), hook_(hook) {}

    [[nodiscard]] journal::JournalState inspect() override { return call("journal.inspect", &Port::inspect); }
    void create() override { call("journal.create", &Port::create); }
    void touch() override { call("journal.touch", &Port::touch); }

    [[nodiscard]] std::optional<model::PersistedState> load_state() override {
        return call("journal.load_state", &Port::load_state);
    }
    void save_state(const model::PersistedState& learnt, const journal::StateOwner& owner) override {
        call("journal.save_state", &Port::save_state, learnt, owner);
    }
    [[nodiscard]] journal::Identity identity() override { return call("journal.identity", &Port::identity); }
    void identify(const std::string& identity, model::Instant now) override {
        call("journal.identify", &Port::identify, identity, now);
    }

    [[nodiscard]] model::Control control() override { return call("journal.control", &Port::control); }
    void note(const model::ControlNote& note) override { call("journal.note", &Port::note, note); }
    [[nodiscard]] Notes notes(std::size_t limit) override { return call("journal.notes", &Port::notes, limit); }
    [[nodiscard]] Notes open_releases() override { return call("journal.open_releases", &Port::open_releases); }
    void settle_releases(std::span<const model::ControlNote> releases) override {
        call("journal.settle_releases", &Port::settle_releases, releases);
    }

    [[nodiscard]] std::map<Id, journal::InstanceHistory> history_of(Ids ids) override {
        return call("journal.history_of", &Port::history_of, ids);
    }
    [[nodiscard]] Entries unconfirmed(std::int64_t after, std::size_t limit) override {
        return call("journal.unconfirmed", &Port::unconfirmed, after, limit);
    }
    void confirm(std::span<const model::JournalEntry> entries) override {
        call("journal.confirm", &Port::confirm, entries);
    }
    [[nodiscard]] Entries entries(std::optional<Id> instance, std::size_t limit) override {
        return call("journal.entries", &Port::entries, instance, limit);
    }
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t number) override {
        return call("journal.entry", &Port::entry, number);
    }
    [[nodiscard]] std::vector<journal::RecoveryCount> recoveries(model::Instant since, std::size_t limit) override {
        return call("journal.recoveries", &Port::recoveries, since, limit);
    }
    std::size_t purge(model::Instant before, std::size_t most) override {
        return call("journal.purge", &Port::purge, before, most);
    }
    [[nodiscard]] std::uint64_t size() override { return call("journal.size", &Port::size); }

    Shadows note_shadow(std::span<const model::ShadowEntry> entries) override {
        return call("journal.note_shadow", &Port::note_shadow, entries);
    }
    [[nodiscard]] Shadows unsettled_shadow(std::int64_t after, std::size_t limit) override {
        return call("journal.unsettled_shadow", &Port::unsettled_shadow, after, limit);
    }
    void compare_shadow(std::span<const model::ShadowEntry> entries) override {
        call("journal.compare_shadow", &Port::compare_shadow, entries);
    }
    [[nodiscard]] model::ComparisonCounts shadow_counts() override {
        return call("journal.shadow_counts", &Port::shadow_counts);
    }
    [[nodiscard]] Shadows shadow_entries(std::optional<Id> instance, std::size_t limit) override {
        return call("journal.shadow_entries", &Port::shadow_entries, instance, limit);
    }
    std::size_t purge_shadow(model::Instant before, std::size_t most) override {
        return call("journal.purge_shadow", &Port::purge_shadow, before, most);
    }

private:
    template <typename Result, typename Part, typename... Parameters>
    Result call(std::string_view operation, Result (Part::*member)(Parameters...),
                std::type_identity_t<Parameters>... parameters) {
        return around(hook_, operation, [&] { return (inner_.*member)(parameters...); });
    }

    Port& inner_;
    const PortHook& hook_;
};

/// A killer never throws; the hook is told all the same, and may throw what is no Failure.
class HookedKiller : public worker::TaskKiller {
public:
    HookedKiller(worker::TaskKiller& inner, const PortHook& hook) : inner_(inner), hook_(hook) {}

    [[nodiscard]] std::vector<worker::KillAnswer> kill(worker::KillMessageTypes types,
                                                       std::span<const worker::KillRequest> requests,
                                                       model::Milliseconds wait, std::stop_token stop) override;

private:
    worker::TaskKiller& inner_;
    const PortHook& hook_;
};

}  // namespace dsr::test
