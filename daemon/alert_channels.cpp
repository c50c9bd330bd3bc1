// SPDX-License-Identifier: Apache-2.0
#include "alert_channels.hpp"

#include "alert/email.hpp"
#include "alert/webhook.hpp"
#include "base/text.hpp"
#include "engine.hpp"

namespace dsr {

alert::AlertOrigin origin_of(const config::Config& config) {
    return {config::cluster_name(config), replica_identity(), config.http.external_url};
}

namespace {

alert::WebhookSettings settings_of(const config::Webhook& webhook, const config::Config& config) {
    return {.url = webhook.url.reveal(),
            .form = webhook.form,
            .body = webhook.body,
            .ca_file = webhook.ca_file.string(),
            .secret = webhook.secret.reveal(),
            .timeout = webhook.timeout,
            .lasts = config.alerts.suppress,
            .origin = origin_of(config)};
}

alert::EmailSettings email_of(const config::Config& config, bool strict) {
    const auto& email = config.email;
    std::vector<std::string> to;
    for (const auto address : base::split(email.to, ',')) to.emplace_back(address);
    return {.server = email.server,
            .encryption = email.tls,
            .ca_file = email.ca_file.string(),
            .user = email.user,
            .password = email.password.reveal(),
            .from = email.from,
            .to = std::move(to),
            .every_recipient = strict,
            .timeout = email.timeout,
            .origin = origin_of(config)};
}

/// Calls `use(name, webhook)` for each webhook that is configured.
template <class Use>
void for_each_webhook(const config::Config& config, Use use) {
    if (config.webhook.url.is_set()) use("webhook", config.webhook);
    for (const auto& [name, webhook] : config.webhooks) use("webhook:" + name, webhook);
}

}  // namespace

std::vector<std::string> outside_channel_names(const config::Config& config) {
    std::vector<std::string> names;
    for_each_webhook(config, [&](const std::string& name, const config::Webhook&) { names.push_back(name); });
    if (!config.email.server.empty()) names.emplace_back("email");
    return names;
}

std::vector<std::shared_ptr<alert::AlertChannel>> outside_channels(const config::Config& config,
                                                                   const std::stop_token& stop, bool strict) {
    std::vector<std::shared_ptr<alert::AlertChannel>> channels;
    const auto now = model::system_now;
    for_each_webhook(config, [&](const std::string& name, const config::Webhook& webhook) {
        channels.push_back(std::make_shared<alert::Webhook>(name, settings_of(webhook, config), now, stop));
    });
    if (!config.email.server.empty())
        channels.push_back(std::make_shared<alert::Email>(email_of(config, strict), stop));
    return channels;
}

}  // namespace dsr
