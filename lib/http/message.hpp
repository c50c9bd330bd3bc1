// SPDX-License-Identifier: Apache-2.0
// Requests and responses as handlers see them: plain values, so that only connection.cpp and client.cpp know Beast.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dsr::http {

class EventHub;

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Names the daemon's cluster; in every response.
inline constexpr std::string_view cluster_header = "DS-Reconciler-Cluster";

/// The value of the first pair of that name.
std::optional<std::string> value_of(const Pairs& pairs, std::string_view name);

/// The request as received, before any check.
struct Arrival {
    std::string method;
    std::string target;         ///< as sent, percent-encoded
    std::string host;           ///< the Host header
    std::string authorization;  ///< never passed to a handler
    std::string content_type;
    std::string if_none_match;  ///< entity tags that the caller already has
    std::string fetch_site;     ///< Sec-Fetch-Site, which a browser sends and a page cannot set; and the next two
    std::string fetch_mode;
    std::string fetch_dest;
    std::string body;
    bool local_socket = false;   ///< came over the Unix socket
    bool open_reading = true;    ///< the listener is on loopback: reading needs no token
    std::string listen_address;  ///< the configured address of the listener, without its port
};

struct Request {
    std::string method;  ///< GET, also for HEAD
    std::string path;
    Pairs parameters;  ///< of the route's pattern, decoded
    Pairs query;       ///< decoded, in order
    std::string content_type;
    std::string if_none_match;
    std::string body;
    bool may_read = true;  ///< whether its caller may read protected data
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    Pairs headers;
    std::shared_ptr<EventHub> events;  ///< when set: a stream of its events instead of `body`
};

/// Call it once, on the io_context's thread, at once or later.
using Respond = std::function<void(Response)>;

/// Thrown by a handler, or by work for one, if a request cannot be served as it is: it becomes the answer.
class Refusal : public std::runtime_error {
public:
    /// `message`: a sentence for people; it is sent.
    Refusal(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

/// {"error": {"code": ..., "message": ...}}, the code by the status; bytes that are not UTF-8 are replaced.
Response error(int status, std::string_view message);

/// 503 with Retry-After.
Response unavailable(std::string_view message, int retry_after_seconds);

/// A JSON body.
Response json(std::string body, int status = 200);

}  // namespace dsr::http
