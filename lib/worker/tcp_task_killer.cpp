// SPDX-License-Identifier: Apache-2.0
#include "worker/tcp_task_killer.hpp"

#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <memory>

#include "worker/worker_connection.hpp"

namespace dsr::worker {

namespace asio = boost::asio;

namespace {

/// All conversations of one kill(); used on the io_context's thread only.
struct Round {
    std::map<model::TaskInstanceId, KillAnswer> answers;
    std::vector<std::weak_ptr<WorkerConnection>> connections;
    std::size_t open = 0;
    std::promise<std::map<model::TaskInstanceId, KillAnswer>> all_done;
};

}  // namespace

std::vector<KillAnswer> TcpTaskKiller::kill(KillMessageTypes types, std::span<const KillRequest> requests,
                                            model::Milliseconds wait, std::stop_token stop) {
    if (requests.empty()) return {};
    std::map<model::WorkerAddress, std::vector<model::TaskInstanceId>> by_worker;
    for (const auto& request : requests) by_worker[request.worker].push_back(request.task);

    auto round = std::make_shared<Round>();
    round->open = by_worker.size();
    auto answers = round->all_done.get_future();
    asio::post(io_, [this, round, types, wait, workers = std::move(by_worker)] {
        for (const auto& [worker, tasks] : workers) {
            auto connection = std::make_shared<WorkerConnection>(
                io_, worker, types, tasks, [round](const std::map<model::TaskInstanceId, KillAnswer>& answered) {
                    round->answers.insert(answered.begin(), answered.end());
                    if (--round->open == 0) round->all_done.set_value(std::move(round->answers));
                });
            round->connections.push_back(connection);
            connection->start(wait);
        }
    });
    const std::stop_callback end_early(stop, [this, round] {
        asio::post(io_, [round] {
            for (const auto& weak : round->connections) {
                if (const auto connection = weak.lock()) connection->cancel();
            }
        });
    });
    const auto answered = answers.get();
    std::vector<KillAnswer> result;
    for (const auto& request : requests) result.push_back(answered.at(request.task));
    return result;
}

}  // namespace dsr::worker
