// SPDX-License-Identifier: Apache-2.0
// One conversation with one worker: connects, sends a kill message for each task, collects the answers until all
// arrived, the wait is over or the connection ends. Lives on the io_context's thread alone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "worker/task_killer.hpp"

namespace dsr::worker {

class WorkerConnection : public std::enable_shared_from_this<WorkerConnection> {
public:
    using Done = std::function<void(std::map<model::TaskInstanceId, KillAnswer>)>;

    WorkerConnection(boost::asio::io_context& io, model::WorkerAddress worker, KillMessageTypes types,
                     const std::vector<model::TaskInstanceId>& tasks, Done done);

    /// Calls `done` exactly once, at the latest after `wait`.
    void start(model::Milliseconds wait);
    /// Ends the conversation; unanswered tasks count as unreachable.
    void cancel();

private:
    void connect(const std::string& host, const std::string& port);
    void send();
    void receive();
    void take_answers();
    void give_up();
    void finish();

    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer deadline_;
    model::WorkerAddress worker_;
    KillMessageTypes types_;
    Done done_;
    std::map<model::TaskInstanceId, KillAnswer> answers_;
    std::size_t unanswered_;
    std::string outgoing_;
    std::string incoming_;
    std::vector<char> buffer_;
};

}  // namespace dsr::worker
