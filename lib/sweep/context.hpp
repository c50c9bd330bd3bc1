// SPDX-License-Identifier: Apache-2.0
// What the steps of a sweep share: the ports, and the state of the sweep that runs. Sweep's thread.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/sleep.hpp"
#include "journal/journal.hpp"
#include "model/instant.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "sweep/memory.hpp"
#include "sweep/pace.hpp"
#include "worker/address_probe.hpp"
#include "worker/host_resolver.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

using Clock = std::function<model::Instant()>;

/// The ports and values that every step uses. Everything in it outlives the steps.
struct SweepContext {
    registry::Registry& registry;
    store::WorkflowStore& store;
    journal::Journal& journal;
    worker::TaskKiller& killer;
    spdlog::logger& log;
    Clock now;
    std::string version;  ///< of this daemon, for the journal
    std::string replica;  ///< identifies this daemon in the journal and to the other replicas
    Sleep sleep = base::sleep_for;
    /// Asked where masters do not stop themselves when cut off (Registry::masters_stop_when_cut_off); empty: nobody is.
    worker::AddressProbe probe{};
    worker::HostResolver resolve{};  ///< empty: hosts are compared as they are written

    /// Whether an absence alone is no death, so that absent masters are connected to.
    [[nodiscard]] bool probes_masters() const { return probe && !registry.masters_stop_when_cut_off(); }
    /// The same of database sessions. In a registry that is in the database, a master that reaches it registers again.
    [[nodiscard]] bool asks_for_sessions() const {
        return !registry.masters_stop_when_cut_off() && !registry.in_database();
    }
};

/// What the steps after "observe" share in one sweep, also in shadow mode. Everything in it outlives them.
struct SweepScope {
    const SweepContext& context;
    const model::Snapshot& snapshot;
    Memory& memory;
    model::SweepReport& report;             ///< contains the sweep's name
    std::optional<std::string> entry_zone;  ///< JournalEntry::zone; nothing when the journal has no column for it
    std::stop_token stop;
    std::function<void()> progressed = [] {};  ///< called after each batch and each wait

    [[nodiscard]] bool stopping() const { return stop.stop_requested(); }
};

}  // namespace dsr::sweep
