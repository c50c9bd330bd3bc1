// SPDX-License-Identifier: Apache-2.0
// The messages of chat and on-call services, each within the size that the service accepts: a summary that is too long
// is shortened. Texts are plain, so nothing in them is read as markup. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "alert/channel.hpp"

namespace dsr::alert {

/// As JSON; bytes that are no UTF-8 are replaced.
std::string text_of(const nlohmann::ordered_json& json);

/// DingTalk's custom robot: a message of 20000 bytes at most.
std::string dingtalk_body(const Alert& alert, const AlertOrigin& origin, model::Instant at);
/// The robot's address with timestamp (ms) and signature: base64 of the HMAC-SHA256 of "<timestamp>\n<secret>".
std::string dingtalk_address(const std::string& url, std::string_view secret, model::Instant now);
/// Why it refused, by its answer {"errcode": 0}; empty if it did not.
std::string dingtalk_fault(std::string_view answer);

/// Custom bot of Feishu and Lark: 20 KB at most. With a secret signed by timestamp (s) and base64 of the HMAC-SHA256 of
/// nothing with the key "<timestamp>\n<secret>".
std::string feishu_body(std::string_view secret, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                        model::Instant now);
/// Why it refused, by its answer {"code": 0} or {"StatusCode": 0}; empty if it did not.
std::string feishu_fault(std::string_view answer);

/// WeCom's group robot: a text of 2048 bytes at most.
std::string wecom_body(const Alert& alert, const AlertOrigin& origin, model::Instant at);
/// Why it refused, by its answer {"errcode": 0}; empty if it did not.
std::string wecom_fault(std::string_view answer);

/// An Adaptive Card for the trigger "When a Teams webhook request is received" of a workflow: 28 KB at most.
std::string teams_body(const Alert& alert, const AlertOrigin& origin, model::Instant at);

/// PagerDuty's Events API v2: a trigger, or for a resolved alert one resolve for each alert that it ends. The
/// deduplication key depends on cluster and key alone, so that every replica and repeat means the same incident.
std::vector<std::string> pagerduty_bodies(const std::string& routing_key, const Alert& alert, const AlertOrigin& origin,
                                          model::Instant at);

}  // namespace dsr::alert
