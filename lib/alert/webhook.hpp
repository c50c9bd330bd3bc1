// SPDX-License-Identifier: Apache-2.0
// Alerts posted to an HTTPS address, in one of the forms of webhook_forms. Sending blocks the calling thread, at most
// for the timeout of each request.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "alert/channel.hpp"
#include "alert/webhook_forms.hpp"

namespace dsr::alert {

class Webhook final : public AlertChannel {
public:
    /// name: "webhook", or "webhook:NAME". now: the clock for signatures and Alertmanager's times. stop: the process
    /// ends.
    Webhook(std::string name, WebhookSettings settings, std::function<model::Instant()> now, std::stop_token stop)
        : name_(std::move(name)), settings_(std::move(settings)), now_(std::move(now)), stop_(std::move(stop)) {}
    [[nodiscard]] std::string name() const override { return name_; }
    /// Scheme and host; never the path or the query, which may contain tokens.
    [[nodiscard]] std::string place() const override;
    /// Sent if every response is 2xx and its text reports no error; redirections are not followed.
    void send(const Alert& alert, model::Instant at) override;

private:
    void post(const std::string& body, model::Instant now) const;

    std::string name_;
    WebhookSettings settings_;
    std::function<model::Instant()> now_;
    std::stop_token stop_;
};

}  // namespace dsr::alert
