// SPDX-License-Identifier: Apache-2.0
// Workers that answer as drawn.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "faults/fault.hpp"
#include "worker/task_killer.hpp"

namespace dsr::faults {

class DrawnKiller final : public worker::TaskKiller {
public:
    explicit DrawnKiller(Draw& draw) : draw_(draw) {}
    bool all_answer = false;
    std::set<std::int64_t> asked;            ///< tasks
    std::set<model::WorkerAddress> workers;  ///< those that were asked

    [[nodiscard]] std::vector<worker::KillAnswer> kill(worker::KillMessageTypes,
                                                       std::span<const worker::KillRequest> requests,
                                                       model::Milliseconds, std::stop_token) override {
        std::vector<worker::KillAnswer> answers;
        for (const auto& request : requests) {
            asked.insert(request.task.value);
            workers.insert(request.worker);
            answers.push_back(all_answer || !draw_.one_in(6) ? worker::KillAnswer::killed
                                                             : worker::KillAnswer::unreachable);
        }
        return answers;
    }

private:
    Draw& draw_;
};

}  // namespace dsr::faults
