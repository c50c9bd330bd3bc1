// SPDX-License-Identifier: Apache-2.0
#include "commands/ask_daemon.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <tuple>
#include <vector>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "http/token.hpp"
#include "model/failure.hpp"

namespace dsr {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr std::chrono::seconds timeout{5};

/// The sentence of an error answer.
std::string sentence_in(const http::Answer& answer) {
    const auto body = query::Json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.contains("error") && body["error"].is_object()) {
        const auto message = body["error"].find("message");
        if (message != body["error"].end() && message->is_string()) return message->get<std::string>();
    }
    return fmt::format("HTTP status {}", answer.status);
}

/// The daemon's user in the package and the container.
constexpr const char* service_user = "ds-reconciler";

std::optional<uid_t> user_of_service() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(service_user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->pw_uid;
}

/// Users whose process may be the daemon of this configuration. The owner of the token's file already has the token.
std::function<bool(uid_t)> trusted_by(const config::Http& http) {
    return [file = http.token_file](uid_t user) {
        struct ::stat status {};
        return user == 0 || user == ::geteuid() || user == user_of_service() ||
               (!file.empty() && ::stat(file.c_str(), &status) == 0 && status.st_uid == user);
    };
}

/// Where a daemon answers without a token; `open`: the query needs no token anywhere.
std::vector<http::ServerAddress> places_of(const config::Http& http, bool open) {
    std::vector<http::ServerAddress> places{http.socket};
    if (auto endpoint = base::parse_endpoint(http.listen);
        endpoint && (open || base::is_loopback(endpoint->address()))) {
        if (endpoint->address().is_unspecified())
            endpoint->address(endpoint->address().is_v6()
                                  ? boost::asio::ip::address(boost::asio::ip::address_v6::loopback())
                                  : boost::asio::ip::address_v4::loopback());
        places.emplace_back(*endpoint);
    }
    return places;
}

/// The answer of the first place of this cluster: the socket, whose owner is known, before the port.
std::optional<http::Answer> answer_of(const std::vector<http::ServerAddress>& places, const std::string& cluster,
                                      const http::Call& call) {
    for (const auto& place : places) {
        try {
            auto answer = http::call(place, call, timeout);
            if (answer.cluster == cluster) return answer;
        } catch (const http::StrangerListens& stranger) {
            std::cerr << "warning: " << stranger.what() << "; no request was sent to it\n";
        } catch (const http::NobodyListens&) {  // try the next place, if any
        } catch (const http::NoAnswer& silent) {
            throw Failure(ErrorKind::retry, silent.what());
        }
    }
    return std::nullopt;
}

query::Json body_of(const http::Answer& answer) {
    if (answer.status < 200 || answer.status > 299) {
        const bool ours = answer.status >= 400 && answer.status < 500;
        throw Failure(ours ? ErrorKind::permanent : ErrorKind::retry, "the daemon answers: " + sentence_in(answer));
    }
    auto json = query::Json::parse(answer.body, nullptr, false);
    if (json.is_discarded()) throw Failure(ErrorKind::retry, "the daemon's answer is not JSON");
    return json;
}

http::ServerAddress place_of(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    auto text = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string_view{};
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto endpoint = base::parse_endpoint(text);
    if (!endpoint)
        throw Failure(
            ErrorKind::permanent,
            fmt::format("--url {} is invalid: write an address and a port, such as http://127.0.0.1:9530", url));
    return *endpoint;
}

}  // namespace

std::string cluster_of(const config::Config& config) {
    const auto& [registry, database] = std::tie(config.registry, config.database);
    const auto servers = registry.type == model::RegistryKind::zookeeper ? registry.connect
                         : registry.type == model::RegistryKind::etcd    ? registry.endpoints
                                                                         : std::string(name(registry.type));
    return http::fingerprint(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", servers, registry.name_space,
                                         static_cast<int>(database.type), database.host, database.port, database.name,
                                         database.path.string()));
}

std::optional<query::Json> ask_daemon(const config::Config& config, const std::string& path) {
    if (!config.http.enabled) return std::nullopt;
    const auto answer = answer_of(places_of(config.http, false), cluster_of(config),
                                  {.target = path, .trusts = trusted_by(config.http)});
    if (!answer) return std::nullopt;
    return body_of(*answer);
}

std::optional<query::Json> tell_daemon(const config::Config& config, const std::string& path, const query::Json& body,
                                       const std::string& url) {
    const auto& http = config.http;
    if (url.empty() && (!http.enabled || !http.token.is_set())) return std::nullopt;
    if (!http.token.is_set()) throw Failure(ErrorKind::permanent, "--url requires the token: set http.token_file");
    const http::ServerAddress place = url.empty() ? http::ServerAddress(http.socket) : place_of(url);
    const auto answer = answer_of({place}, cluster_of(config),
                                  {.method = "POST",
                                   .target = path,
                                   .token = http.token.reveal(),
                                   .body = query::dump(body),
                                   .trusts = trusted_by(http)});
    if (answer) return body_of(*answer);
    if (!url.empty()) throw Failure(ErrorKind::retry, fmt::format("no daemon of this cluster answers at {}", url));
    return std::nullopt;
}

int run_health(const config::Config& config, std::ostream& out) {
    std::string why;
    try {
        const auto answer = answer_of(places_of(config.http, true), cluster_of(config),
                                      {.target = "/healthz", .trusts = trusted_by(config.http)});
        if (answer && answer->status == 200) {
            out << "ok\n";
            return 0;
        }
        why = "no daemon answers at http.socket or http.listen";
        if (answer) {
            const auto body = query::Json::parse(answer->body, nullptr, false);
            why = body.is_object() && body.value("reason", query::Json()).is_string()
                      ? body["reason"].get<std::string>()
                      : sentence_in(*answer);
        }
    } catch (const Failure& failure) {
        why = failure.what();
    }
    out << "failing: " << base::printable(why) << "\n";
    return 1;
}

}  // namespace dsr
