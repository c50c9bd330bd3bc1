// SPDX-License-Identifier: Apache-2.0
#include "ask_daemon.hpp"

#include <fmt/format.h>

#include <tuple>

#include "http/client.hpp"
#include "http/endpoint.hpp"
#include "http/token.hpp"
#include "model/failure.hpp"

namespace dsr {

using model::Failure;
using model::Meaning;

namespace {

constexpr std::chrono::seconds patience{5};

/// The sentence of an error answer.
std::string sentence_in(const http::Answer& answer) {
    const auto body = answer::Json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.contains("error") && body["error"].is_object()) {
        const auto message = body["error"].find("message");
        if (message != body["error"].end() && message->is_string()) return message->get<std::string>();
    }
    return fmt::format("HTTP status {}", answer.status);
}

/// What the first place that answers says: the socket, whose file tells who may use it, before the port.
std::optional<http::Answer> answer_of(const config::Http& http, const std::string& cluster, const http::Call& call) {
    std::vector<http::Place> places{http.socket};
    if (auto endpoint = http::parse_endpoint(http.listen)) {
        if (endpoint->address().is_unspecified())
            endpoint->address(endpoint->address().is_v6()
                                  ? boost::asio::ip::address(boost::asio::ip::address_v6::loopback())
                                  : boost::asio::ip::address_v4::loopback());
        places.emplace_back(*endpoint);
    }
    for (const auto& place : places) {
        try {
            auto answer = http::call(place, call, patience);
            if (answer.cluster == cluster) return answer;
        } catch (const http::NobodyListens&) {  // the next place, or none
        } catch (const http::NoAnswer& silent) {
            throw Failure(Meaning::retry, silent.what());
        }
    }
    return std::nullopt;
}

}  // namespace

std::string cluster_of(const config::Config& config) {
    const auto& [registry, database] = std::tie(config.registry, config.database);
    return http::fingerprint(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", registry.connect, registry.name_space,
                                         static_cast<int>(database.type), database.host, database.port, database.name,
                                         database.path.string()));
}

std::optional<answer::Json> ask_daemon(const config::Config& config, std::string_view method, const std::string& path,
                                       const answer::Json& body) {
    if (!config.http.enabled || (method != "GET" && !config.http.token.is_set())) return std::nullopt;
    const config::Secret& token = config.http.token.is_set() ? config.http.token : config.http.read_token;
    http::Call call{.method = std::string(method), .target = path, .token = token.reveal(), .body = {}};
    if (!body.is_null()) call.body = answer::dump(body);
    const auto answer = answer_of(config.http, cluster_of(config), call);
    if (!answer) return std::nullopt;
    if (answer->status < 200 || answer->status > 299) {
        const bool ours = answer->status >= 400 && answer->status < 500;
        throw Failure(ours ? Meaning::refused : Meaning::retry, "the daemon answers: " + sentence_in(*answer));
    }
    auto json = answer::Json::parse(answer->body, nullptr, false);
    if (json.is_discarded()) throw Failure(Meaning::retry, "the daemon's answer is no JSON");
    return json;
}

int run_health(const config::Config& config, std::ostream& out) {
    std::string why;
    try {
        const auto answer = answer_of(config.http, cluster_of(config), {"GET", "/healthz", "", ""});
        if (answer && answer->status == 200) {
            out << "ok\n";
            return 0;
        }
        why = "no daemon answers at http.socket or http.listen";
        if (answer) {
            const auto body = answer::Json::parse(answer->body, nullptr, false);
            why = body.is_object() && body.value("reason", answer::Json()).is_string()
                      ? body["reason"].get<std::string>()
                      : sentence_in(*answer);
        }
    } catch (const Failure& failure) {
        why = failure.what();
    }
    out << "failing: " << why << "\n";
    return 1;
}

}  // namespace dsr
