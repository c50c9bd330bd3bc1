// SPDX-License-Identifier: Apache-2.0
// Alerts posted to an HTTPS address. Blocks the calling thread, at most for the timeout.
#pragma once

#include <functional>
#include <stop_token>

#include "alert/alert_channel.hpp"
#include "alert/webhook_body.hpp"

namespace dsr::alert {

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

}  // namespace dsr::alert
