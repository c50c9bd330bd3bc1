// SPDX-License-Identifier: Apache-2.0
#include "http_service.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "ask_daemon.hpp"
#include "http/endpoint.hpp"
#include "http/refusal.hpp"
#include "ops/health.hpp"
#include "page/page.hpp"

namespace dsr {

namespace {

constexpr std::chrono::seconds ping{15};

http::Router with_page(http::Router router) {
    page::add_routes(router);
    return router;
}

/// A point of the steady clock on the wall.
std::optional<model::Instant> on_the_wall(std::optional<std::chrono::steady_clock::time_point> point) {
    if (!point) return std::nullopt;
    return model::system_now() +
           std::chrono::duration_cast<std::chrono::microseconds>(*point - std::chrono::steady_clock::now());
}

}  // namespace

HttpService::HttpService(Surroundings around)
    : around_(std::move(around)),
      errands_(around_.io, around_.log,
               {[this](std::function<void()> work) { around_.scheduler.between_sweeps(std::move(work)); },
                [this] { return around_.scheduler.running_since(); }},
               {}),
      events_(std::make_shared<http::EventHub>(around_.io, ping)),
      dispatcher_(with_page(api::routes(hands())), around_.log),
      server_(around_.io, around_.log, dispatcher_, http::Limits{}) {
    standing_.version = DSR_VERSION;
    standing_.replica = replica_identity();
    standing_.started_at = model::system_now();
    events_->greet_with("status", [this] { return answer::dump(answer::status(standing(), model::system_now())); });
}

api::Hands HttpService::hands() {
    return {.standing = [this]() -> const answer::Standing& { return standing(); },
            .stuck = [this] { return around_.liveness.stuck(); },
            .unready = [this] { return ops::unready(standing_.last); },
            .metrics = around_.metrics,
            .sweep_now = [this] { around_.scheduler.sweep_now(); },
            .errands = errands_,
            .events = events_,
            .inquiry = [this] { return engine().inquiry(answer::Inquiry::Seat::replica, around_.shutdown); },
            .tell =
                [this](const model::ControlNote& note) {
                    if (note.action == model::ControlAction::release && note.instance) {
                        const auto inquiry = engine().inquiry(answer::Inquiry::Seat::replica, around_.shutdown);
                        if (const auto why = inquiry.release_refused(*note.instance))
                            throw http::Refusal(409, fmt::format("workflow instance {} is not released: {}",
                                                                 note.instance->value, *why));
                    }
                    try {
                        return engine().tell(note);
                    } catch (const NoSuchInstance& none) {
                        throw http::Refusal(404, none.what());
                    }
                }};
}

void HttpService::configure(const config::Config& config) {
    standing_.policy = policy_of(config);
    standing_.shadow = casts_shadow(config);
    // Who opened a stream with a token that is no longer taken must not go on reading.
    if (dispatcher_.set_tokens(http::Token(config.http.token.reveal()), http::Token(config.http.read_token.reveal())))
        server_.end_streams_of_tokens();
    dispatcher_.set_cluster(cluster_of(config));
    http::Places places;
    if (config.http.enabled) {
        places.tcp = http::parse_endpoint(config.http.listen);
        places.socket = config.http.socket;
        std::error_code ignored;
        const bool by_default = places.socket == config::Http{}.socket;
        if (by_default && !std::filesystem::is_directory(places.socket.parent_path(), ignored)) {
            if (!told_of_no_folder_)
                around_.log.info("http: no Unix socket, for there is no folder {}; http.socket names another place",
                                 places.socket.parent_path().string());
            told_of_no_folder_ = true;
            places.socket.clear();
        }
    }
    server_.listen(places);
}

void HttpService::finished(const model::SweepReport& report) {
    standing_.finished(report);
    errands_.sweep_ended();
    // Behind what the scheduler still has to do: only then it is known when the next sweep is.
    boost::asio::post(around_.io, [this, events = events_] {
        if (events->followers() > 0)
            events->publish("status", answer::dump(answer::status(standing(), model::system_now())));
    });
}

void HttpService::stop(std::function<void()> quiet) {
    errands_.stop();
    server_.stop(std::move(quiet));
}

const answer::Standing& HttpService::standing() {
    standing_.sweep_running_since = on_the_wall(around_.scheduler.running_since());
    standing_.next_sweep_at = on_the_wall(around_.scheduler.next_at());
    return standing_;
}

Engine& HttpService::engine() const {
    auto* engine = around_.engine();
    if (engine == nullptr) throw model::Failure(model::Meaning::retry, "the daemon is starting");
    return *engine;
}

}  // namespace dsr
