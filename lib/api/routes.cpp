// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include "api/steering.hpp"
#include "http/parameters.hpp"
#include "http/refusal.hpp"

namespace dsr::embedded {

/// lib/answer/openapi.json, see CMakeLists.txt.
std::string_view openapi();

}  // namespace dsr::embedded

namespace dsr::api {

using answer::Json;
using http::Access;
using http::Request;
using http::Respond;
using http::Response;

namespace {

model::Instant now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Response answered(const Json& json, int status = 200) {
    return http::json(answer::dump(json), status);
}

/// `reason`: what is told of the trouble.
Response health(const answer::Standing& standing, const std::string& trouble, const std::string& reason) {
    std::optional<model::Instant> ended;
    if (standing.last) ended = standing.last->started_at + standing.last->duration;
    return answered({{"status", trouble.empty() ? "ok" : "failing"},
                     {"reason", reason.empty() ? Json(nullptr) : Json(reason)},
                     {"last_sweep_at", answer::time_json(ended)}},
                    trouble.empty() ? 200 : 503);
}

model::Verdict verdict_of(const std::string& word) {
    const auto& names = model::verdict_names;
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) throw http::Refusal(400, "verdict " + word + " is not known");
    return static_cast<model::Verdict>(found - names.begin());
}

answer::Inquiry::Filter filter_of(const http::Pairs& query) {
    answer::Inquiry::Filter filter;
    for (const auto& [name, value] : query) {
        if (name == "verdict") filter.verdicts.push_back(verdict_of(value));
    }
    if (filter.verdicts.size() > model::verdict_names.size())
        throw http::Refusal(400, "verdict may be given " + std::to_string(model::verdict_names.size()) + " times");
    filter.host = http::value_of(query, "host");
    if (filter.host && (filter.host->empty() || http::characters_in(*filter.host) > 255))
        throw http::Refusal(400, "host has 1 to 255 characters");
    return filter;
}

/// A route that asks on the sweep's thread. `read` takes the request apart first, so that what makes no sense is
/// refused at once, and returns the question.
template <class Read>
http::Handler asking(const Hands& hands, Read read, http::Errands::Kind kind = http::Errands::Kind::question) {
    return [hands, read, kind](const Request& request, const Respond& respond) {
        auto question = read(request);
        hands.errands.run([hands, question = std::move(question)] { return answered(question(hands.inquiry())); },
                          respond, kind);
    };
}

/// A route that writes a note to the journal, on the sweep's thread; the next sweep acts by it, and comes at once.
template <class Read>
http::Handler telling(const Hands& hands, Read read) {
    return [hands, read](const Request& request, const Respond& respond) {
        auto note = read(request);
        hands.errands.run([hands, note = std::move(note)] { return answered(answer::note_json(hands.tell(note))); },
                          [respond, sweep_now = hands.sweep_now](Response response) {
                              const bool written = response.status == 200;
                              respond(std::move(response));
                              if (written) sweep_now();
                          },
                          http::Errands::Kind::change);
    };
}

void add_health(http::Router& router, const Hands& hands) {
    router.add({"GET", "/healthz", Access::open, [hands](const Request&, const Respond& respond) {
                    const auto trouble = hands.stuck();
                    respond(health(hands.standing(), trouble, trouble));
                }});
    router.add({"GET", "/readyz", Access::open, [hands](const Request& request, const Respond& respond) {
                    const auto trouble = hands.unready();
                    // It names databases, hosts and paths.
                    respond(health(hands.standing(), trouble, request.may_read ? trouble : ""));
                }});
    router.add({"GET", "/metrics", Access::read, [hands](const Request&, const Respond& respond) {
                    Response response;
                    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                    response.body = hands.metrics();
                    respond(std::move(response));
                }});
}

/// What is answered from memory, whatever the sweep's thread does.
void add_standing(http::Router& router, const Hands& hands) {
    router.add({"GET", "/api/v1/openapi.json", Access::read,
                [](const Request&, const Respond& respond) { respond(http::json(std::string(embedded::openapi()))); }});
    router.add({"GET", "/api/v1/status", Access::read, [hands](const Request&, const Respond& respond) {
                    respond(answered(answer::status(hands.standing(), now())));
                }});
    router.add(
        {"GET",
         "/api/v1/sweeps",
         Access::read,
         [hands](const Request& request, const Respond& respond) {
             const auto limit = http::integer_in(request.query, "limit", {1, answer::Standing::kept_sweeps});
             respond(answered(answer::sweeps(hands.standing(), static_cast<std::size_t>(limit.value_or(50)), now())));
         },
         {"limit"}});
    router.add({"GET", "/api/v1/events", Access::read, [hands](const Request&, const Respond& respond) {
                    Response response;
                    response.events = hands.events;
                    respond(std::move(response));
                }});
}

void add_inquiries(http::Router& router, const Hands& hands) {
    router.add({"GET",
                "/api/v1/verdicts",
                Access::read,
                asking(hands,
                       [](const Request& request) {
                           const auto after = http::integer_in(request.query, "after", {0, http::most_id});
                           const auto limit = http::integer_in(request.query, "limit", {1, answer::Verdicts::most});
                           return [filter = filter_of(request.query), after = after.value_or(0),
                                   limit = limit.value_or(100)](const answer::Inquiry& inquiry) {
                               return to_json(inquiry.verdicts(filter, model::WorkflowInstanceId{after},
                                                               static_cast<std::size_t>(limit)));
                           };
                       }),
                {"host", "after", "limit", "verdict"},
                true});
    router.add({"GET", "/api/v1/explain/{id}", Access::read, asking(hands, [](const Request& request) {
                    return [id = http::id_of(request)](const answer::Inquiry& inquiry) {
                        const auto explanation = inquiry.explain(model::WorkflowInstanceId{id});
                        if (explanation.standing == answer::Explanation::Standing::unknown)
                            throw http::Refusal(404, "there is no workflow instance " + std::to_string(id));
                        return to_json(explanation);
                    };
                })});
    router.add(
        {"GET", "/api/v1/impact", Access::read,
         asking(
             hands,
             [](const Request&) { return [](const answer::Inquiry& inquiry) { return to_json(inquiry.impact()); }; },
             http::Errands::Kind::shared_question)});
    router.add({"GET",
                "/api/v1/history",
                Access::read,
                asking(hands,
                       [](const Request& request) {
                           const auto id = http::integer_in(request.query, "instance", {1, http::most_id});
                           const auto limit = http::integer_in(request.query, "limit", {1, answer::History::most});
                           std::optional<model::WorkflowInstanceId> instance;
                           if (id) instance = model::WorkflowInstanceId{*id};
                           return [instance, limit = limit.value_or(100)](const answer::Inquiry& inquiry) {
                               return to_json(inquiry.history(instance, static_cast<std::size_t>(limit)));
                           };
                       }),
                {"instance", "limit"}});
}

void add_steering(http::Router& router, const Hands& hands) {
    router.add({"POST", "/api/v1/sweep", Access::change, [hands](const Request& request, const Respond& respond) {
                    (void)http::object_of(request, {}, false);
                    const bool running = hands.standing().sweep_running_since.has_value();
                    hands.sweep_now();
                    respond(answered({{"accepted", true}, {"sweep_running", running}}, 202));
                }});
    router.add({"POST", "/api/v1/pause", Access::change,
                telling(hands, [](const Request& request) { return pause_of(request, now()); })});
    router.add({"POST", "/api/v1/resume", Access::change,
                telling(hands, [](const Request& request) { return resume_of(request, now()); })});
    router.add({"POST", "/api/v1/release", Access::change,
                telling(hands, [](const Request& request) { return release_of(request, now()); })});
}

}  // namespace

http::Router routes(const Hands& hands) {
    http::Router router;
    add_health(router, hands);
    add_standing(router, hands);
    add_inquiries(router, hands);
    add_steering(router, hands);
    return router;
}

}  // namespace dsr::api
