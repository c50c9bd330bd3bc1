// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/parameters.hpp"
#include "base/text.hpp"

namespace dsr::embedded {

/// lib/api/openapi.json, see CMakeLists.txt.
std::string_view openapi();

}  // namespace dsr::embedded

namespace dsr::api {

using http::Access;
using http::Request;
using http::Respond;
using http::Response;
using query::Json;

namespace {

Response answered(const Json& json, int status = 200) {
    return http::json(query::dump(json), status);
}

/// `reason`: the description of the problem.
Response health(const query::DaemonStatus& daemon_status, const std::string& problem, const std::string& reason) {
    std::optional<model::Instant> ended;
    if (daemon_status.last) ended = daemon_status.last->started_at + daemon_status.last->duration;
    return answered({{"status", problem.empty() ? "ok" : "failing"},
                     {"reason", reason.empty() ? Json(nullptr) : Json(reason)},
                     {"last_sweep_at", query::time_json(ended)}},
                    problem.empty() ? 200 : 503);
}

model::Verdict verdict_of(const std::string& word) {
    const auto found = base::enumerator_named<model::Verdict>(model::verdict_names, word);
    if (!found) throw http::Refusal(400, "verdict " + word + " is not known");
    return *found;
}

int state_of(const std::string& word) {
    const auto& names = query::state_names();
    const auto found = std::ranges::find(names, word, [](const auto& state) { return state.second; });
    if (found == names.end()) throw http::Refusal(400, "state " + word + " is not known");
    return found->first;
}

query::VerdictSort sort_of(const std::string& word) {
    const auto found = base::enumerator_named<query::VerdictSort>(query::verdict_sort_names, word);
    if (!found) throw http::Refusal(400, fmt::format("sort is one of {}", fmt::join(query::verdict_sort_names, ", ")));
    return *found;
}

/// A text of the query, 1 to 255 characters; nothing if it is missing.
std::optional<std::string> text_of(const http::Pairs& query, std::string_view name) {
    auto text = http::value_of(query, name);
    if (text && (text->empty() || base::character_count(*text) > 255))
        throw http::Refusal(400, std::string(name) + " has 1 to 255 characters");
    return text;
}

template <class Value>
void require_at_most(std::string_view name, const std::vector<Value>& values, std::size_t most) {
    if (values.size() > most)
        throw http::Refusal(400, std::string(name) + " may be given " + std::to_string(most) + " times");
}

query::VerdictFilter filter_of(const http::Pairs& query) {
    query::VerdictFilter filter;
    for (const auto& [name, value] : query) {
        if (name == "verdict") filter.verdicts.push_back(verdict_of(value));
        if (name == "state") filter.states.push_back(state_of(value));
    }
    require_at_most("verdict", filter.verdicts, model::verdict_names.size());
    require_at_most("state", filter.states, query::state_names().size());
    filter.host = text_of(query, "host");
    filter.project = text_of(query, "project");
    filter.name = text_of(query, "name");
    if (const auto word = http::value_of(query, "sort")) filter.sort = sort_of(*word);
    return filter;
}

/// Where a page of verdicts begins; empty for the first.
std::string after_in(const http::Pairs& query) {
    auto after = http::value_of(query, "after");
    if (after && (!query::is_page_mark(*after) || base::character_count(*after) > 300))
        throw http::Refusal(400, "after is next_after of the page before, or an id");
    return std::move(after).value_or("");
}

/// A route that queries on the sweep's thread. `read` parses the request first, so that an invalid one is refused at
/// once, and returns the query.
template <class Read>
http::Handler asking(const ApiHandlers& handlers, Read read,
                     SweepThreadQueue::Kind kind = SweepThreadQueue::Kind::question) {
    return [handlers, read, kind](const Request& request, const Respond& respond) {
        auto question = read(request);
        handlers.sweep_queue.run(
            [handlers, question = std::move(question)] { return answered(question(handlers.query_service())); },
            respond, kind);
    };
}

/// A route that writes a note to the journal, on the sweep's thread; the next sweep starts at once and applies it.
template <class Read>
http::Handler telling(const ApiHandlers& handlers, Read read) {
    return [handlers, read](const Request& request, const Respond& respond) {
        auto note = read(request);
        handlers.sweep_queue.run(
            [handlers, note = std::move(note)] { return answered(query::note_json(handlers.tell(note))); },
            [respond, sweep_now = handlers.sweep_now](Response response) {
                const bool written = response.status == 200;
                respond(std::move(response));
                if (written) sweep_now();
            },
            SweepThreadQueue::Kind::change);
    };
}

void add_health(http::Router& router, const ApiHandlers& handlers) {
    router.add({"GET", "/healthz", Access::open, [handlers](const Request&, const Respond& respond) {
                    const auto problem = handlers.stuck();
                    respond(health(handlers.daemon_status(), problem, problem));
                }});
    router.add({"GET", "/readyz", Access::open, [handlers](const Request& request, const Respond& respond) {
                    const auto problem = handlers.unready();
                    // The text contains databases, hosts and paths.
                    respond(health(handlers.daemon_status(), problem, request.may_read ? problem : ""));
                }});
    router.add({"GET", "/metrics", Access::read, [handlers](const Request&, const Respond& respond) {
                    Response response;
                    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                    response.body = handlers.metrics();
                    respond(std::move(response));
                }});
}

/// Answered from memory, independent of the sweep's thread.
void add_status(http::Router& router, const ApiHandlers& handlers) {
    router.add({"GET", "/api/v1/openapi.json", Access::read,
                [](const Request&, const Respond& respond) { respond(http::json(std::string(embedded::openapi()))); }});
    router.add({"GET", "/api/v1/status", Access::read, [handlers](const Request&, const Respond& respond) {
                    respond(answered(query::status(handlers.daemon_status(), model::system_now())));
                }});
    router.add({"GET", "/api/v1/clusters", Access::read, [handlers](const Request&, const Respond& respond) {
                    handlers.neighbours([respond](const std::vector<query::ClusterAnswer>& answers) {
                        respond(answered(query::clusters(answers, model::system_now())));
                    });
                }});
    router.add({"GET",
                "/api/v1/sweeps",
                Access::read,
                [handlers](const Request& request, const Respond& respond) {
                    const auto limit = integer_in(request.query, "limit", {1, query::DaemonStatus::kept_sweeps});
                    respond(answered(query::sweeps(handlers.daemon_status(),
                                                   static_cast<std::size_t>(limit.value_or(50)), model::system_now())));
                },
                {"limit"}});
    router.add({"GET", "/api/v1/events", Access::read, [handlers](const Request&, const Respond& respond) {
                    Response response;
                    response.events = handlers.events;
                    respond(std::move(response));
                }});
}

void add_queries(http::Router& router, const ApiHandlers& handlers) {
    router.add({"GET",
                "/api/v1/verdicts",
                Access::read,
                asking(handlers,
                       [](const Request& request) {
                           const auto limit = integer_in(request.query, "limit", {1, query::Verdicts::most});
                           return [filter = filter_of(request.query), after = after_in(request.query),
                                   limit = limit.value_or(100)](const query::QueryService& query_service) {
                               return to_json(query_service.verdicts(filter, after, static_cast<std::size_t>(limit)));
                           };
                       }),
                {"host", "project", "name", "sort", "after", "limit", "verdict", "state"},
                2});
    router.add({"GET", "/api/v1/explain/{id}", Access::read, asking(handlers, [](const Request& request) {
                    return [id = id_of(request)](const query::QueryService& query_service) {
                        const auto explanation = query_service.explain(model::WorkflowInstanceId{id});
                        if (explanation.standing == query::Explanation::Standing::unknown)
                            throw http::Refusal(404, "there is no workflow instance " + std::to_string(id));
                        return to_json(explanation);
                    };
                })});
    router.add({"GET", "/api/v1/impact", Access::read,
                asking(
                    handlers,
                    [](const Request&) {
                        return [](const query::QueryService& query_service) { return to_json(query_service.impact()); };
                    },
                    SweepThreadQueue::Kind::shared_question)});
    router.add({"GET", "/api/v1/timeline", Access::read,
                asking(
                    handlers,
                    [](const Request&) {
                        return
                            [](const query::QueryService& query_service) { return to_json(query_service.timeline()); };
                    },
                    SweepThreadQueue::Kind::shared_question)});
    router.add({"GET",
                "/api/v1/history",
                Access::read,
                asking(handlers,
                       [](const Request& request) {
                           const auto id = integer_in(request.query, "instance", {1, max_id});
                           const auto limit = integer_in(request.query, "limit", {1, query::History::most});
                           std::optional<model::WorkflowInstanceId> instance;
                           if (id) instance = model::WorkflowInstanceId{*id};
                           return [instance, limit = limit.value_or(100)](const query::QueryService& query_service) {
                               return to_json(query_service.history(instance, static_cast<std::size_t>(limit)));
                           };
                       }),
                {"instance", "limit"}});
}

void add_steering(http::Router& router, const ApiHandlers& handlers) {
    router.add({"POST", "/api/v1/sweep", Access::change, [handlers](const Request& request, const Respond& respond) {
                    (void)object_of(request, {}, false);
                    const bool running = handlers.daemon_status().sweep_running_since.has_value();
                    handlers.sweep_now();
                    respond(answered({{"accepted", true}, {"sweep_running", running}}, 202));
                }});
    router.add({"POST", "/api/v1/pause", Access::change,
                telling(handlers, [](const Request& request) { return pause_of(request, model::system_now()); })});
    router.add({"POST", "/api/v1/resume", Access::change,
                telling(handlers, [](const Request& request) { return resume_of(request, model::system_now()); })});
    router.add({"POST", "/api/v1/release", Access::change,
                telling(handlers, [](const Request& request) { return release_of(request, model::system_now()); })});
}

}  // namespace

http::Router routes(const ApiHandlers& handlers) {
    http::Router router;
    add_health(router, handlers);
    add_status(router, handlers);
    add_queries(router, handlers);
    add_steering(router, handlers);
    return router;
}

}  // namespace dsr::api
