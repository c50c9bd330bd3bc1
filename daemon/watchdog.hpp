// SPDX-License-Identifier: Apache-2.0
// Feeds the service manager's watchdog only while sweeps progress, so that a process whose event loop runs without
// progress is restarted. Main thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ops/health.hpp"
#include "ops/service_manager.hpp"

namespace dsr {

class Watchdog {
public:
    /// All of them must outlive it.
    Watchdog(boost::asio::io_context& io, spdlog::logger& log, ops::ServiceManager& service,
             const ops::Liveness& liveness)
        : timer_(io), log_(log), service_(service), liveness_(liveness) {}

    /// Notifies at once, then at half of the time that the service manager waits.
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
