// SPDX-License-Identifier: Apache-2.0
// Feeds the service manager's watchdog while sweeps get on, and no longer: a process that only keeps its event loop
// turning is to be started anew. Main thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ops/liveness.hpp"
#include "ops/service_manager.hpp"

namespace dsr {

class Watchdog {
public:
    /// All of them outlive it.
    Watchdog(boost::asio::io_context& io, spdlog::logger& log, ops::ServiceManager& service,
             const ops::Liveness& liveness)
        : timer_(io), log_(log), service_(service), liveness_(liveness) {}

    /// The first sign of life at once, then at half of the time that the service manager waits.
    void start();

private:
    void beat();

    boost::asio::steady_timer timer_;
    spdlog::logger& log_;
    ops::ServiceManager& service_;
    const ops::Liveness& liveness_;
    bool stuck_ = false;
};

}  // namespace dsr
