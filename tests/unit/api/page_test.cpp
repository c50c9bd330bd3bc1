// SPDX-License-Identifier: Apache-2.0
// The page's files: what they may hold, how they are served, and that no name of the daemon's is without a text.
#include "api/page/page.hpp"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "http/dispatcher.hpp"
#include "model/control.hpp"
#include "model/hold.hpp"
#include "model/journal_entry.hpp"
#include "model/shadow_entry.hpp"
#include "model/verdict.hpp"
#include "plan/judge.hpp"
#include "query/query_service.hpp"
#include "support/openapi.hpp"

namespace dsr::page_test {

namespace {

std::string text_of(const std::string& path) {
    for (const auto& file : page::files()) {
        if (file.path == path) return std::string(file.text);
    }
    FAIL("no file " << path);
    return {};
}

/// The texts of /texts.js, by enumeration.
nlohmann::json texts() {
    const auto module = text_of("/texts.js");
    const std::string begin = "export const texts = ";
    const auto at = module.find(begin);
    REQUIRE(at != std::string::npos);
    return nlohmann::json::parse(module.substr(at + begin.size(), module.rfind(';') - at - begin.size()));
}

std::set<std::string> names_in(const nlohmann::json& object) {
    std::set<std::string> names;
    for (const auto& [name, value] : object.items()) names.insert(name);
    return names;
}

/// The names that the page has a text for.
std::set<std::string> worded(const std::string& enumeration) {
    return names_in(texts().at(enumeration).at("descriptions"));
}

/// The names that `const WHAT = {...}` of words.js has a mark for.
std::set<std::string> marked(const std::string& what) {
    const auto words = text_of("/words.js");
    const auto begin = words.find("const " + what + " = {");
    REQUIRE(begin != std::string::npos);
    const auto body = words.substr(begin, words.find('}', begin) - begin);
    std::set<std::string> names;
    const std::regex member("([a-z_]+): \"");
    for (std::sregex_iterator at(body.begin(), body.end(), member), end; at != end; ++at) names.insert((*at)[1]);
    return names;
}

/// What a select of index.html offers, without its first option, which stands for none.
std::set<std::string> offered(const std::string& id) {
    const auto page = text_of("/");
    const auto begin = page.find("<select id=\"" + id + "\"");
    REQUIRE(begin != std::string::npos);
    const auto body = page.substr(begin, page.find("</select>", begin) - begin);
    std::set<std::string> names;
    const std::regex option("<option>([A-Za-z_]+)<");
    for (std::sregex_iterator at(body.begin(), body.end(), option), end; at != end; ++at) names.insert((*at)[1]);
    return names;
}

/// The values of an enumeration of openapi.json, "SCHEMA" or "SCHEMA.MEMBER"; without null.
std::set<std::string> values_of(const std::string& enumeration) {
    const auto dot = enumeration.find('.');
    auto schema = test::openapi()["components"]["schemas"][enumeration.substr(0, dot)];
    if (dot != std::string::npos) schema = schema["properties"][enumeration.substr(dot + 1)];
    std::set<std::string> values;
    for (const auto& value : schema["enum"]) {
        if (value.is_string()) values.insert(value);
    }
    return values;
}

template <class Names>
std::set<std::string> set_of(const Names& names) {
    return {names.begin(), names.end()};
}

struct Desk {
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
    http::Dispatcher dispatcher{router(), log};

    static http::Router router() {
        http::Router made;
        page::add_routes(made);
        return made;
    }

    http::Response ask(const std::string& path, const std::string& if_none_match = "", bool open_reading = true) {
        http::Arrival arrival;
        arrival.method = "GET";
        arrival.target = path;
        arrival.host = "localhost";
        arrival.if_none_match = if_none_match;
        arrival.open_reading = open_reading;
        http::Response answer;
        dispatcher.handle(arrival, [&](http::Response response) { answer = std::move(response); });
        return answer;
    }
};

}  // namespace

TEST_CASE("the page has words for every guard, verdict and gate, and for nothing else") {
    CHECK(worded("Guard") == set_of(model::guard_names));
    CHECK(worded("Verdict") == set_of(model::verdict_names));
    CHECK(worded("Gate.gate") == set_of(plan::gate_names));
    CHECK(worded("JournalEntry.receipt") == set_of(model::receipt_names));
    CHECK(worded("ShadowEntry.compared") == set_of(model::comparison_names));
    CHECK(worded("ControlNote.action") == set_of(model::control_action_names));
    CHECK(marked("verdict_marks") == set_of(model::verdict_names));
    CHECK(marked("receipt_marks") == set_of(model::receipt_names));
    CHECK(marked("comparison_marks") == set_of(model::comparison_names));
    CHECK(marked("state_marks") == worded("Status.state"));
}

TEST_CASE("the list's form offers each state of an unfinished workflow, and each order") {
    std::set<std::string> states;
    for (const auto& [code, name] : query::state_names()) {
        if (!std::set<std::string>{"PAUSE", "STOP", "FAILURE", "SUCCESS"}.contains(name)) states.insert(name);
    }
    CHECK(offered("filter-state") == states);
    auto orders = set_of(query::verdict_sort_names);
    CHECK(orders.erase("attention") == 1);  // the first option
    CHECK(offered("filter-sort") == orders);
}

TEST_CASE("an enumeration of openapi.json that has texts has one for each value") {
    const auto all = texts();
    for (const auto& [enumeration, of] : all.items()) {
        for (const auto* kind : {"titles", "descriptions", "remedies"}) {
            INFO(enumeration << " " << kind);
            if (of.contains(kind)) CHECK(names_in(of[kind]) == values_of(enumeration));
        }
    }
}

TEST_CASE("every guard's text says what holds, why, and what releases it") {
    const auto words = texts().at("Guard");
    for (const auto& named : model::guard_names) {
        const std::string guard(named);
        INFO(guard);
        const auto length = [&](const char* kind) { return words.at(kind).value(guard, "").size(); };
        CHECK(length("titles") >= 8);
        CHECK(length("descriptions") >= 20);
        CHECK(length("remedies") >= 20);
    }
}

TEST_CASE("whoever asks gets the page's files, also where reading needs a token, with headers that keep it to itself") {
    Desk desk;
    for (const auto& file : page::files()) {
        INFO(file.path);
        const auto answer = desk.ask(file.path, "", false);
        REQUIRE(answer.status == 200);
        CHECK(answer.body == file.text);
        CHECK(answer.content_type == file.content_type);
        const auto policy = http::value_of(answer.headers, "Content-Security-Policy").value_or("");
        CHECK(policy.find("default-src 'self'") == 0);
        CHECK(policy.find("unsafe") == std::string::npos);
    }
}

TEST_CASE("a file that the browser has already is not sent again") {
    Desk desk;
    std::set<std::string> tags;
    for (const auto& file : page::files()) {
        INFO(file.path);
        const auto tag = http::value_of(desk.ask(file.path).headers, "ETag").value_or("");
        REQUIRE(tag.size() > 2);
        tags.insert(tag);
        for (const auto& has : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
            const auto answer = desk.ask(file.path, has);
            CHECK(answer.status == 304);
            CHECK(answer.body.empty());
            CHECK(http::value_of(answer.headers, "ETag") == tag);
        }
        CHECK(desk.ask(file.path, "\"another\"").status == 200);
    }
    CHECK(tags.size() == page::files().size());
}

TEST_CASE("the page takes nothing from outside, and text never becomes elements") {
    std::set<std::string> served;
    for (const auto& file : page::files()) served.insert(file.path);
    for (const auto& file : page::files()) {
        INFO(file.path);
        const std::string text(file.text);
        CHECK(text.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos);
        for (const auto* word :
             {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage",
              " style=", "<style", "onclick", "javascript:", "@import", "url("}) {
            INFO(word);
            CHECK(text.find(word) == std::string::npos);
        }
        const std::regex reference("(?:href=|src=|from )\"([^\"#]+)\"");
        for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at) {
            auto path = (*at)[1].str();
            if (path.starts_with("./")) path = path.substr(1);
            INFO(path);
            CHECK(served.contains(path));
        }
        const std::regex outside("https?://(?!www\\.w3\\.org/2000/svg)");
        CHECK_FALSE(std::regex_search(text, outside));
    }
}

}  // namespace dsr::page_test
