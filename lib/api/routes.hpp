// SPDX-License-Identifier: Apache-2.0
// The paths of openapi.json: what each takes, who answers it, and on which thread. Lives on the io_context's thread but
// for what ApiHandlers says of the sweep's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/event_hub.hpp"
#include "http/router.hpp"
#include "http/sweep_thread_queue.hpp"
#include "model/control.hpp"
#include "query/daemon_status.hpp"
#include "query/query_service.hpp"

namespace dsr::api {

/// Who answers.
struct ApiHandlers {
    std::function<const query::DaemonStatus&()> daemon_status;  ///< as it is now
    std::function<std::string()> stuck;                         ///< a sentence for /healthz to fail with, or empty
    std::function<std::string()> unready;                       ///< the same for /readyz
    std::function<std::string()> metrics;                       ///< Prometheus' text format
    std::function<void()> sweep_now;

    http::SweepThreadQueue& sweep_queue;  ///< outlives the routes
    std::shared_ptr<http::EventHub> events;

    /// Both on the sweep's thread. Throw Failure and Refusal.
    std::function<query::QueryService()> query_service;
    std::function<model::ControlNote(model::ControlNote)> tell;  ///< writes it; returns it as the journal keeps it
};

http::Router routes(const ApiHandlers& handlers);

}  // namespace dsr::api
