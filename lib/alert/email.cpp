// SPDX-License-Identifier: Apache-2.0
#include "alert/email.hpp"

#include "alert/mail_message.hpp"
#include "alert/transfer.hpp"

namespace dsr::alert {

void Email::send(const Alert& alert, model::Instant at) {
    const auto message = mail_message(alert, settings_.origin, settings_.from, settings_.to, at);
    const bool tls = settings_.encryption == MailEncryption::tls;
    Transfer transfer((tls ? "smtps://" : "smtp://") + settings_.server, "smtp,smtps", settings_.timeout,
                      settings_.ca_file, stop_);
    const bool clear = settings_.encryption == MailEncryption::none;
    transfer.set(CURLOPT_USE_SSL, static_cast<long>(clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    transfer.set(CURLOPT_PROXY, "");  // the environment's proxies are for HTTP only
    if (!settings_.user.empty()) {
        transfer.set(CURLOPT_USERNAME, settings_.user);
        transfer.set(CURLOPT_PASSWORD, settings_.password);
    }
    transfer.set(CURLOPT_MAIL_FROM, "<" + settings_.from + ">");
    std::vector<std::string> recipients;
    recipients.reserve(settings_.to.size());
    for (const auto& address : settings_.to) recipients.push_back("<" + address + ">");
    transfer.set_list(CURLOPT_MAIL_RCPT, recipients);
    transfer.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, settings_.every_recipient ? 0L : 1L);
    transfer.upload(message);
    transfer.perform();
}

}  // namespace dsr::alert
