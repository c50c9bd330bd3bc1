// SPDX-License-Identifier: Apache-2.0
// What a webhook posts, by its form, and how the receiver's answer is read. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert/channel.hpp"
#include "model/service_kinds.hpp"

namespace dsr::alert {

using model::WebhookForm;

struct WebhookSettings {
    std::string url;  ///< secret
    WebhookForm form = WebhookForm::generic;
    std::string body;     ///< of WebhookForm::custom: JSON with placeholders (model/alert_template.hpp)
    std::string ca_file;  ///< empty: the system's certificates
    std::string secret;   ///< empty: not signed
    model::Milliseconds timeout{10'000};
    model::Milliseconds lasts{0};  ///< how long Alertmanager shows an alert as firing: until it would be sent again
    AlertOrigin origin;
};

/// The bodies to post, one after the other: one, except that PagerDuty takes the end of each alert by itself. at: when
/// it happened. now: for signatures and Alertmanager's times.
std::vector<std::string> webhook_bodies(const WebhookSettings& settings, const Alert& alert, model::Instant at,
                                        model::Instant now);

/// The address to post to: the URL, for DingTalk with its signature.
std::string webhook_address(const WebhookSettings& settings, model::Instant now);

/// Whether requests carry the signature of webhook_signature(): there is a secret, and the form has no use of its own
/// for it.
bool has_signature_header(const WebhookSettings& settings);

/// "sha256=" and the HMAC-SHA256, in hex, of "<timestamp>.<body>". The timestamp (Unix seconds, sent as a separate
/// header) lets the receiver refuse replays.
std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body);

/// Why a 2xx answer with this text is a refusal: some services report errors so. Empty if it is none. Contains nothing
/// of the text but its number.
std::string fault_in_answer(WebhookForm form, std::string_view answer);

}  // namespace dsr::alert
