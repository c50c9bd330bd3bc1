// SPDX-License-Identifier: Apache-2.0
// Rules taken out on purpose: ports that lie to the sweep, so that the explorer must find what the rule is for.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "support/hooked_ports.hpp"

namespace dsr::explorer {

struct FaultyView {
    bool blind_to_history = false;        ///< ownership by start_time and restart_time alone
    bool every_lock_leaked = false;       ///< whoever stands in front of us is passed by, without proof
    bool locks_look_held = false;         ///< a lock that was lost looks held
    bool markers_look_old = false;        ///< a marker without an incarnation looks like one of a dead incarnation
    bool rows_look_unnamed = false;       ///< no unfinished row names any address, when asked before a marker goes
    bool everyone_leads = false;          ///< each daemon is told that it leads
    bool mutex_for_everyone = false;      ///< the daemons' own mutex is granted to all at once
    bool blind_to_commands = false;       ///< a transaction sees no pending command
    bool blind_to_new_tasks = false;      ///< tasks are read for the plan only
    bool blind_to_parents = false;        ///< no sub-workflow has one
    bool registries_look_alike = false;   ///< another registry looks like the one that was proven
    bool rows_fit_zone = false;           ///< the times of new rows look as if they had been written just now
    bool history_owns = false;            ///< a change of state looks like a take-up
    bool entries_have_no_zone = false;    ///< the journal's entries do not tell in which zone they were written
    bool nobody_resigns = false;          ///< a daemon keeps its place in the line
    bool nodes_look_newer = false;        ///< a master's node looks as new as its heartbeat says that its JVM is
    bool times_look_finer = false;        ///< what SQL wrote differs from what a master writes back of it
    bool entries_stay = false;            ///< what the journal held once it seems to hold still
    bool releases_have_no_terms = false;  ///< a release looks like one of 0.1.0: for each gate, without an end
    bool journal_forgets = false;         ///< entries are not written: the unique key cannot speak
    bool nobody_answers = false;          ///< etcd: no address is connected to
    bool no_sessions = false;             ///< etcd: nobody asks the database for sessions
    bool fences_come_late = false;        ///< a marker is written after the claim was committed
    bool reports_do_not_count = false;    ///< JDBC: a row that is not there is an absence, whatever came between
    bool clocks_tell_age = false;         ///< JDBC: a heartbeat's age is its distance from our clock
    bool lock_rows_stay = false;          ///< JDBC: a lock's row is committed, and a crash leaves it
    bool every_ticket_leads = false;      ///< JDBC: nobody looks at the ticket again
};

/// The change of state with which a row was seen first, by instance.
using FirstChanges = std::map<model::WorkflowInstanceId, std::optional<model::Instant>>;

class FaultyRegistry final : public test::HookedRegistry {
public:
    FaultyRegistry(registry::Registry& inner, const test::PortHook& hook, std::function<model::Instant()> now,
                   const FaultyView& faulty_view)
        : HookedRegistry(inner, hook, now), time_(std::move(now)), faulty_view_(faulty_view) {}

    [[nodiscard]] model::RegistryView observe() override { return lied(HookedRegistry::observe()); }
    [[nodiscard]] model::RegistryView observe_cached() override { return lied(HookedRegistry::observe_cached()); }
    [[nodiscard]] registry::LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                                const registry::LeakProof& leaked) override;
    [[nodiscard]] registry::LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                                    std::stop_token stop) override;
    [[nodiscard]] registry::Leadership lead() override;
    void resign() override;

    /// A fence that was promised and not written; once.
    using LateFence = std::pair<model::Incarnation, model::Instant>;
    [[nodiscard]] std::optional<LateFence> take_late_fence() { return std::exchange(late_fence_, std::nullopt); }

private:
    [[nodiscard]] model::RegistryView lied(model::RegistryView view) const;

    std::function<model::Instant()> time_;  ///< the daemon's own clock, which dates what it sees
    const FaultyView& faulty_view_;
    std::optional<LateFence> late_fence_;
};

class FaultyStore final : public test::HookedStore {
public:
    /// The database's clock is the world's: SQLite's own is this machine's.
    FaultyStore(store::WorkflowStore& inner, const test::PortHook& hook, std::function<model::Instant()> now,
                const FaultyView& faulty_view)
        : HookedStore(inner, hook), now_(std::move(now)), faulty_view_(faulty_view) {}

    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_after(model::WorkflowInstanceId after,
                                                                        std::size_t limit) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> read(std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] bool names_host(const std::string& host) override;
    [[nodiscard]] model::Instant clock() override;
    [[nodiscard]] model::NewRows new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                          std::size_t limit) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_of(
        std::span<const model::WorkflowInstanceId> ids, model::Instant since) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents_of(
        std::span<const model::WorkflowInstanceId> ids) override;

private:
    Transaction decorated(Transaction inner) override;

    std::function<model::Instant()> now_;
    const FaultyView& faulty_view_;
    FirstChanges first_changes_;
};

class FaultyJournal final : public test::HookedJournal {
public:
    FaultyJournal(journal::Journal& inner, const test::PortHook& hook, const FaultyView& faulty_view)
        : HookedJournal(inner, hook), faulty_view_(faulty_view) {}

    [[nodiscard]] std::map<model::WorkflowInstanceId, journal::InstanceHistory> history_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::ControlNote> open_releases() override;
    [[nodiscard]] std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) override;
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t number) override;

private:
    void keep(std::span<const model::JournalEntry> entries);

    const FaultyView& faulty_view_;
    std::map<std::int64_t, model::JournalEntry> kept_;  ///< by number
};

}  // namespace dsr::explorer
