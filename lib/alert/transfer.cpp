// SPDX-License-Identifier: Apache-2.0
#include "alert/transfer.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

#include "model/failure.hpp"

namespace dsr::alert {

using model::ErrorKind;
using model::Failure;

Transfer::Transfer(const std::string& url, const std::string& protocols, model::Milliseconds timeout,
                   const std::string& ca_file, std::stop_token stop)
    : timeout_(timeout), stop_(std::move(stop)), error_(CURL_ERROR_SIZE, '\0'), handle_(curl_easy_init()) {
    if (!handle_) throw Failure(ErrorKind::retry, "libcurl could not be started: too little memory?");
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_URL, url);
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
    if (!ca_file.empty()) {
        set(CURLOPT_CAINFO, ca_file);
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // instead of the system's, not in addition
    }
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_write);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
}

void Transfer::check(CURLcode code) {
    if (code != CURLE_OK)
        throw Failure(ErrorKind::permanent,
                      std::string("libcurl does not support a required option: ") + curl_easy_strerror(code));
}

void Transfer::set_list(CURLoption option, const std::vector<std::string>& lines) {
    curl_slist* list = nullptr;
    for (const auto& line : lines) list = curl_slist_append(list, line.c_str());
    lists_.emplace_back(list);
    set(option, list);
}

void Transfer::upload(const std::string& body) {
    left_ = body;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &Transfer::on_read);
    set(CURLOPT_READDATA, static_cast<void*>(this));
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
    constexpr std::size_t most = 16UL * 1024UL;
    auto& answer = static_cast<Transfer*>(self)->answer_;
    answer.append(data, std::min(size * count, most - answer.size()));
    return size * count;
}

std::size_t Transfer::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
    auto& left = static_cast<Transfer*>(self)->left_;
    const auto part = left.substr(0, size * count);
    std::copy(part.begin(), part.end(), buffer);
    left.remove_prefix(part.size());
    return part.size();
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!transfer.stop_.stop_requested()) return 0;
    // The process ends: do not wait for libcurl's resolver thread.
    (void)curl_easy_setopt(transfer.handle_.get(), CURLOPT_QUICK_EXIT, 1L);
    return 1;
}

long Transfer::perform() {
    const auto code = curl_easy_perform(handle_.get());
    if (code != CURLE_OK) fail(code);
    long answer = 0;
    check(curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &answer));
    return answer;
}

void Transfer::fail(CURLcode code) {
    long answer = 0;
    long os_error = 0;
    (void)curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &answer);
    (void)curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &os_error);
    const std::string answered = answer > 0 ? " (it answered " + std::to_string(answer) + ")" : "";
    switch (code) {
        case CURLE_ABORTED_BY_CALLBACK:
            throw Failure(ErrorKind::unknown_outcome, "abandoned, because the process ends");
        case CURLE_OPERATION_TIMEDOUT:
            throw Failure(ErrorKind::retry, "no answer within " + model::human(timeout_));
        case CURLE_COULDNT_CONNECT:
            throw Failure(
                ErrorKind::retry,
                "cannot connect" +
                    (os_error != 0 ? ": " + std::generic_category().message(static_cast<int>(os_error)) : ""));
        case CURLE_COULDNT_RESOLVE_HOST:
            throw Failure(ErrorKind::retry, "its name cannot be resolved");
        case CURLE_PEER_FAILED_VERIFICATION:  // "SSL certificate problem: certificate has expired"
            throw Failure(ErrorKind::permanent, error_.c_str());
        case CURLE_SSL_CACERT_BADFILE:
            throw Failure(ErrorKind::permanent, "ca_file cannot be read as certificates (PEM)");
        case CURLE_USE_SSL_FAILED:
            throw Failure(ErrorKind::permanent, "the server does not offer STARTTLS, so nothing was sent" + answered);
        case CURLE_LOGIN_DENIED:
            throw Failure(ErrorKind::permanent, "the server refused user and password" + answered);
        case CURLE_SEND_ERROR:  // libcurl's code for a refused MAIL FROM or RCPT TO
            if (answer >= 400) throw Failure(ErrorKind::permanent, "the server refused sender or recipient" + answered);
            [[fallthrough]];
        default:
            throw Failure(ErrorKind::retry, std::string(curl_easy_strerror(code)) + answered);
    }
}

std::string shown_address(const std::string& url) {
    const auto begin = url.find("://");
    const auto end = url.find_first_of("/?#", begin == std::string::npos ? 0 : begin + 3);
    return url.substr(0, end);
}

}  // namespace dsr::alert
