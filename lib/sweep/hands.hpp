// SPDX-License-Identifier: Apache-2.0
// What the acting steps of a sweep work with. All of it outlives them. Sweep's thread.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <string>

#include "journal/journal.hpp"
#include "model/instant.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "sweep/rest.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

using Clock = std::function<model::Instant()>;

struct Hands {
    registry::Registry& registry;
    store::WorkflowStore& store;
    journal::Journal& journal;
    worker::TaskKiller& killer;
    spdlog::logger& log;
    Clock now;
    std::string version;  ///< of this daemon, for the journal
    std::string replica;  ///< which daemon this is, for the journal and the other replicas
    Rest rest = sleep_for;
};

}  // namespace dsr::sweep
