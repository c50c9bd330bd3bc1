// SPDX-License-Identifier: Apache-2.0
// What a webhook is sent, as golden texts; signature and digests against vectors that others computed.
#include "alert/webhook.hpp"

#include <catch2/catch.hpp>

#include "alert/digest.hpp"
#include "alert/transfer.hpp"
#include "support/builders.hpp"

namespace dsr::webhook_test {

using namespace dsr::alert;
using namespace std::chrono_literals;

namespace {

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

}  // namespace

TEST_CASE("webhook: our own form") {
    CHECK(webhook_body(WebhookForm::generic, held(), origin, test::noon, test::noon) ==
          R"({"id":"d9bc3e028fcf346ddfc55d5d8821085f","severity":"serious","key":"held:paused",)"
          R"("title":"ds-reconciler holds","summary":"paused: Grüße <b> & \"so\"","cluster":"prod",)"
          R"("replica":"host pid 7","time":"2026-11-23T12:00:00.000Z","details":[{"event":"FAILOVER_HELD"}]})");
}

TEST_CASE("webhook: Slack's form, its markup escaped") {
    auto alert = held();
    CHECK(webhook_body(WebhookForm::slack, alert, origin, test::noon, test::noon) ==
          R"({"text":":rotating_light: *ds-reconciler holds*\npaused: Grüße &lt;b&gt; &amp; \"so\"\n)"
          R"(_prod · host pid 7 · 2026-11-23T12:00:00.000Z_"})");
    alert.severity = Severity::warning;
    CHECK_THAT(webhook_body(WebhookForm::slack, alert, origin, test::noon, test::noon),
               Catch::StartsWith(R"({"text":":information_source: *)"));
}

TEST_CASE("webhook: Alertmanager's form") {
    CHECK(webhook_body(WebhookForm::alertmanager, held(), origin, test::noon, test::noon + 1h) ==
          R"([{"labels":{"alertname":"DsReconciler","severity":"critical","cluster":"prod","key":"held:paused"},)"
          R"("annotations":{"summary":"ds-reconciler holds","description":"paused: Grüße <b> & \"so\"",)"
          R"("replica":"host pid 7"},)"
          R"("startsAt":"2026-11-23T12:00:00.000Z","endsAt":"2026-11-23T13:00:00.000Z"}])");
}

TEST_CASE("webhook: bytes that are no UTF-8, and content that is no JSON, do no harm") {
    auto alert = held();
    alert.summary = "\xFF";
    alert.content = "[";
    const auto body = webhook_body(WebhookForm::generic, alert, origin, test::noon, test::noon);
    CHECK_THAT(body, Catch::Contains("\"summary\":\"\xEF\xBF\xBD\"") && Catch::Contains(R"("details":[])"));
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
