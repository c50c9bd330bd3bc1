// SPDX-License-Identifier: Apache-2.0
// Alerts posted to an HTTPS address: the body in one of three formats, and its signature header. Sending blocks the
// calling thread, at most for the timeout.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "alert/channel.hpp"
#include "model/service_kinds.hpp"

namespace dsr::alert {

using model::WebhookForm;

struct WebhookSettings {
    std::string url;  ///< secret
    WebhookForm form = WebhookForm::generic;
    std::string ca_file;  ///< empty: the system's certificates
    std::string secret;   ///< empty: not signed
    model::Milliseconds timeout{10'000};
    model::Milliseconds lasts{0};  ///< how long Alertmanager shows an alert as firing: until it would be sent again
    AlertOrigin origin;
};

class Webhook final : public AlertChannel {
public:
    /// now: the clock for the signature and Alertmanager's times. stop: the process ends.
    Webhook(WebhookSettings settings, std::function<model::Instant()> now, std::stop_token stop)
        : settings_(std::move(settings)), now_(std::move(now)), stop_(std::move(stop)) {}
    [[nodiscard]] std::string name() const override { return "webhook"; }
    /// Scheme and host; never the path or the query, which may contain tokens.
    [[nodiscard]] std::string place() const override;
    /// Sent if the response is 2xx; redirections are not followed.
    void send(const Alert& alert, model::Instant at) override;

private:
    WebhookSettings settings_;
    std::function<model::Instant()> now_;
    std::stop_token stop_;
};

/// The body. at: when it happened. ends_at: until when Alertmanager shows it as firing.
std::string webhook_body(WebhookForm form, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                         model::Instant ends_at);

/// "sha256=" and the HMAC-SHA256, in hex, of "<timestamp>.<body>". The timestamp (Unix seconds, sent as a separate
/// header) lets the receiver refuse replays.
std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body);

}  // namespace dsr::alert
