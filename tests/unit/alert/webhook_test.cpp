// SPDX-License-Identifier: Apache-2.0
// What a webhook is sent, as golden texts; signature and digests against vectors that others computed.
#include "alert/webhook.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "alert/digest.hpp"
#include "alert/transfer.hpp"
#include "support/builders.hpp"

namespace dsr::webhook_test {

using namespace dsr::alert;
using namespace std::chrono_literals;

namespace {

using Json = nlohmann::json;

const AlertOrigin origin{"prod", "host pid 7"};

Alert held() {
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = "held:paused";
    alert.title = "ds-reconciler holds";
    alert.summary =
        "paused: Gr\xC3\xBC\xC3\x9F"
        "e <b> & \"so\"";
    alert.content = R"([{"event":"FAILOVER_HELD"}])";
    return alert;
}

Alert resolution() {
    auto alert = held();
    alert.key = "resolved:holds";
    alert.title = "Resolved: ds-reconciler holds";
    alert.resolves = {"held:paused", "held:clock"};
    return alert;
}

const std::string page = "https://ops.example.org/?a=1&b=2";

WebhookSettings to(WebhookForm form, const std::string& link = {}) {
    WebhookSettings settings;
    settings.form = form;
    settings.lasts = 1h;
    settings.origin = {"prod", "host pid 7", link};
    return settings;
}

/// The only one.
std::string body_of(const WebhookSettings& settings, const Alert& alert) {
    const auto bodies = webhook_bodies(settings, alert, test::noon, test::noon);
    REQUIRE(bodies.size() == 1);
    return bodies.front();
}

}  // namespace

TEST_CASE("webhook: our own form") {
    CHECK(body_of(to(WebhookForm::generic), held()) ==
          R"({"id":"d9bc3e028fcf346ddfc55d5d8821085f","status":"firing","severity":"serious","key":"held:paused",)"
          R"("title":"ds-reconciler holds","summary":"paused: Grüße <b> & \"so\"","cluster":"prod",)"
          R"("replica":"host pid 7","time":"2026-11-23T12:00:00.000Z","details":[{"event":"FAILOVER_HELD"}]})");
    const auto resolved = Json::parse(body_of(to(WebhookForm::generic, page), resolution()));
    CHECK(resolved.at("status") == "resolved");
    CHECK(resolved.at("resolves") == Json{"held:paused", "held:clock"});
    CHECK(resolved.at("link") == page);
}

TEST_CASE("webhook: Slack's form, its markup escaped") {
    auto alert = held();
    CHECK(body_of(to(WebhookForm::slack), alert) ==
          R"({"text":":rotating_light: *[prod] ds-reconciler holds*\npaused: Grüße &lt;b&gt; &amp; \"so\"\n)"
          R"(_prod · host pid 7 · 2026-11-23T12:00:00.000Z_"})");
    alert.severity = Severity::warning;
    CHECK_THAT(body_of(to(WebhookForm::slack), alert), Catch::StartsWith(R"({"text":":information_source: *)"));
    CHECK_THAT(body_of(to(WebhookForm::slack, page), resolution()),
               Catch::StartsWith(R"({"text":":white_check_mark: *[prod] Resolved: ds-reconciler holds*)") &&
                   Catch::EndsWith(R"(_ · <https://ops.example.org/?a=1&amp;b=2|page>"})"));
}

TEST_CASE("webhook: Alertmanager's form") {
    CHECK(body_of(to(WebhookForm::alertmanager), held()) ==
          R"([{"labels":{"alertname":"DsReconciler","severity":"critical","cluster":"prod","key":"held:paused"},)"
          R"("annotations":{"summary":"[prod] ds-reconciler holds","description":"paused: Grüße <b> & \"so\"",)"
          R"("replica":"host pid 7"},)"
          R"("startsAt":"2026-11-23T12:00:00.000Z","endsAt":"2026-11-23T13:00:00.000Z"}])");
}

TEST_CASE("webhook: to Alertmanager a resolved alert is the end of each alert, with the same labels") {
    const auto firing = Json::parse(body_of(to(WebhookForm::alertmanager), held())).at(0);
    const auto ended = Json::parse(body_of(to(WebhookForm::alertmanager, page), resolution()));
    REQUIRE(ended.size() == 2);
    CHECK(ended.at(0).at("labels") == firing.at("labels"));
    CHECK(ended.at(1).at("labels").at("key") == "held:clock");
    for (const auto& alert : ended) {
        CHECK(alert.at("endsAt") == "2026-11-23T12:00:00.000Z");
        CHECK(alert.at("generatorURL") == page);
    }
}

TEST_CASE("webhook: bytes that are no UTF-8, and content that is no JSON, do no harm") {
    auto alert = held();
    alert.summary = "\xFF";
    alert.content = "[";
    const auto body = body_of(to(WebhookForm::generic), alert);
    CHECK_THAT(body, Catch::Contains("\"summary\":\"\xEF\xBF\xBD\"") && Catch::Contains(R"("details":[])"));
}

TEST_CASE("webhook: the user's own text, each value escaped") {
    auto settings = to(WebhookForm::custom, page);
    settings.body =
        R"({"text":"{{title}}: {{summary}}","of":["{{status}}","{{severity}}","{{cluster}}"],"l":{"u":"{{link}}"}})";
    CHECK(body_of(settings, held()) ==
          R"({"text":"ds-reconciler holds: paused: Grüße <b> & \"so\"","of":["firing","serious","prod"],)"
          R"("l":{"u":"https://ops.example.org/?a=1&b=2"}})");
    auto hostile = held();
    hostile.summary = "\", \"x\": \"\n\xFF{{title}}";
    CHECK(Json::parse(body_of(settings, hostile)).at("text") ==
          "ds-reconciler holds: \", \"x\": \"\n\xEF\xBF\xBD{{title}}");
}

TEST_CASE("the same alert of another moment, replica or cluster is another delivery") {
    const auto id = delivery_id(held(), origin, test::noon);
    CHECK(id == delivery_id(held(), origin, test::noon));
    CHECK(id != delivery_id(held(), origin, test::noon + 1us));
    CHECK(id != delivery_id(held(), {"prod", "host pid 8"}, test::noon));
    CHECK(id != delivery_id(held(), {"test", "host pid 7"}, test::noon));
}

TEST_CASE("HMAC-SHA256 as RFC 4231 has it") {
    CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("the signature is over timestamp, dot and body") {
    CHECK(webhook_signature("s3cret", 1'795'435'200, R"({"a":1})") ==
          "sha256=bb2ba4a82c538e7ecb6b48034618a5314169f421fee422ce8efa579b0ab1d597");
}

TEST_CASE("of a URL only scheme and host are shown") {
    CHECK(shown_address("https://hooks.example.org/T/secret?token=x") == "https://hooks.example.org");
    CHECK(shown_address("https://h:8443?token=x") == "https://h:8443");
    CHECK(shown_address("http://[::1]:1#x") == "http://[::1]:1");
    CHECK(shown_address("https://h") == "https://h");
}

}  // namespace dsr::webhook_test
