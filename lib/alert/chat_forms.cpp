// SPDX-License-Identifier: Apache-2.0
#include "alert/chat_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "alert/digest.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"

namespace dsr::alert {

namespace {

using Json = nlohmann::ordered_json;

/// `make(summary)` of the whole summary, or of the longest beginning of it with which this has at most `most` bytes.
template <class Make>
std::string fitted(const std::string& summary, std::size_t most, Make make) {
    auto made = make(summary);
    if (made.size() <= most) return made;
    const auto shortened = [&](std::size_t bytes) {
        return make(std::string(base::whole_characters(summary, bytes)).append(" … (shortened)"));
    };
    // How much longer a text becomes by escaping depends on the text.
    std::size_t fits = 0;
    std::size_t too_long = summary.size();
    while (too_long - fits > 1) {
        const auto middle = fits + (too_long - fits) / 2;
        (shortened(middle).size() <= most ? fits : too_long) = middle;
    }
    return shortened(fits);
}

/// "serious · prod · ds-reconciler host pid 7 · 2026-11-23T12:00:00.000Z".
std::string footer(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    const auto status = alert.is_resolved() ? std::string_view{"resolved"} : name(alert.severity);
    return fmt::format("{} · {} · {} · {}", status, origin.cluster, origin.replica, model::rfc3339(at));
}

std::string plain_text(const Alert& alert, const std::string& summary, const AlertOrigin& origin, model::Instant at) {
    return fmt::format("{}\n{}\n{}{}{}", headline(alert, origin.cluster), summary, footer(alert, origin, at),
                       origin.page.empty() ? "" : "\n", origin.page);
}

std::string text_message(const std::string& text) {
    return text_of(Json{{"msgtype", "text"}, {"text", {{"content", text}}}});
}

/// For the value of a URL's query.
std::string percent_encoded(std::string_view base64) {
    std::string out;
    for (const char c : base64) {
        if (c == '+' || c == '/' || c == '=') {
            out += fmt::format("%{:02X}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out;
}

struct Meaning {
    std::int64_t code;
    std::string_view text;
};

/// A refusal of a service that answers HTTP 200 and reports errors as a number in `member`.
std::string fault_of(std::string_view service, std::optional<std::int64_t> code, std::string_view member,
                     std::initializer_list<Meaning> meanings) {
    if (!code) return fmt::format("its answer is not one of {}; check the address", service);
    if (*code == 0) return {};
    const auto known = std::ranges::find(meanings, *code, &Meaning::code);
    return fmt::format("it answered {} {}{}{}", member, *code, known == meanings.end() ? "" : ": ",
                       known == meanings.end() ? "" : known->text);
}

std::optional<std::int64_t> number_in(std::string_view answer, const char* member) {
    const auto json = nlohmann::json::parse(answer, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto found = json.find(member);
    return found != json.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

}  // namespace

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dingtalk_body(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    constexpr std::size_t most = 20'000;
    return fitted(alert.summary, most,
                  [&](const std::string& summary) { return text_message(plain_text(alert, summary, origin, at)); });
}

std::string dingtalk_address(const std::string& url, std::string_view secret, model::Instant now) {
    const auto timestamp = model::epoch_ms(now);
    const auto sign = base::base64(hmac_sha256(secret, fmt::format("{}\n{}", timestamp, secret)));
    return fmt::format("{}{}timestamp={}&sign={}", url, url.find('?') == std::string::npos ? '?' : '&', timestamp,
                       percent_encoded(sign));
}

std::string dingtalk_fault(std::string_view answer) {
    return fault_of("DingTalk", number_in(answer, "errcode"), "errcode",
                    {{310000, "its security settings refuse the message; check secret_file, its keyword and addresses"},
                     {300005, "the access token in the address is unknown"},
                     {130101, "more than 20 messages a minute"},
                     {410100, "more than 20 messages a minute"}});
}

std::string feishu_body(std::string_view secret, const Alert& alert, const AlertOrigin& origin, model::Instant at,
                        model::Instant now) {
    constexpr std::size_t most = 20'000;
    return fitted(alert.summary, most, [&](const std::string& summary) {
        const auto line = [](const std::string& text) { return Json::array({Json{{"tag", "text"}, {"text", text}}}); };
        auto content = Json::array({line(summary), line(footer(alert, origin, at))});
        if (!origin.page.empty())
            content.push_back(Json::array({Json{{"tag", "a"}, {"text", origin.page}, {"href", origin.page}}}));
        Json post{{"zh_cn", {{"title", headline(alert, origin.cluster)}, {"content", std::move(content)}}}};
        Json body;
        if (!secret.empty()) {
            const auto timestamp = std::to_string(model::epoch_ms(now) / 1000);
            body["timestamp"] = timestamp;
            body["sign"] = base::base64(hmac_sha256(fmt::format("{}\n{}", timestamp, secret), ""));
        }
        body["msg_type"] = "post";
        body["content"] = Json{{"post", std::move(post)}};
        return text_of(body);
    });
}

std::string feishu_fault(std::string_view answer) {
    auto code = number_in(answer, "code");
    if (!code) code = number_in(answer, "StatusCode");
    return fault_of("Feishu", code, "code",
                    {{19021, "the signature is wrong; check secret_file and the clock"},
                     {19022, "its security settings refuse this machine's address"},
                     {19024, "its security settings require a keyword that the message does not contain"},
                     {19001, "the token in the address is unknown"},
                     {11232, "too many messages"}});
}

std::string wecom_body(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    constexpr std::size_t most = 2048;  // of the text, not of the request
    return text_message(fitted(alert.summary, most,
                               [&](const std::string& summary) { return plain_text(alert, summary, origin, at); }));
}

std::string wecom_fault(std::string_view answer) {
    return fault_of("WeCom", number_in(answer, "errcode"), "errcode",
                    {{93000, "the key in the address is unknown"}, {45009, "more than 20 messages a minute"}});
}

std::string teams_body(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    constexpr std::size_t most = 28'000;
    return fitted(alert.summary, most, [&](const std::string& summary) {
        // Markdown is read in a TextBlock, but not in a TextRun.
        const auto run = [](const std::string& text, bool subtle) {
            Json inline_text{{"type", "TextRun"}, {"text", text}};
            if (subtle) inline_text["isSubtle"] = true;
            return Json{{"type", "RichTextBlock"}, {"inlines", Json::array({std::move(inline_text)})}};
        };
        const auto* const color = alert.is_resolved()                   ? "Good"
                                  : alert.severity == Severity::serious ? "Attention"
                                                                        : "Warning";
        Json title{{"type", "TextBlock"}, {"text", headline(alert, origin.cluster)},
                   {"size", "Medium"},    {"weight", "Bolder"},
                   {"wrap", true},        {"color", color}};
        Json card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                  {"type", "AdaptiveCard"},
                  {"version", "1.2"},
                  {"body", Json::array({std::move(title), run(summary, false), run(footer(alert, origin, at), true)})}};
        if (!origin.page.empty())
            card["actions"] =
                Json::array({Json{{"type", "Action.OpenUrl"}, {"title", "Open the page"}, {"url", origin.page}}});
        Json attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                        {"contentUrl", nullptr},
                        {"content", std::move(card)}};
        return text_of(Json{{"type", "message"}, {"attachments", Json::array({std::move(attachment)})}});
    });
}

std::vector<std::string> pagerduty_bodies(const std::string& routing_key, const Alert& alert, const AlertOrigin& origin,
                                          model::Instant at) {
    const auto event = [&](std::string_view action, const std::string& key) {
        const auto dedup_key = hmac_sha256_hex("incident", origin.cluster + "\n" + key);
        return Json{{"routing_key", routing_key}, {"event_action", action}, {"dedup_key", dedup_key}};
    };
    std::vector<std::string> bodies;
    bodies.reserve(alert.resolves.size());
    for (const auto& key : alert.resolves) bodies.push_back(text_of(event("resolve", key)));
    if (alert.is_resolved()) return bodies;
    constexpr std::size_t max_characters = 1024;
    constexpr std::size_t most = 500'000;
    bodies.push_back(fitted(alert.summary, most, [&](const std::string& summary) {
        const auto first_line = headline(alert, origin.cluster) + ": " + alert.summary;
        auto trigger = event("trigger", alert.key);
        trigger["payload"] = {{"summary", base::first_characters(first_line, max_characters)},
                              {"source", origin.replica},
                              {"severity", alert.severity == Severity::serious ? "critical" : "warning"},
                              {"timestamp", model::rfc3339(at)},
                              {"component", "ds-reconciler"},
                              {"group", origin.cluster},
                              {"custom_details", {{"title", alert.title}, {"summary", summary}, {"key", alert.key}}}};
        trigger["client"] = "ds-reconciler";
        if (!origin.page.empty()) trigger["client_url"] = origin.page;
        return text_of(trigger);
    }));
    return bodies;
}

}  // namespace dsr::alert
