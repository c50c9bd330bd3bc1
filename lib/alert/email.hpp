// SPDX-License-Identifier: Apache-2.0
// Alerts as e-mail, through one SMTP server. The calling thread waits for the answer, no longer than the timeout.
#pragma once

#include <stop_token>
#include <vector>

#include "alert/alert_channel.hpp"
#include "alert/alert_origin.hpp"

namespace dsr::alert {

enum class MailEncryption {
    starttls,  ///< required: without it nothing is sent
    tls,       ///< from the first byte
    none,      ///< for a loopback server
};

struct EmailSettings {
    std::string server;  ///< host:port
    MailEncryption encryption = MailEncryption::starttls;
    std::string ca_file;   ///< empty: the system's certificates
    std::string user;      ///< empty: no login
    std::string password;  ///< secret
    std::string from;
    std::vector<std::string> to;
    /// Whether one refused recipient is a failure; otherwise the others get their mail and the alert counts as sent.
    bool every_recipient = false;
    model::Milliseconds timeout{20'000};
    AlertOrigin origin;
};

class Email final : public AlertChannel {
public:
    /// stop: the process ends, and the transfer is cancelled.
    Email(EmailSettings settings, std::stop_token stop) : settings_(std::move(settings)), stop_(std::move(stop)) {}
    [[nodiscard]] std::string name() const override { return "email"; }
    [[nodiscard]] std::string place() const override { return settings_.server; }
    void send(const Alert& alert, model::Instant at) override;

private:
    EmailSettings settings_;
    std::stop_token stop_;
};

}  // namespace dsr::alert
