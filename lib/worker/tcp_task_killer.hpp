// SPDX-License-Identifier: Apache-2.0
// Kill messages over TCP: one connection per worker, all in parallel on the io_context that the daemon's main thread
// runs; the sweep's thread waits for the last one.
#pragma once

#include <boost/asio/io_context.hpp>

#include "worker/task_killer.hpp"

namespace dsr::worker {

class TcpTaskKiller final : public TaskKiller {
public:
    /// Another thread must run `io` while kill() waits; `io` must outlive this object.
    explicit TcpTaskKiller(boost::asio::io_context& io) : io_(io) {}

    [[nodiscard]] std::vector<KillAnswer> kill(KillMessageTypes types, std::span<const KillRequest> requests,
                                               model::Milliseconds wait, std::stop_token stop) override;

private:
    boost::asio::io_context& io_;
};

}  // namespace dsr::worker
