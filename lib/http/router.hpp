// SPDX-License-Identifier: Apache-2.0
// From method and target of a request to its handler. Pure; filled once, then only read.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dsr::http {

/// The target of a request: "/a/b%20c?x=1" is the segments "a", "b c" and the query x=1.
struct Target {
    std::string path;                   ///< decoded
    std::vector<std::string> segments;  ///< decoded separately, so that %2F is no separator
    Pairs query;
};

/// Nothing if it is not in origin form ("/..."), an escape is invalid, the decoded text is not UTF-8, or the path has
/// control characters.
std::optional<Target> parse_target(std::string_view text);

/// Who may call a route.
enum class Access {
    open,    ///< everybody who reaches the port: liveness of the daemon
    read,    ///< on loopback everybody, elsewhere the holder of either token
    change,  ///< always only the holder of the token for changes
};

using Handler = std::function<void(const Request&, const Respond&)>;

struct Route {
    std::string method;   ///< GET answers HEAD too
    std::string pattern;  ///< "/api/v1/instances/{id}": a segment in braces takes any one segment that is not empty
    Access access = Access::read;
    Handler handler;
    std::vector<std::string> query = {};  ///< the names its query may have
    std::size_t repeated = 0;             ///< as many of the last of them may be repeated
};

class Router {
public:
    void add(Route route);

    struct Match {
        const Route* route = nullptr;  ///< null: no such path, or not with this method
        Pairs parameters;
        std::string allow;  ///< the methods of the path, when it has any: "GET, HEAD"
    };
    [[nodiscard]] Match find(std::string_view method, const std::vector<std::string>& segments) const;

    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

/// For a message: "known here: a, b".
std::string known_here(const std::vector<std::string>& names);

/// Throws Refusal(400) unless the query has only these names, and each at most once, except the last `repeated`.
void require_known(const Pairs& query, const std::vector<std::string>& names, std::size_t repeated);

}  // namespace dsr::http
