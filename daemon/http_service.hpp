// SPDX-License-Identifier: Apache-2.0
// The daemon's HTTP side: what it knows of itself, who may ask and who is asked. Main thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "api/routes.hpp"
#include "config/config.hpp"
#include "engine.hpp"
#include "http/server.hpp"
#include "ops/liveness.hpp"
#include "query/daemon_status.hpp"
#include "sweep/scheduler.hpp"

namespace dsr {

/// Prometheus' text format: what this build tells of itself.
using Metrics = std::function<std::string()>;

class HttpService {
public:
    /// What it lives in; all of it outlives it.
    struct Dependencies {
        boost::asio::io_context& io;
        spdlog::logger& log;
        sweep::Scheduler& scheduler;
        std::function<Engine*()> engine;  ///< on the sweep's thread; null before there is one
        std::stop_token shutdown;
        Metrics metrics;
        const ops::Liveness& liveness;
    };
    explicit HttpService(Dependencies dependencies);

    /// From now on by this configuration; also when it is loaded anew.
    void configure(const config::Config& config);
    /// Behind each sweep, before the next one begins.
    void finished(const model::SweepReport& report);
    /// Nothing further is answered; `quiet` is called when what is under way went out, within a second.
    void stop(std::function<void()> quiet);

private:
    api::ApiHandlers handlers();
    const query::DaemonStatus& daemon_status();
    Engine& engine() const;

    Dependencies dependencies_;
    query::DaemonStatus daemon_status_;
    http::SweepThreadQueue sweep_queue_;
    std::shared_ptr<http::EventHub> events_;
    http::Dispatcher dispatcher_;
    http::Server server_;
    bool told_of_no_folder_ = false;
};

}  // namespace dsr
