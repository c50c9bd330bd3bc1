// SPDX-License-Identifier: Apache-2.0
// One sweep: observe, confirm what earlier ones did, plan, apply, report. Everything that may block happens here, on
// the sweep's thread, which owns the database session.
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
    /// All that `context` and `dispatcher` name outlives the sweeper, and so does `recorder`, which may be null.
    Sweeper(SweepContext context, alert::AlertDispatcher dispatcher, const model::Policy& policy,
            recording::Recorder* recorder = nullptr);

    struct Options {
        bool dry_run = false;  ///< write nothing anywhere, take no lock, tell nobody
        Progress progress{};   ///< may be empty
        bool shadow = false;   ///< failover.mode: write nothing but the journal, which keeps what would have been done
        std::function<void(const std::string& sweep)> named = {};  ///< told the sweep's name first; may be empty
    };

    /// Never throws: what went wrong is in the report.
    model::SweepReport sweep(const Options& options, const std::stop_token& stop);

    /// What it remembers, for who asks between two sweeps.
    [[nodiscard]] const Memory& memory() const { return memory_; }
    [[nodiscard]] const SweepContext& context() const { return context_; }

    /// What of a predecessor's learning holds for other connections.
    struct Kept {
        bool registry = true;  ///< the same ZooKeeper and namespace: who was seen there
        bool database = true;  ///< the same database and zone: whether the zone was proven
    };
    /// Takes over what a predecessor learnt and told.
    void inherit(const Sweeper& before, Kept kept);

private:
    void run(const Options& options, const std::stop_token& stop, model::SweepReport& report);
    /// Who leads, by the registry; by what it last told where this view is not fresh. A dry run takes no place in the
    /// line.
    void learn_who_leads(const Options& options, model::Snapshot& snapshot, model::SweepReport& report);
    /// Whether we led when the registry last told, in the session that the view shows.
    [[nodiscard]] bool leads_in_session(const model::RegistryView& view) const;
    /// Gives our place in the line up where our database fails and another replica queues; never while the outcome of a
    /// commit is not known.
    void resign_without_database(const model::SweepReport& report);
    /// After a whole sweep's reads: queues again, from the next sweep on, when the journal can be written.
    void return_to_line(bool journal_ready);
    /// The schema, or nothing when a hold says why not.
    std::optional<model::SchemaFacts> inspect(model::SweepReport& report);
    /// What a real sweep would do with the plan.
    void report_dry_run(const model::Plan& plan, const model::Snapshot& snapshot, std::uint64_t most,
                        model::SweepReport& report);
    /// Instead of act() in shadow mode. `noted`: the journal can keep what would have been done.
    void run_shadow(const PlanResult& seen, const model::Snapshot& snapshot, bool noted, const std::stop_token& stop,
                    model::SweepReport& report);
    void act(const Observation& seen, const model::Plan& plan, const Options& options, const std::stop_token& stop,
             model::SweepReport& report);
    /// The entry of the row that went ahead of the others, if one did.
    std::optional<model::JournalEntry> canary();
    /// Keeps what the sweep observed. What fails here is logged once: nothing depends on it.
    void keep_recording(const model::SweepReport& report);
    void remove_markers(const std::vector<model::FailoverMarker>& expired, const std::stop_token& stop,
                        model::SweepReport& report);

    SweepContext context_;
    alert::AlertDispatcher dispatcher_;
    model::Policy policy_;
    Memory memory_;
    recording::Recorder* recorder_;
    std::optional<std::string> entry_zone_;  ///< Author::zone of the sweep that runs
    std::string last_recording_error_;       ///< as it was last logged
};

}  // namespace dsr::sweep
