// SPDX-License-Identifier: Apache-2.0
// The daemon's HTTP side: its own status, authorisation, and routing of requests. Main thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>

#include "api/routes.hpp"
#include "config/config.hpp"
#include "engine.hpp"
#include "http/server.hpp"
#include "ops/health.hpp"
#include "query/daemon_status.hpp"
#include "sweep/scheduler.hpp"

namespace dsr {

/// Prometheus' text format: this build's information.
using Metrics = std::function<std::string()>;

class HttpService {
public:
    /// Its environment; all of it must outlive it.
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

    /// Applies this configuration; also on a reload.
    void configure(const config::Config& config);
    /// `error`: why the newest configuration is not in force; empty if it is.
    void config_loaded(const std::string& error);
    /// Call it after each sweep, before the next one begins.
    void finished(const model::SweepReport& report);
    /// Answers nothing more; `quiet` is called when pending responses were sent, within a second.
    void stop(std::function<void()> quiet);

private:
    api::ApiHandlers handlers();
    const query::DaemonStatus& daemon_status();
    void publish_status();
    Engine& engine() const;

    Dependencies dependencies_;
    query::DaemonStatus daemon_status_;
    api::SweepThreadQueue sweep_queue_;
    std::shared_ptr<http::EventHub> events_;
    http::Dispatcher dispatcher_;
    http::Server server_;
    std::filesystem::path socket_{};  ///< where it listens; empty without a socket
    bool told_of_no_folder_ = false;
};

}  // namespace dsr
