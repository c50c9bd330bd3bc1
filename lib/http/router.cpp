// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include <optional>

namespace dsr::http {

namespace {

std::optional<Pairs> match(std::string_view pattern, const std::vector<std::string>& segments) {
    Pairs parameters;
    std::size_t at = 0;
    pattern.remove_prefix(1);
    while (true) {
        if (at == segments.size()) return std::nullopt;
        const auto end = pattern.find('/');
        const auto part = pattern.substr(0, end);
        const auto& segment = segments[at++];
        if (part.size() > 2 && part.front() == '{' && part.back() == '}') {
            if (segment.empty()) return std::nullopt;
            parameters.emplace_back(part.substr(1, part.size() - 2), segment);
        } else if (part != segment) {
            return std::nullopt;
        }
        if (end == std::string_view::npos) break;
        pattern.remove_prefix(end + 1);
    }
    if (at != segments.size()) return std::nullopt;
    return parameters;
}

}  // namespace

void Router::add(Route route) {
    routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    Match found;
    for (const auto& route : routes_) {
        auto parameters = match(route.pattern, segments);
        if (!parameters) continue;
        if (route.method == wanted && found.route == nullptr) {
            found.route = &route;
            found.parameters = std::move(*parameters);
        }
        found.allow += (found.allow.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
    }
    return found;
}

}  // namespace dsr::http
