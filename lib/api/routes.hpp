// SPDX-License-Identifier: Apache-2.0
// The paths of openapi.json: parameters, handlers, threads. Lives on the io_context's thread, except for the handlers
// marked for the sweep's thread in ApiHandlers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/sweep_thread_queue.hpp"
#include "http/event_hub.hpp"
#include "http/router.hpp"
#include "model/control.hpp"
#include "query/daemon_status.hpp"
#include "query/query_service.hpp"

namespace dsr::api {

/// The handlers.
struct ApiHandlers {
    std::function<const query::DaemonStatus&()> daemon_status;  ///< the present status
    std::function<std::string()> stuck;                         ///< a sentence with which /healthz fails, or empty
    std::function<std::string()> unready;                       ///< the same for /readyz
    std::function<std::string()> metrics;                       ///< Prometheus' text format
    std::function<void()> sweep_now;
    /// Asks the daemons of other clusters on this machine, and passes what they answer, later.
    std::function<void(std::function<void(std::vector<query::ClusterAnswer>)>)> neighbours;

    SweepThreadQueue& sweep_queue;  ///< must outlive the routes
    std::shared_ptr<http::EventHub> events;

    /// Both run on the sweep's thread. They throw Failure and Refusal.
    std::function<query::QueryService()> query_service;
    std::function<model::ControlNote(model::ControlNote)> tell;  ///< writes it; returns it as the journal keeps it
};

http::Router routes(const ApiHandlers& handlers);

}  // namespace dsr::api
