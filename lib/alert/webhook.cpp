// SPDX-License-Identifier: Apache-2.0
#include "alert/webhook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alert/digest.hpp"
#include "alert/transfer.hpp"
#include "model/failure.hpp"

namespace dsr::alert {

using model::ErrorKind;
using model::Failure;

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json generic(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    auto details = Json::parse(alert.content, nullptr, false);
    return {{"id", delivery_id(alert, origin, at)},
            {"severity", name(alert.severity)},
            {"key", alert.key},
            {"title", alert.title},
            {"summary", alert.summary},
            {"cluster", origin.cluster},
            {"replica", origin.replica},
            {"time", model::rfc3339(at)},
            {"details", details.is_discarded() ? Json::array() : std::move(details)}};
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

Json slack(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    return {{"text", fmt::format("{} *{}*\n{}\n_{} · {} · {}_",
                                 alert.severity == Severity::serious ? ":rotating_light:" : ":information_source:",
                                 escaped(alert.title), escaped(alert.summary), escaped(origin.cluster),
                                 escaped(origin.replica), model::rfc3339(at))}};
}

Json alertmanager(const Alert& alert, const AlertOrigin& origin, model::Instant at, model::Instant ends_at) {
    // Alertmanager identifies alerts by their labels, so labels must not change between repeats.
    Json labels{{"alertname", "DsReconciler"},
                {"severity", alert.severity == Severity::serious ? "critical" : "warning"},
                {"cluster", origin.cluster},
                {"key", alert.key}};
    Json annotations{{"summary", alert.title}, {"description", alert.summary}, {"replica", origin.replica}};
    return Json::array({Json{{"labels", std::move(labels)},
                             {"annotations", std::move(annotations)},
                             {"startsAt", model::rfc3339(at)},
                             {"endsAt", model::rfc3339(ends_at)}}});
}

}  // namespace

std::string webhook_body(WebhookForm form, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                         model::Instant ends_at) {
    switch (form) {
        case WebhookForm::generic:
            return text_of(generic(alert, origin, at));
        case WebhookForm::slack:
            return text_of(slack(alert, origin, at));
        case WebhookForm::alertmanager:
            return text_of(alertmanager(alert, origin, at, ends_at));
    }
    return {};
}

std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body) {
    return "sha256=" + hmac_sha256_hex(secret, fmt::format("{}.{}", timestamp, body));
}

std::string Webhook::place() const {
    return shown_address(settings_.url);
}

void Webhook::send(const Alert& alert, model::Instant at) {
    constexpr std::chrono::minutes min_firing{5};
    const auto now = now_();
    const auto ends_at = now + std::max<model::Milliseconds>(settings_.lasts, min_firing);
    const auto body = webhook_body(settings_.form, alert, settings_.origin, at, ends_at);
    std::vector<std::string> headers{"Content-Type: application/json", "Expect:"};
    if (!settings_.secret.empty()) {
        const auto timestamp = model::epoch_ms(now) / 1000;
        headers.push_back(fmt::format("X-DS-Reconciler-Timestamp: {}", timestamp));
        headers.push_back("X-DS-Reconciler-Signature: " + webhook_signature(settings_.secret, timestamp, body));
    }
    Transfer transfer(settings_.url, "http,https", settings_.timeout, settings_.ca_file, stop_);
    transfer.set_list(CURLOPT_HTTPHEADER, headers);
    transfer.set(CURLOPT_USERAGENT, "ds-reconcilerd");
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.set(CURLOPT_POSTFIELDS, body);
    // http is for loopback only, so it must not use a proxy of the environment; https may use one, end to end.
    if (settings_.url.starts_with("http://")) transfer.set(CURLOPT_PROXY, "");
    const auto answer = transfer.perform();
    if (answer >= 200 && answer < 300) return;
    const bool may_pass = answer >= 500 || answer == 408 || answer == 425 || answer == 429;
    throw Failure(may_pass ? ErrorKind::retry : ErrorKind::permanent, fmt::format("it answered HTTP {}", answer));
}

}  // namespace dsr::alert
