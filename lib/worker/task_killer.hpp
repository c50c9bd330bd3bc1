// SPDX-License-Identifier: Apache-2.0
// The port to the workers of 3.1 and older: have running tasks killed before they are marked. Two implementations: over
// TCP (worker_connection) and the tests' fake. Called from the sweep's thread; blocks at most `wait`.
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
    killed,      ///< the worker says so
    not_killed,  ///< the worker says that it failed; a master goes on, so do we
    silent,      ///< the connection took the message and nothing came back: how a worker says it does not know the task
    unreachable,  ///< no connection, or it broke before the message was taken: whether the task runs is not known
};

class TaskKiller {
public:
    virtual ~TaskKiller() = default;
    /// One answer for each request, in order; all of them side by side.
    [[nodiscard]] virtual std::vector<KillAnswer> kill(KillMessageTypes types, std::span<const KillRequest> requests,
                                                       model::Milliseconds wait, std::stop_token stop) = 0;
};

}  // namespace dsr::worker
