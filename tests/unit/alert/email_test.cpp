// SPDX-License-Identifier: Apache-2.0
// An alert as an e-mail, as a golden text, and what mail servers do not forgive.
#include "alert/email.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "base/base64.hpp"
#include "support/builders.hpp"

namespace dsr::email_test {

using namespace dsr::alert;

namespace {

Alert held() {
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = "held:paused";
    alert.title = "ds-reconciler holds";
    alert.summary =
        "paused: Gr\xC3\xBC\xC3\x9F"
        "e <b> & so";
    return alert;
}

}  // namespace

TEST_CASE("a mail, byte for byte") {
    CHECK(mail_message(held(), {"prod", "host pid 7"}, "ds@example.org", {"a@example.org", "b@example.org"},
                       test::noon) ==
          "Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n"
          "From: ds@example.org\r\n"
          "To: a@example.org,\r\n b@example.org\r\n"
          "Subject: [prod] ds-reconciler holds\r\n"
          "Message-ID: <d9bc3e028fcf346ddfc55d5d8821085f@example.org>\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=UTF-8\r\n"
          "Content-Transfer-Encoding: base64\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "Importance: high\r\n"
          "\r\n"
          "ZHMtcmVjb25jaWxlciBob2xkcw0KDQpwYXVzZWQ6IEdyw7zDn2UgPGI+ICYgc28NCg0Kc2V2ZXJp\r\n"
          "dHk6IHNlcmlvdXMNCmNsdXN0ZXI6ICBwcm9kDQpyZXBsaWNhOiAgaG9zdCBwaWQgNw0KdGltZTog\r\n"
          "ICAgIDIwMjYtMTEtMjNUMTI6MDA6MDAuMDAwWg0Ka2V5OiAgICAgIGhlbGQ6cGF1c2VkDQo=\r\n");
}

TEST_CASE("a mail has the page's address, and one that reports an end is not important") {
    auto alert = held();
    alert.resolves = {"held:paused"};
    const auto message = mail_message(alert, {"prod", "host pid 7", "https://ops.example.org/"}, "ds@example.org",
                                      {"a@example.org"}, test::noon);
    CHECK_THAT(message, !Catch::Contains("Importance"));
    std::string body = message.substr(message.find("\r\n\r\n") + 4);
    std::erase_if(body, [](char c) { return c == '\r' || c == '\n'; });
    CHECK_THAT(base::from_base64(body).value(), Catch::EndsWith("page:     https://ops.example.org/\r\n"));
}

TEST_CASE("headers keep to ASCII, and no text can begin a header of its own") {
    CHECK(header_text("plain text") == "plain text");
    CHECK(header_text("Gr\xC3\xBC\xC3\x9F"
                      "e") == "=?UTF-8?B?R3LDvMOfZQ==?=");
    CHECK(header_text("a\r\nBcc: x@y") == "=?UTF-8?B?" + base::base64("a\r\nBcc: x@y") + "?=");
    CHECK(header_text("=?x") == "=?UTF-8?B?PT94?=");
}

TEST_CASE("long headers are folded between characters") {
    std::string title;
    for (int i = 0; i < 100; ++i) title += "\xE2\x82\xAC";  // three bytes each
    std::istringstream lines(header_text(title));
    std::string joined;
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        CHECK(line.size() <= 76);
        if (line.starts_with(' ')) line.erase(0, 1);
        CHECK(line.size() <= 75);
        REQUIRE(line.starts_with("=?UTF-8?B?"));
        REQUIRE(line.ends_with("?="));
        const auto word = line.substr(10, line.size() - 12);
        CHECK(word.size() % 4 == 0);
        CHECK(word.size() / 4 * 3 % 3 == 0);
        joined += word;
    }
    CHECK(joined == base::base64(title));  // 45 bytes a word: no padding within
}

TEST_CASE("an alert of any length makes no line that is too long") {
    auto alert = held();
    alert.summary = std::string(100'000, '.');
    std::istringstream lines(mail_message(alert, {"prod", "r"}, "a@b", {"c@d"}, test::noon));
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 998);
}

}  // namespace dsr::email_test
