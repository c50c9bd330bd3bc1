// SPDX-License-Identifier: Apache-2.0
#include "commands/ask_daemon.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "config/files.hpp"
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

/// Users whose process may be the daemon. The owner of the token's file already has the token.
std::function<bool(uid_t)> trusted_by(const std::filesystem::path& token_file) {
    return [token_file](uid_t user) {
        struct ::stat status {};
        return user == 0 || user == ::geteuid() || user == user_of_service() ||
               (!token_file.empty() && ::stat(token_file.c_str(), &status) == 0 && status.st_uid == user);
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

struct FirstAnswer {
    std::optional<http::Answer> answer;
    std::string why_none;
};

/// The answer of the first place of this cluster, or of any: the socket, whose owner is known, before the port.
FirstAnswer answer_of(const std::vector<http::ServerAddress>& places, const std::optional<std::string>& cluster,
                      const http::Call& call) {
    FirstAnswer first;
    const auto none_because = [&first](const std::string& why) {
        first.why_none += (first.why_none.empty() ? "" : "; ") + why;
    };
    for (const auto& place : places) {
        try {
            auto answer = http::call(place, call, timeout);
            if (!answer.cluster.empty() && (!cluster || answer.cluster == *cluster)) {
                first.answer = std::move(answer);
                return first;
            }
            none_because(answer.cluster.empty() ? "what answers there is not ds-reconcilerd"
                                                : "the daemon that answers there is of another cluster");
        } catch (const http::StrangerListens& stranger) {
            std::cerr << "warning: " << stranger.what() << "; no request was sent to it\n";
            none_because(stranger.what());
        } catch (const http::NobodyListens& nobody) {  // try the next place, if any
            none_because(nobody.what());
        } catch (const http::NoAnswer& silent) {
            throw Failure(ErrorKind::retry, silent.what());
        }
    }
    return first;
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

[[noreturn]] void refuse_url(const std::string& url, std::string_view why) {
    throw Failure(ErrorKind::permanent, fmt::format("--url {} {}, such as http://127.0.0.1:9530 or unix:{}",
                                                    base::printable(url), why, config::Http{}.socket.string()));
}

http::ServerAddress place_of(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    constexpr std::string_view of_socket = "unix:";
    std::string_view text = url;
    if (text.starts_with(of_socket)) return std::filesystem::path(text.substr(of_socket.size()));
    if (text.starts_with("https://"))
        refuse_url(url,
                   "is not supported: the daemon has no TLS. Forward its port with ssh -L, and write that address");
    if (!text.starts_with(scheme)) refuse_url(url, "is invalid: write an address and a port");
    text.remove_prefix(scheme.size());
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto named = base::parse_host_port(text);
    if (!named || !named->port) refuse_url(url, "is invalid: write an address and a port");
    if (const auto address = base::parse_address(named->host))
        return boost::asio::ip::tcp::endpoint(*address, *named->port);
    boost::asio::io_context io;
    boost::asio::ip::tcp::resolver resolver(io);
    boost::system::error_code error;
    const auto found = resolver.resolve(named->host, std::to_string(*named->port), error);
    if (error || found.empty())
        throw Failure(ErrorKind::retry, fmt::format("--url {}: the name {} is not resolved: {}", base::printable(url),
                                                    base::printable(named->host), error.message()));
    return found.begin()->endpoint();
}

/// Empty without a file.
config::Secret token_of(const std::string& file) {
    if (file.empty()) return {};
    auto token = config::read_token(file);
    if (const auto* fault = config::fault_of(token))
        throw Failure(ErrorKind::permanent, "--token-file: " + fault->message);
    return std::get<config::Secret>(std::move(token));
}

/// Of a daemon that must answer.
http::Answer required(FirstAnswer first, const std::string& url) {
    if (first.answer) return *std::move(first.answer);
    throw Failure(ErrorKind::retry, fmt::format("--url {}: {}", base::printable(url), first.why_none));
}

/// GET, without or with a token, of the daemon that is named.
http::Answer get_named(const NamedDaemon& named, const std::string& path) {
    const auto token = token_of(named.token_file);
    http::Call call{.target = path, .token = token.reveal()};
    if (token.is_set()) call.trusts = trusted_by(named.token_file);
    return required(answer_of({place_of(named.url)}, std::nullopt, call), named.url);
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

CLI::Option* add_named_daemon(CLI::App& command, NamedDaemon& named, const std::string& what) {
    auto* url = command.add_option("--url", named.url, what);
    command.add_option("--token-file", named.token_file, "the file of the token for --url; it is sent unencrypted")
        ->needs(url);
    return url;
}

DaemonAnswer ask_daemon(const config::Config& config, const std::string& path) {
    if (!config.http.enabled) return {std::nullopt, "http.enabled is false", true};
    const auto first = answer_of(places_of(config.http, false), cluster_of(config),
                                 {.target = path, .trusts = trusted_by(config.http.token_file)});
    if (!first.answer) return {std::nullopt, first.why_none};
    return {body_of(*first.answer), ""};
}

query::Json ask_named_daemon(const NamedDaemon& named, const std::string& path) {
    return body_of(get_named(named, path));
}

DaemonAnswer tell_daemon(const Configuration& configuration, const NamedDaemon& named, const std::string& path,
                         const query::Json& body) {
    const bool is_named = !named.url.empty();
    std::optional<std::string> cluster;
    config::Http http;
    if (!named.token_file.empty()) {
        http.token_file = named.token_file;
        http.token = token_of(named.token_file);
    } else {
        const auto config = configuration.load(config::SecretFiles::http_token, Configuration::Purpose::ask);
        http = config.http;
        cluster = cluster_of(config);
    }
    if (!is_named && http.token.is_set() && !http.enabled) return {std::nullopt, "http.enabled is false", true};
    if (!http.token.is_set()) {
        if (!is_named) return {std::nullopt, "http.token_file is not set, so no daemon accepts changes", true};
        throw Failure(ErrorKind::permanent, "--url requires the token: give --token-file, or set http.token_file");
    }
    const http::ServerAddress place = is_named ? place_of(named.url) : http::ServerAddress(http.socket);
    auto first = answer_of({place}, cluster,
                           {.method = "POST",
                            .target = path,
                            .token = http.token.reveal(),
                            .body = query::dump(body),
                            .trusts = trusted_by(http.token_file)});
    if (is_named) return {body_of(required(std::move(first), named.url)), ""};
    if (!first.answer) return {std::nullopt, first.why_none};
    return {body_of(*first.answer), ""};
}

int run_health(const Configuration& configuration, const NamedDaemon& named, std::ostream& out) {
    std::string why;
    try {
        FirstAnswer first;
        if (!named.url.empty()) {
            first.answer = get_named(named, "/healthz");
        } else {
            const auto config = configuration.load(config::SecretFiles::none, Configuration::Purpose::ask);
            first = answer_of(places_of(config.http, true), cluster_of(config),
                              {.target = "/healthz", .trusts = trusted_by(config.http.token_file)});
        }
        if (first.answer && first.answer->status == 200) {
            out << "ok\n";
            return 0;
        }
        why = first.why_none;
        if (first.answer) {
            const auto body = query::Json::parse(first.answer->body, nullptr, false);
            why = body.is_object() && body.value("reason", query::Json()).is_string()
                      ? body["reason"].get<std::string>()
                      : sentence_in(*first.answer);
        }
    } catch (const InvalidConfiguration&) {
        throw;
    } catch (const Failure& failure) {
        why = failure.what();
    }
    out << "failing: " << base::printable(why) << "\n";
    return 1;
}

}  // namespace dsr
