// SPDX-License-Identifier: Apache-2.0
// The messages of chat and on-call services: their published shape, limits of size, signatures computed by others, and
// answers that report an error with HTTP 200.
#include "alert/chat_forms.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "alert/webhook_forms.hpp"
#include "base/text.hpp"
#include "support/builders.hpp"

namespace dsr::chat_forms_test {

using namespace dsr::alert;
using Catch::Contains;

namespace {

using Json = nlohmann::json;

const AlertOrigin origin{"prod", "ds-reconciler host pid 7", "https://ops.example.org/"};

Alert held(std::string summary = "paused: Grüße [x](http://y) *b* <c>") {
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = "held:paused";
    alert.title = "ds-reconciler holds";
    alert.summary = std::move(summary);
    return alert;
}

Alert resolution() {
    auto alert = held();
    alert.title = "Resolved: ds-reconciler holds";
    alert.resolves = {"held:paused", "held:clock"};
    return alert;
}

const std::string whole_text =
    "[prod] ds-reconciler holds\npaused: Grüße [x](http://y) *b* <c>\n"
    "serious · prod · ds-reconciler host pid 7 · 2026-11-23T12:00:00.000Z\nhttps://ops.example.org/";

/// Longer than any limit, and every byte needs escaping or must not be split.
const std::string long_summary = [] {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "\"ü\n";
    return text;
}();

}  // namespace

TEST_CASE("DingTalk and WeCom get a plain text") {
    const Json expected{{"msgtype", "text"}, {"text", {{"content", whole_text}}}};
    CHECK(Json::parse(dingtalk_body(held(), origin, test::noon)) == expected);
    CHECK(Json::parse(wecom_body(held(), origin, test::noon)) == expected);
}

TEST_CASE("DingTalk's signature is in the address") {
    const auto now = model::Instant{model::Milliseconds{1'700'000'000'000}};
    CHECK(dingtalk_address("https://h/robot/send?access_token=x", "SECsecret", now) ==
          "https://h/robot/"
          "send?access_token=x&timestamp=1700000000000&sign=0QWYb8Ux63Sm4BhHaJNL3lv5mqW1sLFoks7vu%2BHFFi4%3D");
    CHECK(dingtalk_address("https://h/", "SECsecret", now).starts_with("https://h/?timestamp="));
    WebhookSettings settings;
    settings.url = "https://h/?access_token=x";
    settings.form = WebhookForm::dingtalk;
    CHECK(webhook_address(settings, now) == settings.url);
    settings.secret = "SECsecret";
    CHECK_THAT(webhook_address(settings, now), Contains("&sign="));
    CHECK_FALSE(has_signature_header(settings));
}

TEST_CASE("Feishu's bot gets a post, signed in its body") {
    const auto now = model::Instant{model::Milliseconds{1'700'000'000'999}};
    const auto body = Json::parse(feishu_body("secret", held(), origin, test::noon, now));
    CHECK(body.at("timestamp") == "1700000000");
    CHECK(body.at("sign") == "fiWS2+gh28DOydAv7hzONH/mDn9+b1Y4Y5ivXWXy8vA=");
    CHECK(body.at("msg_type") == "post");
    const auto& post = body.at("content").at("post").at("zh_cn");
    CHECK(post.at("title") == "[prod] ds-reconciler holds");
    CHECK(post.at("content").at(0).at(0) == Json{{"tag", "text"}, {"text", held().summary}});
    CHECK(post.at("content").at(2).at(0).at("href") == origin.page);
    const auto unsigned_body = Json::parse(feishu_body("", held(), {"prod", "r"}, test::noon, now));
    CHECK_FALSE(unsigned_body.contains("sign"));
    CHECK(unsigned_body.at("content").at("post").at("zh_cn").at("content").size() == 2);
}

TEST_CASE("Teams gets an Adaptive Card whose texts are no markup") {
    const auto body = Json::parse(teams_body(held(), origin, test::noon));
    CHECK(body.at("type") == "message");
    const auto& attachment = body.at("attachments").at(0);
    CHECK(attachment.at("contentType") == "application/vnd.microsoft.card.adaptive");
    CHECK(attachment.at("contentUrl").is_null());
    const auto& card = attachment.at("content");
    CHECK(card.at("type") == "AdaptiveCard");
    CHECK(card.at("body").at(0).at("color") == "Attention");
    CHECK(card.at("body").at(0).at("text") == "[prod] ds-reconciler holds");
    CHECK(card.at("body").at(1).at("inlines").at(0) == Json{{"type", "TextRun"}, {"text", held().summary}});
    CHECK(card.at("actions").at(0).at("url") == origin.page);
    const auto good = Json::parse(teams_body(resolution(), {"prod", "r"}, test::noon)).at("attachments").at(0);
    CHECK(good.at("content").at("body").at(0).at("color") == "Good");
    CHECK_FALSE(good.at("content").contains("actions"));
}

TEST_CASE("PagerDuty gets a trigger, and a resolve for each alert that ended") {
    const auto bodies = pagerduty_bodies("R0", held(), origin, test::noon);
    REQUIRE(bodies.size() == 1);
    const auto trigger = Json::parse(bodies[0]);
    CHECK(trigger.at("routing_key") == "R0");
    CHECK(trigger.at("event_action") == "trigger");
    CHECK(trigger.at("client_url") == origin.page);
    const auto& payload = trigger.at("payload");
    CHECK(payload.at("summary") == "[prod] ds-reconciler holds: " + held().summary);
    CHECK(payload.at("source") == origin.replica);
    CHECK(payload.at("severity") == "critical");
    CHECK(payload.at("timestamp") == "2026-11-23T12:00:00.000Z");

    const auto resolves = pagerduty_bodies("R0", resolution(), {"prod", "another replica"}, test::noon);
    REQUIRE(resolves.size() == 2);
    CHECK(Json::parse(resolves[0]) ==
          Json{{"routing_key", "R0"}, {"event_action", "resolve"}, {"dedup_key", trigger.at("dedup_key")}});
    CHECK(Json::parse(resolves[1]).at("dedup_key") != trigger.at("dedup_key"));
    const auto elsewhere = Json::parse(pagerduty_bodies("R0", held(), {"test", "r"}, test::noon)[0]);
    CHECK(elsewhere.at("dedup_key") != trigger.at("dedup_key"));

    auto warning = held();
    warning.severity = Severity::warning;
    CHECK(Json::parse(pagerduty_bodies("R0", warning, origin, test::noon)[0]).at("payload").at("severity") ==
          "warning");
}

TEST_CASE("a summary that is too long is shortened to what the service accepts") {
    const auto alert = held(long_summary);
    const auto check = [](const std::string& body, std::size_t most) {
        CHECK(body.size() <= most);
        CHECK(body.size() > most / 2);
        CHECK_THAT(body, Contains("(shortened)") && Contains("https://ops.example.org/"));
        CHECK_FALSE(base::find_invalid_utf8(body));
        CHECK_FALSE(body.find("\xEF\xBF\xBD") != std::string::npos);  // no character was split
    };
    check(dingtalk_body(alert, origin, test::noon), 20'000);
    check(feishu_body("s", alert, origin, test::noon, test::noon), 20'000);
    check(teams_body(alert, origin, test::noon), 28'000);
    check(Json::parse(wecom_body(alert, origin, test::noon)).at("text").at("content").get<std::string>(), 2048);
    const auto event = pagerduty_bodies("R0", alert, origin, test::noon)[0];
    check(event, 500'000);
    CHECK(base::character_count(Json::parse(event).at("payload").at("summary").get<std::string>()) == 1024);
}

TEST_CASE("HTTP 200 with an error in the text is a refusal, and nothing of the text is repeated") {
    const auto form = GENERATE(WebhookForm::dingtalk, WebhookForm::feishu, WebhookForm::wecom);
    const std::string member = form == WebhookForm::feishu ? "code" : "errcode";
    CHECK(fault_in_answer(form, "{\"" + member + "\":0,\"errmsg\":\"ok\"}").empty());
    const auto fault = fault_in_answer(form, "{\"" + member + "\":12345,\"errmsg\":\"hunter2\",\"msg\":\"hunter2\"}");
    CHECK(fault == "it answered " + member + " 12345");
    for (const std::string other : {"", "hunter2", "[]", "{}", "{\"errcode\":\"0\",\"code\":\"0\"}"}) {
        CHECK_THAT(fault_in_answer(form, other), Contains("its answer is not one of") && !Contains("hunter2"));
    }
}

TEST_CASE("what the known refusals mean") {
    CHECK_THAT(fault_in_answer(WebhookForm::dingtalk, R"({"errcode":310000,"errmsg":"sign not match"})"),
               Contains("errcode 310000: ") && Contains("secret_file"));
    CHECK_THAT(fault_in_answer(WebhookForm::feishu, R"({"code":19021,"msg":"sign match fail"})"),
               Contains("secret_file"));
    CHECK(fault_in_answer(WebhookForm::feishu, R"({"StatusCode":0,"StatusMessage":"success"})").empty());
    CHECK_THAT(fault_in_answer(WebhookForm::wecom, R"({"errcode":45009})"), Contains("20 messages a minute"));
    for (const auto form : {WebhookForm::generic, WebhookForm::slack, WebhookForm::teams, WebhookForm::pagerduty})
        CHECK(fault_in_answer(form, "anything").empty());
}

}  // namespace dsr::chat_forms_test
