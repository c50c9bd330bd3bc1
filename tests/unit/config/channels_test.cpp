// SPDX-License-Identifier: Apache-2.0
//
// The keys of the alert channels outside the cluster.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/hosts.hpp"
#include "config/print.hpp"
#include "support.hpp"

namespace dsr::channels_test {

using namespace dsr::config;
using namespace dsr::model;
using namespace dsr::config::test;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

std::string fault_in_url(const std::string& url) {
    const auto checked = check_webhook_url(url);
    const auto* fault = fault_of(checked);
    return fault == nullptr ? "" : fault->message;
}

}  // namespace

TEST_CASE("webhook URLs") {
    for (const std::string good :
         {"https://hooks.example.org/T/B?token=x@y", "https://h:8443/", "HTTPS://h/x", "https://[2001:db8::1]:1/x",
          "http://127.0.0.1:9093/api/v2/alerts", "http://localhost/", "http://[::1]:80", "https://h"}) {
        INFO(good);
        CHECK(fault_in_url(good).empty());
    }
    struct Bad {
        std::string url;
        std::string said;
    };
    for (const auto& [url, said] : std::vector<Bad>{{"", "does not begin with https://"},
                                                    {"ftp://h/hunter2", "does not begin with https://"},
                                                    {"hunter2", "does not begin with https://"},
                                                    {"https://user:hunter2@h/x", "user or password before its host"},
                                                    {"https://hunter2@h", "user or password before its host"},
                                                    {"https:///hunter2", "names no host"},
                                                    {"https://h:0/hunter2", "no valid port"},
                                                    {"https://h:x/hunter2", "no valid port"},
                                                    {"https://a b/hunter2", "a space"},
                                                    {"https://h/hunter2\r\nX: y", "a control character"},
                                                    {"http://10.0.0.1/hunter2", "unencrypted"},
                                                    {"http://127.0.0.1.evil.org/hunter2", "unencrypted"},
                                                    {"http://127.0.0.1\\@evil.org/hunter2", "user or password"}}) {
        INFO(url);
        CHECK_THAT(fault_in_url(url), Contains(said));
        CHECK_THAT(fault_in_url(url), !Contains("hunter2"));
    }
}

TEST_CASE("mail addresses cannot end a header or a command") {
    const auto is_good = [](const std::string& text) { return fault_of(check_mail_addresses(text)) == nullptr; };
    CHECK(std::get<std::string>(check_mail_addresses("a@b , c+d@e.org")) == "a@b,c+d@e.org");
    for (const std::string bad : {"", "a", "@b", "a@", "a@b@c", "a@b,", "a b@c", "<a@b>", "a@b\r\nDATA", "a@b c",
                                  "a;c@b", "\xC3\xA9@b", "a@b_\xC3\xA9"})
        CHECK_FALSE(is_good(bad));
}

TEST_CASE("loopback hosts") {
    for (const std::string near : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"})
        CHECK(is_loopback(near));
    for (const std::string far : {"10.0.0.1", "127.0.0.1.org", "localhost.org", "::2", "", "128.0.0.1"})
        CHECK_FALSE(is_loopback(far));
}

TEST_CASE("both channels, with their secrets in files, and none of it in the description") {
    const Folder folder;
    const auto url = folder.write("url", "https://hooks.example.org/hunter2\n");
    const auto secret = folder.write("secret", "hunter3\n");
    const auto password = folder.write("password", "hunter4\n");
    const auto result = load_yaml(
        "alerts:\n  cluster: prod\n  webhook: {url_file: " + url.string() +
        ", template: slack, secret_file: " + secret.string() +
        ", timeout: 3s}\n  email: {server: \"[::1]:25\", tls: none, user: u, password_file: " + password.string() +
        ", from: a@b, to: \"c@d, e@f\"}\n");
    INFO(all_text(result));
    REQUIRE(result.config);
    CHECK(result.warnings.empty());
    CHECK(result.config->alerts.cluster == "prod");
    CHECK(result.config->webhook.url.reveal() == "https://hooks.example.org/hunter2");
    CHECK(result.config->webhook.secret.reveal() == "hunter3");
    CHECK(result.config->webhook.form == WebhookForm::slack);
    CHECK(result.config->webhook.timeout == 3s);
    CHECK(result.config->email.server == "[::1]:25");
    CHECK(result.config->email.tls == MailEncryption::none);
    CHECK(result.config->email.password.reveal() == "hunter4");
    CHECK(result.config->email.to == "c@d,e@f");
    const auto described = describe(*result.config);
    CHECK_THAT(described, !Contains("hunter"));
    const auto again = load_text(described, Syntax::yaml, "described", zone_variable);
    REQUIRE(again.config);
    CHECK(*again.config == *result.config);
}

TEST_CASE("several webhooks, each under its name, and described as they were written") {
    const Folder folder;
    const auto url = folder.write("url", "https://oapi.dingtalk.com/robot/send?access_token=hunter2").string();
    const auto secret = folder.write("secret", "SEChunter3").string();
    const auto result =
        load_yaml("alerts:\n  webhooks:\n    ops: {url_file: " + url + ", template: dingtalk, secret_file: " + secret +
                  "}\n    on-call: {template: pagerduty, secret_file: " + secret + "}\n    own: {url_file: " + url +
                  ", template: custom, body: '{\"t\": \"{{title}}\"}', timeout: 3s}\n"
                  "http: {external_url: 'http://10.0.0.1:9530/'}\n");
    INFO(all_text(result));
    REQUIRE(result.config);
    CHECK(result.warnings.empty());
    const auto& webhooks = result.config->webhooks;
    REQUIRE(webhooks.size() == 3);
    CHECK(webhooks.at("ops").form == WebhookForm::dingtalk);
    CHECK(webhooks.at("ops").secret.reveal() == "SEChunter3");
    CHECK(webhooks.at("on-call").url.reveal() == "https://events.pagerduty.com/v2/enqueue");
    CHECK(webhooks.at("own").body == R"({"t": "{{title}}"})");
    CHECK(webhooks.at("own").timeout == 3s);
    CHECK(result.config->http.external_url == "http://10.0.0.1:9530");
    CHECK_FALSE(result.config->webhook.url.is_set());
    const auto described = describe(*result.config);
    CHECK_THAT(described, !Contains("hunter") && Contains("\n    ops:\n") && Contains("\n    on-call:\n"));
    const auto again = load_text(described, Syntax::yaml, "described", zone_variable);
    INFO(described << all_text(again));
    REQUIRE(again.config);
    CHECK(*again.config == *result.config);
}

TEST_CASE("a named webhook alone counts as a channel, and PagerDuty needs no address") {
    const Folder folder;
    const auto secret = folder.write("secret", "R0").string();
    const std::string off = "alerts: {table: false, log: false, ";
    CHECK(
        lines(load_yaml(off + "webhooks: {a: {template: pagerduty, secret_file: " + secret + "}}}").warnings).empty());
    const auto one = load_yaml(off + "webhook: {template: pagerduty, secret_file: " + secret + "}}");
    CHECK(lines(one.warnings).empty());
    REQUIRE(one.config);
    CHECK(one.config->webhook.url.is_set());
}

TEST_CASE("channels that are half configured are refused, secrets unseen") {
    struct Case {
        std::string text;
        std::vector<std::string> said;  ///< one for each error
    };
    const Folder folder;
    const auto url = folder.write("url", "https://u:hunter2@h/x").string();
    const auto sound_url = folder.write("sound_url", "https://h/x").string();
    for (const auto& [text, said] : std::vector<Case>{
             {"alerts: {webhook: {url_file: " + url + "}}", {"alerts.webhook.url_file: the content of"}},
             {"alerts: {webhook: {url: 'https://u:hunter2@h/x'}}", {"alerts.webhook.url: has a user or password"}},
             {"alerts: {webhook: {secret: hunter2}}", {"alerts.webhook.secret: is of no use without"}},
             {"alerts: {webhook: {ca_file: /x}}", {"alerts.webhook.ca_file: is of no use without"}},
             {"alerts: {webhook: {template: irc}}", {"is not one of: generic, slack, alertmanager, dingtalk"}},
             {"alerts: {webhook: {template: pagerduty}}",
              {"alerts.webhook.secret_file: is required with template pagerduty"}},
             {"alerts: {webhook: {url_file: " + sound_url + ", template: custom}}",
              {"alerts.webhook.body: is required"}},
             {"alerts: {webhook: {url_file: " + sound_url + ", body: '{}'}}",
              {"alerts.webhook.body: is of no use without template custom"}},
             {"alerts: {webhook: {url_file: " + sound_url + ", template: custom, body: '{{title}}'}}",
              {"alerts.webhook.body: is not JSON"}},
             {"alerts: {webhooks: {ops: {template: dingtalk}}}", {"alerts.webhooks.ops.url_file: is missing"}},
             {"alerts: {webhooks: {ops: {url_file: " + url + "}}}", {"alerts.webhooks.ops.url_file: the content of"}},
             {"alerts: {webhooks: {ops: {url_fil: /x}}}",
              {"unknown key \"alerts.webhooks.ops.url_fil\"; the nearest known key is url_file",
               "alerts.webhooks.ops.url_file: is missing"}},
             {"alerts: {webhooks: {'The Ops': {url_file: " + sound_url + "}}}", {"\"The Ops\" is not a name"}},
             {"alerts: {webhooks: {ops: 1}}", {"takes names, each with the keys of alerts.webhook"}},
             {"alerts: {webhooks: [a]}", {"takes names, each with the keys of alerts.webhook"}},
             {"http: {external_url: 'ftp://h'}",
              {"http.external_url: \"ftp://h\" is not an address of the form https://host/path"}},
             {"http: {external_url: 'https://u@h/'}", {"has a user before its host"}},
             {"http: {external_url: 'https://h/<b>'}",
              {"http.external_url: \"https://h/<b>\" is not an address of the form"}},
             {"alerts: {webhook: 1}", {"alerts.webhook"}},
             {"alerts: {email: {from: a@b}}", {"alerts.email.from: is of no use without alerts.email.server"}},
             {"alerts: {email: {server: 'h:25'}}", {"alerts.email.from: is missing", "alerts.email.to: is missing"}},
             {"alerts: {email: {server: h, from: a@b, to: c@d}}", {"has no port"}},
             {"alerts: {email: {server: 'h:25,i:25', from: a@b, to: c@d}}", {"is not one host:port"}},
             {"alerts: {email: {server: 'h:25', from: a@b, to: c@d, user: u}}", {"alerts.email.user: has no password"}},
             {"alerts: {email: {server: 'h:25', from: a@b, to: c@d, password: hunter2}}",
              {"alerts.email.password: is of no use without alerts.email.user"}},
             {"alerts: {email: {server: 'h:25', from: a@b, to: c@d, tls: none}}",
              {"alerts.email.tls: none is only for a server on this machine"}},
             {"alerts: {email: {server: '127.0.0.1:25', from: a@b, to: c@d, tls: none}}", {}}}) {
        const auto result = load_yaml(text);
        INFO(text << "\n" << all_text(result));
        CHECK(result.errors.size() == said.size());
        for (const auto& part : said) CHECK_THAT(all_text(result), Contains(part));
        CHECK_THAT(all_text(result), !Contains("hunter2"));
    }
}

TEST_CASE("nobody is told only when no channel is left") {
    const std::string off = "alerts: {table: false, log: false";
    CHECK(lines(load_yaml(off + "}").warnings).size() == 1);
    CHECK(lines(load_yaml(off + ", email: {server: 'h:25', from: a@b, to: c@d}}").warnings).empty());
    const Folder folder;
    const auto url = folder.write("url", "https://h/x").string();
    CHECK(lines(load_yaml(off + ", webhook: {url_file: " + url + "}}").warnings).empty());
}

}  // namespace dsr::channels_test
