// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dsr::http {

std::optional<std::string> value_of(const Pairs& pairs, std::string_view name) {
    const auto found =
        std::find_if(pairs.begin(), pairs.end(), [name](const auto& pair) { return pair.first == name; });
    return found == pairs.end() ? std::nullopt : std::optional(found->second);
}

namespace {

/// Programs use them: never rename one.
std::string_view code_of(int status) {
    switch (status) {
        case 400:
            return "bad_request";
        case 401:
            return "unauthorized";
        case 403:
            return "forbidden";
        case 404:
            return "not_found";
        case 405:
            return "method_not_allowed";
        case 408:
            return "too_slow";
        case 409:
            return "conflict";
        case 413:
            return "too_large";
        case 415:
            return "unsupported_media_type";
        case 429:
            return "too_many_requests";
        case 431:
            return "headers_too_large";
        case 503:
            return "unavailable";
        default:
            return "fault";
    }
}

}  // namespace

Response error(int status, std::string_view message) {
    const nlohmann::ordered_json body{{"error", {{"code", code_of(status)}, {"message", message}}}};
    return json(body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace), status);
}

Response unavailable(std::string_view message, int retry_after_seconds) {
    auto response = error(503, message);
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
    return response;
}

Response json(std::string body, int status) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

}  // namespace dsr::http
