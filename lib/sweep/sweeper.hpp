// SPDX-License-Identifier: Apache-2.0
// One sweep: observe, confirm, plan, apply, report. All blocking calls happen here, on the sweep's thread, which owns
// the database session.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "alert/dispatcher.hpp"
#include "model/policy.hpp"
#include "model/sweep_report.hpp"
#include "recording/recorder.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

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
    /// The steps from observe to apply.
    void run(const Options& options, const std::stop_token& stop, model::SweepReport& report);
    /// The schema; nothing when a hold says why not.
    std::optional<model::SchemaFacts> inspect(model::SweepReport& report);
    /// Keeps what the sweep observed. Failures are logged once, because nothing depends on it.
    void keep_recording(const model::SweepReport& report);

    SweepContext context_;
    alert::AlertDispatcher dispatcher_;
    model::Policy policy_;
    Memory memory_;
    recording::Recorder* recorder_;
    std::string last_recording_error_;  ///< the last one that was logged
};

}  // namespace dsr::sweep
