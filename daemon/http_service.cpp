// SPDX-License-Identifier: Apache-2.0
#include "http_service.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "api/neighbours.hpp"
#include "api/page/page.hpp"
#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "cluster_identity.hpp"
#include "commands/ask_daemon.hpp"
#include "ops/health.hpp"

namespace dsr {

namespace {

constexpr std::chrono::seconds ping{15};
constexpr std::chrono::seconds neighbours_wait{2};

http::Router with_page(http::Router router) {
    page::add_routes(router);
    return router;
}

/// Converts a point of the steady clock to wall time.
std::optional<model::Instant> on_the_wall(std::optional<std::chrono::steady_clock::time_point> point) {
    if (!point) return std::nullopt;
    return model::system_now() +
           std::chrono::duration_cast<std::chrono::microseconds>(*point - std::chrono::steady_clock::now());
}

}  // namespace

HttpService::HttpService(Dependencies dependencies)
    : dependencies_(std::move(dependencies)),
      sweep_queue_(dependencies_.io, dependencies_.log,
                   {[this](std::function<void()> work) { dependencies_.scheduler.between_sweeps(std::move(work)); },
                    [this] { return dependencies_.scheduler.running_since(); }},
                   {}),
      events_(std::make_shared<http::EventHub>(dependencies_.io, ping)),
      dispatcher_(with_page(api::routes(handlers())), dependencies_.log),
      server_(dependencies_.io, dependencies_.log, dispatcher_, http::Limits{}) {
    daemon_status_.version = DSR_VERSION;
    daemon_status_.replica = replica_identity();
    daemon_status_.started_at = model::system_now();
    events_->greet_with("status", [this] { return query::dump(query::status(daemon_status(), model::system_now())); });
}

api::ApiHandlers HttpService::handlers() {
    return {
        .daemon_status = [this]() -> const query::DaemonStatus& { return daemon_status(); },
        .stuck = [this] { return dependencies_.liveness.stuck(); },
        .unready = [this] { return ops::unready(daemon_status_.last); },
        .metrics = dependencies_.metrics,
        .sweep_now = [this] { dependencies_.scheduler.sweep_now(); },
        .neighbours =
            [this](std::function<void(std::vector<query::ClusterAnswer>)> done) {
                api::ask_neighbours(dependencies_.io, api::neighbours_of(socket_), neighbours_wait, std::move(done));
            },
        .sweep_queue = sweep_queue_,
        .events = events_,
        .query_service =
            [this] { return engine().query_service(query::QueryService::Role::replica, dependencies_.shutdown); },
        .tell =
            [this](const model::ControlNote& note) {
                if (note.action == model::ControlAction::release && note.instance) {
                    const auto query_service =
                        engine().query_service(query::QueryService::Role::replica, dependencies_.shutdown);
                    if (const auto why = query_service.release_refused(*note.instance))
                        throw http::Refusal(
                            409, fmt::format("workflow instance {} is not released: {}", note.instance->value, *why));
                }
                try {
                    return engine().tell(note);
                } catch (const NoSuchInstance& none) {
                    throw http::Refusal(404, none.what());
                }
            }};
}

void HttpService::configure(const config::Config& config) {
    daemon_status_.cluster = identity_of(config);
    daemon_status_.policy = config.policy;
    daemon_status_.shadow = config.sweep.shadow;
    daemon_status_.ui_url = config.http.ui_url;
    // A stream opened with a token that is no longer valid must end.
    if (dispatcher_.set_tokens(http::Token(config.http.token.reveal()), http::Token(config.http.read_token.reveal())))
        server_.end_streams_of_tokens();
    dispatcher_.set_cluster(cluster_of(config));
    http::Places places;
    if (config.http.enabled) {
        places.tcp = base::parse_endpoint(config.http.listen);
        places.socket = config.http.socket;
        std::error_code ignored;
        const bool by_default = places.socket == config::Http{}.socket;
        if (by_default && !std::filesystem::is_directory(places.socket.parent_path(), ignored)) {
            if (!told_of_no_folder_)
                dependencies_.log.info(
                    "http: no Unix socket, because the folder {} does not exist; create it, or change http.socket",
                    places.socket.parent_path().string());
            told_of_no_folder_ = true;
            places.socket.clear();
        }
    }
    socket_ = places.socket;
    server_.listen(places);
}

void HttpService::config_loaded(const std::string& error) {
    daemon_status_.config_error = base::first_characters(error, query::DaemonStatus::max_config_error);
    publish_status();
}

void HttpService::finished(const model::SweepReport& report) {
    daemon_status_.finished(report);
    sweep_queue_.sweep_ended();
    publish_status();
}

void HttpService::publish_status() {
    // Posted after the scheduler's pending work, because only then the time of the next sweep is known.
    boost::asio::post(dependencies_.io, [this, events = events_] {
        if (events->followers() > 0)
            events->publish("status", query::dump(query::status(daemon_status(), model::system_now())));
    });
}

void HttpService::stop(std::function<void()> quiet) {
    sweep_queue_.stop();
    server_.stop(std::move(quiet));
}

const query::DaemonStatus& HttpService::daemon_status() {
    daemon_status_.sweep_running_since = on_the_wall(dependencies_.scheduler.running_since());
    daemon_status_.next_sweep_at = on_the_wall(dependencies_.scheduler.next_at());
    return daemon_status_;
}

Engine& HttpService::engine() const {
    auto* engine = dependencies_.engine();
    if (engine == nullptr) throw model::Failure(model::ErrorKind::retry, "the daemon is starting");
    return *engine;
}

}  // namespace dsr
