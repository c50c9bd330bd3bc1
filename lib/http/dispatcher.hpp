// SPDX-License-Identifier: Apache-2.0
// What happens to each request before a handler sees it: is it meant for us, does the path exist, may the caller do
// that. Knows no sockets. Lives on the io_context's thread.
#pragma once

#include <spdlog/logger.h>

#include "http/message.hpp"
#include "http/router.hpp"
#include "http/token.hpp"

namespace dsr::http {

class Dispatcher {
public:
    Dispatcher(Router router, spdlog::logger& log) : router_(std::move(router)), log_(log) {}

    /// `token` may read and change, `read_token` read only. Returns whether either is another one than before.
    bool set_tokens(const Token& token, const Token& read_token) {
        const bool others = token_ != token || read_token_ != read_token;
        token_ = token;
        read_token_ = read_token;
        return others;
    }
    /// What each response names as its cluster.
    void set_cluster(std::string cluster) { cluster_ = std::move(cluster); }
    [[nodiscard]] const std::string& cluster() const { return cluster_; }

    /// Calls `respond` once, now or later, whatever the request is. What a handler throws becomes a 500.
    void handle(Arrival arrival, const Respond& respond) const;

private:
    [[nodiscard]] std::optional<Response> refusal(const Arrival& arrival, Access access) const;

    Router router_;
    spdlog::logger& log_;
    Token token_;
    Token read_token_;
    std::string cluster_;
};

}  // namespace dsr::http
