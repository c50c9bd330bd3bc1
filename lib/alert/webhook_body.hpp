// SPDX-License-Identifier: Apache-2.0
// What a webhook is sent: the body in one of three forms, and the header that signs it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "alert/alert.hpp"
#include "alert/alert_origin.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

enum class WebhookForm {
    generic,       ///< one JSON object: id, severity, key, title, summary, cluster, replica, time, details
    slack,         ///< {"text": ...}, which many chat services take
    alertmanager,  ///< an array of one for Alertmanager's /api/v2/alerts
};

/// at: when it happened. ends_at: until when Alertmanager is to show it as firing.
std::string webhook_body(WebhookForm form, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                         model::Instant ends_at);

/// "sha256=" and the HMAC-SHA256, in hex, of "<timestamp>.<body>". The timestamp (Unix seconds, sent as a header of its
/// own) lets the receiver refuse what is played back later.
std::string webhook_signature(std::string_view secret, long long timestamp, std::string_view body);

}  // namespace dsr::alert
