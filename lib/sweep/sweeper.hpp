// SPDX-License-Identifier: Apache-2.0
// One sweep: observe, confirm, plan, apply, report. All blocking calls happen here, on the sweep's thread, which owns
// the database session.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "alert/alert_dispatcher.hpp"
#include "model/policy.hpp"
#include "model/sweep_report.hpp"
#include "recording/recorder.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"
#include "sweep/observe.hpp"

namespace dsr::sweep {

class Sweeper {
public:
    /// Everything that `context` and `dispatcher` refer to outlives the sweeper, and so does `recorder`, which may be
    /// null.
    Sweeper(SweepContext context, alert::AlertDispatcher dispatcher, const model::Policy& policy,
            recording::Recorder* recorder = nullptr);

    struct Options {
        bool dry_run = false;  ///< write nothing anywhere, take no lock, send no alert
        Progress progress{};   ///< may be empty
        bool shadow = false;   ///< failover.mode: write only the journal, which keeps what would have been done
        std::function<void(const std::string& sweep)> named = {};  ///< gets the sweep's name first; may be empty
    };

    /// Never throws; the report contains any failure.
    model::SweepReport sweep(const Options& options, const std::stop_token& stop);

    /// Its memory, for requests between two sweeps.
    [[nodiscard]] const Memory& memory() const { return memory_; }
    [[nodiscard]] const SweepContext& context() const { return context_; }

    /// Which parts of a predecessor's memory stay valid for other connections.
    struct Kept {
        bool registry = true;  ///< the same ZooKeeper and namespace: the masters seen there
        bool database = true;  ///< the same database and zone: the proof of the zone
    };
    /// Takes over a predecessor's memory and sent alerts.
    void inherit(const Sweeper& before, Kept kept);

private:
    void run(const Options& options, const std::stop_token& stop, model::SweepReport& report);
    /// Sets the leader from the registry; where this view is not fresh, from its last answer. A dry run takes no place
    /// in the line.
    void learn_who_leads(const Options& options, model::Snapshot& snapshot, model::SweepReport& report);
    /// Whether this replica led at the registry's last answer, in the session that the view shows.
    [[nodiscard]] bool leads_in_session(const model::RegistryView& view) const;
    /// Leaves the line when our database fails and another replica queues; never while the outcome of a commit is
    /// unknown.
    void resign_without_database(const model::SweepReport& report);
    /// After all reads of a sweep succeeded: queues again, from the next sweep on, when the journal is writable.
    void return_to_line(bool journal_ready);
    /// The schema; nothing when a hold says why not.
    std::optional<model::SchemaFacts> inspect(model::SweepReport& report);
    /// Reports what a real sweep would do with the plan.
    void report_dry_run(const model::Plan& plan, const model::Snapshot& snapshot, std::uint64_t most,
                        model::SweepReport& report);
    /// Replaces act() in shadow mode. `noted`: the journal can keep what would have been done.
    void run_shadow(const PlanResult& seen, const model::Snapshot& snapshot, bool noted, const std::stop_token& stop,
                    model::SweepReport& report);
    void act(const Observation& seen, const model::Plan& plan, const Options& options, const std::stop_token& stop,
             model::SweepReport& report);
    /// The entry of the canary, if there is one.
    std::optional<model::JournalEntry> canary();
    /// Keeps what the sweep observed. Failures are logged once, because nothing depends on it.
    void keep_recording(const model::SweepReport& report);
    void remove_markers(const std::vector<model::FailoverMarker>& expired, const std::stop_token& stop,
                        model::SweepReport& report);

    SweepContext context_;
    alert::AlertDispatcher dispatcher_;
    model::Policy policy_;
    Memory memory_;
    recording::Recorder* recorder_;
    std::optional<std::string> entry_zone_;  ///< Author::zone of the sweep that runs
    std::string last_recording_error_;       ///< the last one that was logged
};

}  // namespace dsr::sweep
