// SPDX-License-Identifier: Apache-2.0
#include "alert/email.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "alert/digest.hpp"
#include "alert/transfer.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"

namespace dsr::alert {

namespace {

/// "Mon, 23 Nov 2026 12:00:00 +0000". Not strftime or streams: they depend on the locale.
std::string mail_date(model::Instant at) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = date::floor<date::days>(at);
    const date::year_month_day date{day};
    const date::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[date::weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

}  // namespace

std::string header_text(std::string_view text) {
    constexpr std::size_t max_plain_bytes = 900;  // a line may have 998 bytes, including the header's name
    constexpr std::size_t max_word_bytes = 45;    // 60 in base64, 72 with delimiters: a word may have 75
    const bool plain = text.size() <= max_plain_bytes && text.find("=?") == std::string_view::npos &&
                       std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (plain) return std::string(text);
    std::string out;
    while (!text.empty()) {
        const auto part = base::whole_characters(text, max_word_bytes);
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base::base64(part) + "?=";
        text.remove_prefix(part.size());
    }
    return out;
}

std::string mail_message(const Alert& alert, const AlertOrigin& origin, const std::string& from,
                         const std::vector<std::string>& to, model::Instant at) {
    std::string message;
    const auto header = [&](std::string_view name, const std::string& value) {
        message += fmt::format("{}: {}\r\n", name, value);
    };
    header("Date", mail_date(at));
    header("From", from);
    header("To", fmt::format("{}", fmt::join(to, ",\r\n ")));
    header("Subject", header_text(headline(alert, origin.cluster)));
    header("Message-ID",
           fmt::format("<{}@{}>", delivery_id(alert, origin, at), std::string_view(from).substr(from.find('@') + 1)));
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=UTF-8");
    header("Content-Transfer-Encoding", "base64");  // keeps lines short, and no line begins with a dot
    header("Auto-Submitted", "auto-generated");     // RFC 3834: no automatic replies
    if (alert.severity == Severity::serious && !alert.is_resolved()) header("Importance", "high");
    message += "\r\n";

    const auto page = origin.page.empty() ? "" : fmt::format("page:     {}\r\n", origin.page);
    const auto body = base::base64(fmt::format(
        "{}\r\n\r\n{}\r\n\r\nseverity: {}\r\ncluster:  {}\r\nreplica:  {}\r\ntime:     {}\r\nkey:      {}\r\n{}",
        alert.title, alert.summary, name(alert.severity), origin.cluster, origin.replica, model::rfc3339(at), alert.key,
        page));
    constexpr std::size_t line = 76;
    for (std::size_t begin = 0; begin < body.size(); begin += line) message += body.substr(begin, line) + "\r\n";
    return message;
}

void Email::send(const Alert& alert, model::Instant at) {
    const auto message = mail_message(alert, settings_.origin, settings_.from, settings_.to, at);
    const bool tls = settings_.encryption == MailEncryption::tls;
    Transfer transfer((tls ? "smtps://" : "smtp://") + settings_.server, "smtp,smtps", settings_.timeout,
                      settings_.ca_file, stop_);
    const bool clear = settings_.encryption == MailEncryption::none;
    transfer.set(CURLOPT_USE_SSL, static_cast<long>(clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    transfer.set(CURLOPT_PROXY, "");  // the environment's proxies are for HTTP only
    if (!settings_.user.empty()) {
        transfer.set(CURLOPT_USERNAME, settings_.user);
        transfer.set(CURLOPT_PASSWORD, settings_.password);
    }
    transfer.set(CURLOPT_MAIL_FROM, "<" + settings_.from + ">");
    std::vector<std::string> recipients;
    recipients.reserve(settings_.to.size());
    for (const auto& address : settings_.to) recipients.push_back("<" + address + ">");
    transfer.set_list(CURLOPT_MAIL_RCPT, recipients);
    transfer.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, settings_.every_recipient ? 0L : 1L);
    transfer.upload(message);
    transfer.perform();
}

}  // namespace dsr::alert
