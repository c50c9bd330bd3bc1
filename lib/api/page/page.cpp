// SPDX-License-Identifier: Apache-2.0
#include "api/page/page.hpp"

#include "http/token.hpp"

namespace dsr::embedded {

// The files, see CMakeLists.txt.
std::string_view page_index_html();
std::string_view page_page_css();
std::string_view page_icon_svg();
std::string_view page_page_js();
std::string_view page_chart_js();
std::string_view page_daemon_js();
std::string_view page_dom_js();
std::string_view page_explain_js();
std::string_view page_overview_js();
std::string_view page_time_js();
std::string_view page_verdicts_js();
std::string_view page_words_js();

}  // namespace dsr::embedded

namespace dsr::page {

namespace {

constexpr std::string_view script = "text/javascript; charset=utf-8";

/// No external resources, nothing inline, no embedding in another page.
constexpr std::string_view policy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";

http::Handler serving(const File& file) {
    http::Response whole;
    whole.content_type = file.content_type;
    whole.body = file.text;
    whole.headers = {{"Cache-Control", "no-cache"},  // cached, and revalidated each time
                     {"ETag", '"' + http::fingerprint(file.text) + '"'},
                     {"Content-Security-Policy", std::string(policy)},
                     {"Referrer-Policy", "no-referrer"}};
    return [whole = std::move(whole), tag = '"' + http::fingerprint(file.text) + '"'](const http::Request& request,
                                                                                      const http::Respond& respond) {
        auto response = whole;
        if (request.if_none_match.find(tag) != std::string::npos || request.if_none_match == "*") {
            response.status = 304;
            response.body.clear();
        }
        respond(std::move(response));
    };
}

}  // namespace

std::vector<File> files() {
    using namespace embedded;
    return {{"/", "text/html; charset=utf-8", page_index_html()},
            {"/page.css", "text/css; charset=utf-8", page_page_css()},
            {"/icon.svg", "image/svg+xml", page_icon_svg()},
            {"/page.js", script, page_page_js()},
            {"/chart.js", script, page_chart_js()},
            {"/daemon.js", script, page_daemon_js()},
            {"/dom.js", script, page_dom_js()},
            {"/explain.js", script, page_explain_js()},
            {"/overview.js", script, page_overview_js()},
            {"/time.js", script, page_time_js()},
            {"/verdicts.js", script, page_verdicts_js()},
            {"/words.js", script, page_words_js()}};
}

void add_routes(http::Router& router) {
    for (const auto& file : files()) router.add({"GET", file.path, http::Access::open, serving(file)});
}

}  // namespace dsr::page
