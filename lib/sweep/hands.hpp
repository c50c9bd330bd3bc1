// SPDX-License-Identifier: Apache-2.0
// What the acting steps of a sweep work with. All of it outlives them. Sweep's thread.
#pragma once

#include <spdlog/logger.h>

#include <functional>

#include "model/instant.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

using Clock = std::function<model::Instant()>;

struct Hands {
    registry::Registry& registry;
    store::WorkflowStore& store;
    worker::TaskKiller& killer;
    spdlog::logger& log;
    Clock now;
};

}  // namespace dsr::sweep
