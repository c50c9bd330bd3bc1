// SPDX-License-Identifier: Apache-2.0
// A decorator around each port that calls a hook before and after every operation. What the hook throws goes to the
// caller as the port's contract has it: before = nothing was done, after = done, but the answer is lost. Serves the
// fakes and the real stores alike. Thread: as the port behind it.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
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

class HookedStore : public store::WorkflowStore {
public:
    HookedStore(store::WorkflowStore& inner, const PortHook& hook) : inner_(inner), hook_(hook) {}

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
    store::WorkflowStore& inner_;
    const PortHook& hook_;
};

class HookedJournal : public journal::Journal {
public:
    HookedJournal(journal::Journal& inner, const PortHook& hook) : inner_(inner), hook_(hook) {}

    [[nodiscard]] journal::JournalState inspect() override;
    void create() override;
    [[nodiscard]] std::optional<model::PersistedState> load_state() override;
    void save_state(const model::PersistedState& learnt, model::Instant now) override;
    void touch() override;
    [[nodiscard]] std::string identity() override;
    void identify(const std::string& identity, model::Instant now) override;
    [[nodiscard]] model::Control control() override;
    void note(const model::ControlNote& note) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, journal::InstanceHistory> history_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) override;
    void confirm(std::span<const model::JournalEntry> entries) override;
    [[nodiscard]] std::vector<model::JournalEntry> entries(std::optional<model::WorkflowInstanceId> instance,
                                                           std::size_t limit) override;
    [[nodiscard]] std::vector<model::ControlNote> notes(std::size_t limit) override;
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t number) override;
    [[nodiscard]] std::vector<model::ControlNote> open_releases() override;
    void settle_releases(std::span<const model::ControlNote> releases) override;
    std::size_t purge(model::Instant before, std::size_t most) override;
    [[nodiscard]] std::uint64_t size() override;
    [[nodiscard]] std::vector<model::ShadowEntry> note_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] std::vector<model::ShadowEntry> unsettled_shadow(std::int64_t after, std::size_t limit) override;
    void compare_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] model::ComparisonCounts shadow_counts() override;
    [[nodiscard]] std::vector<model::ShadowEntry> shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                                 std::size_t limit) override;
    std::size_t purge_shadow(model::Instant before, std::size_t most) override;

private:
    journal::Journal& inner_;
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
