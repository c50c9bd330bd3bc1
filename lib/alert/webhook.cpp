// SPDX-License-Identifier: Apache-2.0
#include "alert/webhook.hpp"

#include <fmt/format.h>

#include <vector>

#include "alert/transfer.hpp"
#include "model/failure.hpp"

namespace dsr::alert {

using model::ErrorKind;
using model::Failure;

std::string Webhook::place() const {
    return shown_address(settings_.url);
}

void Webhook::post(const std::string& body, model::Instant now) const {
    const auto url = webhook_address(settings_, now);
    std::vector<std::string> headers{"Content-Type: application/json", "Expect:"};
    if (has_signature_header(settings_)) {
        const auto timestamp = model::epoch_ms(now) / 1000;
        headers.push_back(fmt::format("X-DS-Reconciler-Timestamp: {}", timestamp));
        headers.push_back("X-DS-Reconciler-Signature: " + webhook_signature(settings_.secret, timestamp, body));
    }
    Transfer transfer(url, "http,https", settings_.timeout, settings_.ca_file, stop_);
    transfer.set_list(CURLOPT_HTTPHEADER, headers);
    transfer.set(CURLOPT_USERAGENT, "ds-reconcilerd");
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.set(CURLOPT_POSTFIELDS, body);
    // http is for loopback only, so it must not use a proxy of the environment; https may use one, end to end.
    if (url.starts_with("http://")) transfer.set(CURLOPT_PROXY, "");
    const auto answer = transfer.perform();
    if (answer < 200 || answer >= 300) {
        const bool may_pass = answer >= 500 || answer == 408 || answer == 425 || answer == 429;
        throw Failure(may_pass ? ErrorKind::retry : ErrorKind::permanent, fmt::format("it answered HTTP {}", answer));
    }
    const auto refused = fault_in_answer(settings_.form, transfer.answer());
    if (!refused.empty()) throw Failure(ErrorKind::permanent, refused);
}

void Webhook::send(const Alert& alert, model::Instant at) {
    const auto now = now_();
    for (const auto& body : webhook_bodies(settings_, alert, at, now)) post(body, now);
}

}  // namespace dsr::alert
