// SPDX-License-Identifier: Apache-2.0
#include "alert/webhook_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert/chat_forms.hpp"
#include "alert/digest.hpp"
#include "model/alert_template.hpp"

namespace dsr::alert {

namespace {

using Json = nlohmann::ordered_json;

std::string_view status_of(const Alert& alert) {
    return alert.is_resolved() ? "resolved" : "firing";
}

std::string generic(const WebhookSettings& to, const Alert& alert, model::Instant at) {
    auto details = Json::parse(alert.content, nullptr, false);
    Json body{{"id", delivery_id(alert, to.origin, at)},
              {"status", status_of(alert)},
              {"severity", name(alert.severity)},
              {"key", alert.key},
              {"title", alert.title},
              {"summary", alert.summary},
              {"cluster", to.origin.cluster},
              {"replica", to.origin.replica},
              {"time", model::rfc3339(at)},
              {"details", details.is_discarded() ? Json::array() : std::move(details)}};
    if (alert.is_resolved()) body["resolves"] = alert.resolves;
    if (!to.origin.page.empty()) body["link"] = to.origin.page;
    return text_of(body);
}

/// Slack's three markup characters.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else {
            out += c;
        }
    }
    return out;
}

std::string slack(const WebhookSettings& to, const Alert& alert, model::Instant at) {
    const auto* const icon = alert.is_resolved()                   ? ":white_check_mark:"
                             : alert.severity == Severity::serious ? ":rotating_light:"
                                                                   : ":information_source:";
    const auto link = to.origin.page.empty() ? "" : fmt::format(" · <{}|page>", escaped(to.origin.page));
    return text_of(
        Json{{"text", fmt::format("{} *{}*\n{}\n_{} · {} · {}_{}", icon, escaped(headline(alert, to.origin.cluster)),
                                  escaped(alert.summary), escaped(to.origin.cluster), escaped(to.origin.replica),
                                  model::rfc3339(at), link)}});
}

std::string alertmanager(const WebhookSettings& to, const Alert& alert, model::Instant at, model::Instant now) {
    constexpr std::chrono::minutes min_firing{5};
    const auto ends_at = alert.is_resolved() ? at : now + std::max<model::Milliseconds>(to.lasts, min_firing);
    auto alerts = Json::array();
    const auto add = [&](const std::string& key) {
        // Alertmanager identifies alerts by their labels, so labels must not change between repeats.
        Json labels{{"alertname", "DsReconciler"},
                    {"severity", alert.severity == Severity::serious ? "critical" : "warning"},
                    {"cluster", to.origin.cluster},
                    {"key", key}};
        Json annotations{{"summary", headline(alert, to.origin.cluster)},
                         {"description", alert.summary},
                         {"replica", to.origin.replica}};
        Json posted{{"labels", std::move(labels)},
                    {"annotations", std::move(annotations)},
                    {"startsAt", model::rfc3339(at)},
                    {"endsAt", model::rfc3339(ends_at)}};
        if (!to.origin.page.empty()) posted["generatorURL"] = to.origin.page;
        alerts.push_back(std::move(posted));
    };
    if (!alert.is_resolved()) add(alert.key);
    for (const auto& key : alert.resolves) add(key);
    return text_of(alerts);
}

std::string custom(const WebhookSettings& to, const Alert& alert, model::Instant at) {
    return model::fill_template(to.body, {{"id", delivery_id(alert, to.origin, at)},
                                          {"status", std::string(status_of(alert))},
                                          {"severity", std::string(name(alert.severity))},
                                          {"key", alert.key},
                                          {"title", alert.title},
                                          {"summary", alert.summary},
                                          {"cluster", to.origin.cluster},
                                          {"replica", to.origin.replica},
                                          {"time", model::rfc3339(at)},
                                          {"link", to.origin.page}});
}

}  // namespace

std::vector<std::string> webhook_bodies(const WebhookSettings& settings, const Alert& alert, model::Instant at,
                                        model::Instant now) {
    switch (settings.form) {
        case WebhookForm::generic:
            return {generic(settings, alert, at)};
        case WebhookForm::slack:
            return {slack(settings, alert, at)};
        case WebhookForm::alertmanager:
            return {alertmanager(settings, alert, at, now)};
        case WebhookForm::dingtalk:
            return {dingtalk_body(alert, settings.origin, at)};
        case WebhookForm::feishu:
            return {feishu_body(settings.secret, alert, settings.origin, at, now)};
        case WebhookForm::wecom:
            return {wecom_body(alert, settings.origin, at)};
        case WebhookForm::teams:
            return {teams_body(alert, settings.origin, at)};
        case WebhookForm::pagerduty:
            return pagerduty_bodies(settings.secret, alert, settings.origin, at);
        case WebhookForm::custom:
            return {custom(settings, alert, at)};
    }
    return {};
}

std::string webhook_address(const WebhookSettings& settings, model::Instant now) {
    if (settings.form != WebhookForm::dingtalk || settings.secret.empty()) return settings.url;
    return dingtalk_address(settings.url, settings.secret, now);
}

bool has_signature_header(const WebhookSettings& settings) {
    return !settings.secret.empty() && settings.form != WebhookForm::dingtalk && settings.form != WebhookForm::feishu &&
           settings.form != WebhookForm::pagerduty;
}

std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body) {
    return "sha256=" + hmac_sha256_hex(secret, fmt::format("{}.{}", timestamp, body));
}

std::string fault_in_answer(WebhookForm form, std::string_view answer) {
    switch (form) {
        case WebhookForm::dingtalk:
            return dingtalk_fault(answer);
        case WebhookForm::feishu:
            return feishu_fault(answer);
        case WebhookForm::wecom:
            return wecom_fault(answer);
        case WebhookForm::generic:
        case WebhookForm::slack:
        case WebhookForm::alertmanager:
        case WebhookForm::teams:
        case WebhookForm::pagerduty:
        case WebhookForm::custom:
            break;
    }
    return {};
}

}  // namespace dsr::alert
