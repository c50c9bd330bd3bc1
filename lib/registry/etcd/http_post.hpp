// SPDX-License-Identifier: Apache-2.0
// One HTTP connection to etcd's gateway, by libcurl: posts JSON and returns the answer, limited in time and size. Each
// call blocks the calling thread. Thread: one at a time.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "model/instant.hpp"

namespace dsr::registry::etcd {

struct EtcdTls {
    std::string ca_file;    ///< trusted instead of the system's certificates; empty: the system's
    std::string cert_file;  ///< our certificate, with key_file; empty: none
    std::string key_file;
};

struct HttpAnswer {
    long status = 0;
    std::string body;
};

/// There was no whole answer. The text contains no secret.
class HttpFailure : public std::runtime_error {
public:
    HttpFailure(const std::string& what, bool maybe_arrived, bool needs_operator)
        : std::runtime_error(what), maybe_arrived_(maybe_arrived), needs_operator_(needs_operator) {}
    /// Whether the server may have received the request.
    [[nodiscard]] bool maybe_arrived() const noexcept { return maybe_arrived_; }
    /// Whether trying again is useless: a certificate is wrong.
    [[nodiscard]] bool needs_operator() const noexcept { return needs_operator_; }

private:
    bool maybe_arrived_;
    bool needs_operator_;
};

class HttpPost {
public:
    /// Maximum size of an answer: some 40,000 servers' heartbeats.
    static constexpr std::size_t max_answer = std::size_t{64} * 1024 * 1024;

    /// Throws model::Failure when libcurl cannot be used.
    explicit HttpPost(const EtcdTls& tls);

    /// url: "http(s)://host:port/path". token: sent as the header Authorization, unless empty. Throws HttpFailure.
    [[nodiscard]] HttpAnswer post(const std::string& url, const std::string& json, const std::string& token,
                                  model::Milliseconds timeout);

private:
    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    template <class Value>
    void set(CURLoption option, Value value);
    [[noreturn]] void fail(CURLcode code, model::Milliseconds timeout);
    static std::size_t take(char* data, std::size_t size, std::size_t count, void* self);

    std::string error_;  ///< libcurl writes into this buffer
    std::string body_;
    bool too_large_ = false;
    std::unique_ptr<CURL, FreeHandle> handle_;  ///< destroyed first, because it points at the others
};

}  // namespace dsr::registry::etcd
