// SPDX-License-Identifier: Apache-2.0
// One transfer by libcurl for an alert: limited in time, verified, cancelled when the process ends, with errors that
// contain no secret. Blocks the calling thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/instant.hpp"

namespace dsr::alert {

class Transfer {
public:
    /// ca_file: certificates to trust instead of the system's; empty: the system's. `stop` cancels it.
    Transfer(const std::string& url, const std::string& protocols, model::Milliseconds timeout,
             const std::string& ca_file, std::stop_token stop);

    /// Throws model::Failure(permanent) when libcurl does not know the option. Texts are copied by libcurl.
    template <class Value>
    void set(CURLoption option, Value value) {
        check(curl_easy_setopt(handle_.get(), option, value));
    }
    void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }
    void set_list(CURLoption option, const std::vector<std::string>& lines);
    /// The data to upload; must outlive the transfer.
    void upload(const std::string& body);

    /// The server's response code. Throws model::Failure; the same failure always has the same text.
    long perform();
    /// The beginning of the response's body, at most 16 KiB. It may contain the secret: never show it.
    [[nodiscard]] const std::string& answer() const { return answer_; }

private:
    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    static void check(CURLcode code);
    [[noreturn]] void fail(CURLcode code);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);

    model::Milliseconds timeout_;
    std::stop_token stop_;
    std::string error_;  ///< libcurl writes into this buffer
    std::string answer_;
    std::string_view left_;
    std::vector<std::unique_ptr<curl_slist, FreeList>> lists_;
    std::unique_ptr<CURL, FreeHandle> handle_;  ///< destroyed first, because it points at the others
};

/// "https://host:port" of a URL: the part that may be shown.
std::string shown_address(const std::string& url);

}  // namespace dsr::alert
