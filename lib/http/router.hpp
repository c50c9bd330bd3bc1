// SPDX-License-Identifier: Apache-2.0
// From method and path to the handler. Pure; filled once, then only read.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/target.hpp"

namespace dsr::http {

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
    bool last_repeats = false;            ///< the last of them may be repeated
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

}  // namespace dsr::http
