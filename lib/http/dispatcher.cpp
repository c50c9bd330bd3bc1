// SPDX-License-Identifier: Apache-2.0
#include "http/dispatcher.hpp"

#include "base/endpoint.hpp"
#include "base/text.hpp"

namespace dsr::http {

namespace {

/// Whether a browser sends the request for a page of another site, or of another port of this machine. A link to the
/// daemon's page does not count. Off loopback such a page has no token to send.
bool is_foreign_page(const Arrival& arrival) {
    if (arrival.local_socket || !arrival.open_reading) return false;
    if (arrival.fetch_site != "cross-site" && arrival.fetch_site != "same-site") return false;
    return arrival.fetch_mode != "navigate" || arrival.fetch_dest != "document";
}

}  // namespace

bool is_own_host(std::string_view host, std::string_view listen_address) {
    const auto named = base::parse_host_port(host);
    if (!named) return false;
    if (base::lower(named->host) == "localhost") return true;
    const auto address = base::parse_address(named->host);
    return address && (base::is_loopback(*address) || address == base::parse_address(listen_address));
}

void Dispatcher::handle(Arrival arrival, const Respond& respond) const {
    auto target = parse_target(arrival.target);
    if (!target) return respond(error(400, "the path or query of this request cannot be parsed"));
    // If everything needs the token, a rebound name gains nothing, and the valid host names are not known.
    if (!arrival.local_socket && arrival.open_reading && !is_own_host(arrival.host, arrival.listen_address)) {
        return respond(error(400,
                             "the Host header names neither this machine (localhost, a loopback address) nor the "
                             "address of http.listen"));
    }
    if (is_foreign_page(arrival))
        return respond(error(403, "requests from pages of other sites are refused; open the page of the daemon"));
    auto found = router_.find(arrival.method, target->segments);
    if (found.route == nullptr) {
        if (found.allow.empty()) return respond(error(404, "this path does not exist"));
        auto response = error(405, "this path accepts " + found.allow);
        response.headers.emplace_back("Allow", found.allow);
        return respond(std::move(response));
    }
    if (auto refused = refusal(arrival, found.route->access)) return respond(std::move(*refused));

    Request request;
    request.method = found.route->method;
    request.path = std::move(target->path);
    request.parameters = std::move(found.parameters);
    request.query = std::move(target->query);
    request.content_type = std::move(arrival.content_type);
    request.if_none_match = std::move(arrival.if_none_match);
    request.body = std::move(arrival.body);
    request.may_read = !refusal(arrival, Access::read);
    try {
        require_known(request.query, found.route->query, found.route->repeated);
        found.route->handler(request, respond);
    } catch (const Refusal& refused) {
        respond(error(refused.status(), refused.what()));
    } catch (const std::exception& fault) {
        log_.error("internal error; please report it: {} {}: {}", request.method, found.route->pattern, fault.what());
        respond(error(500, "internal error; see the log of the daemon"));
    }
}

std::optional<Response> Dispatcher::refusal(const Arrival& arrival, Access access) const {
    if (access == Access::open || (access == Access::read && arrival.open_reading)) return std::nullopt;
    if (!token_.is_set() && access == Access::change)
        return error(403, "this daemon accepts no changes over HTTP: set http.token_file in its configuration");
    if (token_.admits(arrival.authorization)) return std::nullopt;
    if (read_token_.admits(arrival.authorization)) {
        if (access == Access::read) return std::nullopt;
        return error(
            403,
            "this token, of http.read_token_file, only allows reading: a change requires the token of http.token_file");
    }
    const bool none = !token_.is_set() && !read_token_.is_set();
    auto response = error(
        401, none ? "http.listen is not on loopback, so reading requires a token: set http.token_file or "
                    "http.read_token_file in the configuration"
             : arrival.authorization.empty() ? "this request requires the header Authorization: Bearer TOKEN"
             : read_token_.is_set() ? "the token is neither that of http.token_file nor that of http.read_token_file"
                                    : "the token is not the one of http.token_file");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace dsr::http
