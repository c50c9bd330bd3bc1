// SPDX-License-Identifier: Apache-2.0
// The checks before a handler runs: whether the request is for this daemon, the path exists, and the caller is
// authorised. Knows no sockets. Lives on the io_context's thread.
#pragma once

#include <spdlog/logger.h>

#include "http/message.hpp"
#include "http/router.hpp"
#include "http/token.hpp"

namespace dsr::http {

/// Whether a Host header names this machine itself (localhost, a loopback address) or the listen address. A name from
/// foreign DNS that resolves to this machine (DNS rebinding) does not.
bool is_own_host(std::string_view host, std::string_view listen_address);

class Dispatcher {
public:
    Dispatcher(Router router, spdlog::logger& log) : router_(std::move(router)), log_(log) {}

    /// `token` may read and change, `read_token` only read. Returns whether either one changed.
    bool set_tokens(const Token& token, const Token& read_token) {
        const bool others = token_ != token || read_token_ != read_token;
        token_ = token;
        read_token_ = read_token;
        return others;
    }
    /// The cluster name in each response.
    void set_cluster(std::string cluster) { cluster_ = std::move(cluster); }
    [[nodiscard]] const std::string& cluster() const { return cluster_; }

    /// Calls `respond` once, now or later, for any request. An exception of a handler becomes a 500.
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
