// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/http_post.hpp"

#include <algorithm>
#include <system_error>

#include "model/failure.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr model::Milliseconds max_connect{2'000};

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

HttpPost::HttpPost(const EtcdTls& tls) : error_(CURL_ERROR_SIZE, '\0'), handle_(curl_easy_init()) {
    if (!handle_) throw Failure(ErrorKind::retry, "libcurl could not be started: too little memory?");
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");  // a registry is never reached through the proxy of http_proxy
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!tls.ca_file.empty()) {
        set(CURLOPT_CAINFO, tls.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // instead of the system's, not in addition
    }
    if (!tls.cert_file.empty()) {
        set(CURLOPT_SSLCERT, tls.cert_file.c_str());
        set(CURLOPT_SSLKEY, tls.key_file.c_str());
    }
    set(CURLOPT_WRITEFUNCTION, &HttpPost::take);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

template <class Value>
void HttpPost::set(CURLoption option, Value value) {
    const auto code = curl_easy_setopt(handle_.get(), option, value);
    if (code != CURLE_OK)
        throw Failure(ErrorKind::permanent,
                      std::string("libcurl does not support a required option: ") + curl_easy_strerror(code));
}

HttpAnswer HttpPost::post(const std::string& url, const std::string& json, const std::string& token,
                          model::Milliseconds timeout) {
    body_.clear();
    too_large_ = false;
    std::fill(error_.begin(), error_.end(), '\0');
    curl_slist* lines = curl_slist_append(nullptr, "Content-Type: application/json");
    lines = curl_slist_append(lines, "Expect:");
    if (!token.empty()) lines = curl_slist_append(lines, ("Authorization: " + token).c_str());
    const std::unique_ptr<curl_slist, FreeList> headers(lines);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
    set(CURLOPT_POSTFIELDS, json.c_str());
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, max_connect).count()));
    const auto code = curl_easy_perform(handle_.get());
    (void)curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    if (code != CURLE_OK) fail(code, timeout);
    HttpAnswer answer;
    (void)curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    answer.body = std::move(body_);
    return answer;
}

std::size_t HttpPost::take(char* data, std::size_t size, std::size_t count, void* self) {
    auto& post = *static_cast<HttpPost*>(self);
    if (post.body_.size() + size * count > max_answer) {
        post.too_large_ = true;
        return 0;
    }
    post.body_.append(data, size * count);
    return size * count;
}

void HttpPost::fail(CURLcode code, model::Milliseconds timeout) {
    long sent = 0;
    long os_error = 0;
    (void)curl_easy_getinfo(handle_.get(), CURLINFO_REQUEST_SIZE, &sent);
    (void)curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &os_error);
    const bool maybe_arrived = sent > 0;
    if (too_large_)
        throw HttpFailure("its answer is larger than " + std::to_string(max_answer >> 20) + " MiB", maybe_arrived,
                          false);
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            // A member without a quorum takes the request and waits for the others, longer than this.
            throw HttpFailure("no answer within " + model::human(timeout) +
                                  (maybe_arrived ? "; most of its members must be up and connected" : ""),
                              maybe_arrived, false);
        case CURLE_COULDNT_CONNECT:
            throw HttpFailure(
                "cannot connect" +
                    (os_error != 0 ? ": " + std::generic_category().message(static_cast<int>(os_error)) : ""),
                maybe_arrived, false);
        case CURLE_COULDNT_RESOLVE_HOST:
            throw HttpFailure("its name cannot be resolved", maybe_arrived, false);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
            throw HttpFailure(*error_.c_str() != '\0' ? error_.c_str() : curl_easy_strerror(code), maybe_arrived, true);
        default:
            throw HttpFailure(curl_easy_strerror(code), maybe_arrived, false);
    }
}

}  // namespace dsr::registry::etcd
