// SPDX-License-Identifier: Apache-2.0
// The webhook's body in one of three formats, and its signature header. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "alert/alert.hpp"
#include "alert/alert_origin.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

enum class WebhookForm {
    generic,       ///< one JSON object: id, severity, key, title, summary, cluster, replica, time, details
    slack,         ///< {"text": ...}, supported by many chat services
    alertmanager,  ///< an array of one for Alertmanager's /api/v2/alerts
};

/// at: when it happened. ends_at: until when Alertmanager shows it as firing.
std::string webhook_body(WebhookForm form, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                         model::Instant ends_at);

/// "sha256=" and the HMAC-SHA256, in hex, of "<timestamp>.<body>". The timestamp (Unix seconds, sent as a separate
/// header) lets the receiver refuse replays.
std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body);

}  // namespace dsr::alert
