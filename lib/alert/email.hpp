// SPDX-License-Identifier: Apache-2.0
// Alerts as e-mail, through one SMTP server. The calling thread waits for the answer, no longer than the timeout.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "alert/channel.hpp"
#include "model/service_kinds.hpp"

namespace dsr::alert {

using model::MailEncryption;

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

/// The message, RFC 5322 with a UTF-8 body. Lines end with CRLF; every line is ASCII and at most 998 bytes for any
/// alert, so that any server accepts it.
std::string mail_message(const Alert& alert, const AlertOrigin& origin, const std::string& from,
                         const std::vector<std::string>& to, model::Instant at);

/// Text for a header: unchanged if it is printable ASCII, else as RFC 2047 encoded words, folded, none splitting a
/// UTF-8 character.
std::string header_text(std::string_view text);

}  // namespace dsr::alert
