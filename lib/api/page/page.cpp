// SPDX-License-Identifier: Apache-2.0
#include "api/page/page.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "http/token.hpp"

namespace dsr::embedded {

// The files, see CMakeLists.txt.
std::string_view openapi();
std::string_view page_index_html();
std::string_view page_page_css();
std::string_view page_icon_svg();
std::string_view page_page_js();
std::string_view page_actions_js();
std::string_view page_chart_js();
std::string_view page_daemon_js();
std::string_view page_dom_js();
std::string_view page_explain_js();
std::string_view page_masters_js();
std::string_view page_overview_js();
std::string_view page_summary_js();
std::string_view page_time_js();
std::string_view page_timeline_js();
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

/// A module with what openapi.json says of enumerations and their values, so that each text stands once:
/// {"Verdict": {"description": ..., "descriptions": {"orphan": ...}}, "Gate.gate": ...}.
std::string texts_of_enumerations() {
    using nlohmann::ordered_json;
    ordered_json texts;
    const auto keep = [&texts](const std::string& name, const ordered_json& schema) {
        constexpr std::array<std::pair<const char*, const char*>, 4> members{{{"description", "description"},
                                                                              {"x-enumTitles", "titles"},
                                                                              {"x-enumDescriptions", "descriptions"},
                                                                              {"x-enumRemedies", "remedies"}}};
        if (!schema.contains("enum")) return;
        for (const auto& [member, as] : members) {
            if (schema.contains(member)) texts[name][as] = schema[member];
        }
    };
    const auto openapi = ordered_json::parse(embedded::openapi());
    for (const auto& [name, schema] : openapi.at("components").at("schemas").items()) {
        keep(name, schema);
        if (!schema.contains("properties")) continue;
        for (const auto& [member, of] : schema.at("properties").items()) {
            keep(std::string(name).append(".").append(member), of);
        }
    }
    return "// SPDX-License-Identifier: Apache-2.0\nexport const texts = " + texts.dump(2) + ";\n";
}

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
    const auto file = [](const char* path, std::string_view content_type, std::string_view text) {
        return File{path, content_type, std::string(text)};
    };
    return {file("/", "text/html; charset=utf-8", page_index_html()),
            file("/page.css", "text/css; charset=utf-8", page_page_css()),
            file("/icon.svg", "image/svg+xml", page_icon_svg()),
            file("/page.js", script, page_page_js()),
            file("/actions.js", script, page_actions_js()),
            file("/chart.js", script, page_chart_js()),
            file("/daemon.js", script, page_daemon_js()),
            file("/dom.js", script, page_dom_js()),
            file("/explain.js", script, page_explain_js()),
            file("/masters.js", script, page_masters_js()),
            file("/overview.js", script, page_overview_js()),
            file("/summary.js", script, page_summary_js()),
            file("/time.js", script, page_time_js()),
            file("/timeline.js", script, page_timeline_js()),
            file("/verdicts.js", script, page_verdicts_js()),
            file("/words.js", script, page_words_js()),
            file("/texts.js", script, texts_of_enumerations())};
}

void add_routes(http::Router& router) {
    for (const auto& file : files()) router.add({"GET", file.path, http::Access::open, serving(file)});
}

}  // namespace dsr::page
