// SPDX-License-Identifier: Apache-2.0
// The ports and values that every step of a sweep uses. Everything in it outlives the steps. Sweep's thread.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <string>

#include "journal/journal.hpp"
#include "model/instant.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "sweep/pace.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

using Clock = std::function<model::Instant()>;

struct SweepContext {
    registry::Registry& registry;
    store::WorkflowStore& store;
    journal::Journal& journal;
    worker::TaskKiller& killer;
    spdlog::logger& log;
    Clock now;
    std::string version;  ///< of this daemon, for the journal
    std::string replica;  ///< identifies this daemon in the journal and to the other replicas
    Sleep sleep = sleep_for;
};

}  // namespace dsr::sweep
