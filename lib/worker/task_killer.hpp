// SPDX-License-Identifier: Apache-2.0
// The port to the workers of 3.1 and older: kills running tasks before they are marked. Two implementations: over TCP
// (worker_connection) and the tests' fake. Called from the sweep's thread; blocks at most `wait`.
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "worker/kill_frame.hpp"

namespace dsr::worker {

struct KillRequest {
    model::WorkerAddress worker;
    model::TaskInstanceId task;
};

enum class KillAnswer {
    killed,       ///< the worker reports that it killed the task
    not_killed,   ///< the worker reports a failure; a master continues, and so do we
    silent,       ///< the message was accepted but not answered: the worker does not know the task
    unreachable,  ///< no connection, or it broke before the message was accepted: whether the task runs is unknown
};

class TaskKiller {
public:
    virtual ~TaskKiller() = default;
    /// One answer per request, in order; all requests run in parallel.
    [[nodiscard]] virtual std::vector<KillAnswer> kill(KillMessageTypes types, std::span<const KillRequest> requests,
                                                       model::Milliseconds wait, std::stop_token stop) = 0;
};

}  // namespace dsr::worker
