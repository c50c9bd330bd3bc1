// SPDX-License-Identifier: Apache-2.0
//
// The files that are made from the table of keys, and the table itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "config/print.hpp"
#include "support.hpp"

namespace dsr::generated_test {

using namespace dsr::config;
using namespace dsr::config::test;
using Catch::Contains;

namespace {

const std::filesystem::path source = DSR_SOURCE_DIR;
const auto example_file = source / "config" / "reconciler.yaml";
const auto schema_file = source / "config" / "reconciler.schema.json";
const auto reference_file = source / "docs" / "configuration.md";

/// Above this line the page is written by hand, below it is reference_markdown().
const std::string below_this_line =
    "<!-- Made from lib/config/keys.cpp, from here to the end: unit_tests \"[generate]\" writes it anew. -->\n\n";

std::string content(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// The page with its tables as they would be made now.
std::string reference_page() {
    const std::string page = content(reference_file);
    const auto line = page.find(below_this_line);
    REQUIRE(line != std::string::npos);
    return page.substr(0, line) + below_this_line + reference_markdown();
}

}  // namespace

// Hidden: run it by its name after a change of the table, then look at the difference.
TEST_CASE("write the generated configuration files", "[.][generate]") {
    std::ofstream{example_file, std::ios::binary} << example_yaml();
    std::ofstream{schema_file, std::ios::binary} << json_schema();
    const std::string page = reference_page();
    std::ofstream{reference_file, std::ios::binary} << page;
}

TEST_CASE("the files in config/ and docs/configuration.md are up to date with the table of keys") {
    INFO("run the unit tests with \"[generate]\" to write them anew");
    CHECK(content(example_file) == example_yaml());
    CHECK(content(schema_file) == json_schema());
    CHECK(content(reference_file) == reference_page());
}

TEST_CASE("the example lacks nothing but the time zone, and changes nothing but to shadow mode") {
    const auto alone = load(example_file, {});
    REQUIRE(lines(alone.errors).size() == 1);
    CHECK_THAT(lines(alone.errors)[0], Contains("database.time_zone: is missing"));

    const auto result = load(example_file, zone_variable);
    CHECK(lines(result.errors).empty());
    CHECK(lines(result.warnings).empty());
    REQUIRE(result.config);
    Config expected;
    expected.database.time_zone = "Asia/Shanghai";
    expected.sweep.shadow = true;
    expected.file = example_file;
    CHECK(*result.config == expected);
}

TEST_CASE("the example has every key once, those without default as a comment that can be uncommented") {
    const std::string text = content(example_file);
    for (const auto& key : keys()) {
        INFO(key.path);
        const std::string name{leaf_of(key.path)};
        const std::string section{section_of(key.path)};
        // from the section's heading to the next line that is not indented
        const std::string heading{leaf_of(section)};
        const std::string indent = indentation(section);
        const std::regex in_section{"(^|\n)" + indent + heading + ":\n((" + indent + " [^\n]*)?\n)*?" + indent +
                                    "  (# )?" + name + ": [^\n]+\n"};
        CHECK(std::regex_search(text, in_section));
    }
    // Samples are real values: with all of them, each key is at least well-formed where it stands.
    std::string all = text;
    for (const auto& key : keys()) {
        const std::string name{leaf_of(key.path)};
        if (key.fallback.empty())
            all = std::regex_replace(all, std::regex{"\n( +)# " + name + ": "}, "\n$1" + name + ": ");
    }
    for (const auto& line : lines(load_text(all, Syntax::yaml, "example", {}).errors)) {
        INFO(line);
        const bool only_together = line.find("is given together") != std::string::npos ||
                                   line.find("is only for database.type sqlite") != std::string::npos ||
                                   line.find("is only for registry.type etcd") != std::string::npos ||
                                   line.find("is of no use without") != std::string::npos ||
                                   line.find("No such file or directory") != std::string::npos;
        CHECK(only_together);
    }
}

TEST_CASE("no line of the generated example is longer than the house allows") {
    std::istringstream text{example_yaml()};
    for (std::string line; std::getline(text, line);) CHECK(line.size() <= 120);
}

TEST_CASE("the table agrees with the defaults of the configuration") {
    for (const auto& key : keys()) {
        INFO(key.path);
        CHECK_FALSE(key.doc.empty());
        CHECK(key.doc.back() == '.');
        CHECK(find_section(section_of(key.path)) != nullptr);
        CHECK(find_key(key.path) == &key);
        CHECK(key.is_required + key.nullable + !key.fallback.empty() == 1);
        CHECK((!key.fallback.empty() || !key.sample.empty()));
        if (key.fallback.empty()) continue;
        Config config;
        REQUIRE_FALSE(key.apply(config, key.fallback));
        CHECK(config == Config{});
    }
}

TEST_CASE("keys reset to their default") {
    Config config;
    config.database.port = 1;
    config.database.password = Secret{"x"};
    config.registry.digest_file = "/x";
    for (const auto& key : keys()) key.reset(config);
    CHECK(config == Config{});
}

TEST_CASE("the table has each key once and the sections in one piece") {
    std::set<std::string> paths;
    std::set<std::string> opened;
    std::string_view previous;
    for (const auto& key : keys()) {
        INFO(key.path);
        CHECK(paths.insert(key.path).second);
        for (const auto& section : sections_opened(previous, key.path)) CHECK(opened.insert(section).second);
        previous = key.path;
    }
    CHECK(opened.size() == sections().size());
    for (const auto& section : sections()) CHECK(section.doc.back() == '.');
}

TEST_CASE("headings of an outline, however deep") {
    using List = std::vector<std::string>;
    CHECK(sections_opened("", "a.b") == List{"a"});
    CHECK(sections_opened("a.b", "a.c").empty());
    CHECK(sections_opened("a.b", "a.c.d") == List{"a.c"});
    CHECK(sections_opened("", "a.b.c") == List{"a", "a.b"});
    CHECK(sections_opened("ab.c", "a.c") == List{"a"});
    CHECK(indentation("a") == "");
    CHECK(indentation("a.b") == "  ");
    CHECK(indentation("a.b.c") == "    ");
}

TEST_CASE("the schema describes every key") {
    const auto schema = nlohmann::json::parse(json_schema());
    CHECK(schema["additionalProperties"] == false);
    std::size_t count = 0;
    const std::function<void(const nlohmann::json&)> look_into = [&](const nlohmann::json& section) {
        CHECK(section["additionalProperties"] == false);
        for (const auto& property : section["properties"]) {
            if (property.contains("properties")) {
                look_into(property);
            } else if (property.contains("propertyNames")) {  // alerts.webhooks: each like alerts.webhook
                CHECK(property["additionalProperties"]["properties"] ==
                      schema["properties"]["alerts"]["properties"]["webhook"]["properties"]);
            } else {
                ++count;
            }
        }
    };
    look_into(schema);
    CHECK(count == keys().size());
    const auto at = [&](const std::string& section, const std::string& key) {
        return schema["properties"][section]["properties"][key];
    };
    CHECK(at("sweep", "interval")["type"] == "string");
    CHECK(at("sweep", "interval")["default"] == "60s");
    CHECK(at("sweep", "watch")["default"] == true);
    CHECK(at("failover", "confirmations")["minimum"] == 1);
    CHECK(at("failover", "confirmations")["maximum"] == 100);
    CHECK(at("failover", "confirmations")["default"] == 2);
    CHECK(at("database", "type")["enum"] == nlohmann::json({"postgresql", "mysql", "sqlite"}));
    CHECK(at("dolphinscheduler", "recovers_in_place")["enum"] ==
          nlohmann::json({"auto", true, "true", false, "false"}));
    CHECK(at("database", "port")["type"] == nlohmann::json({"integer", "null"}));
    CHECK_FALSE(at("database", "time_zone").contains("default"));
}

TEST_CASE("the reference has a row for every key") {
    const std::string text = reference_markdown();
    for (const auto& key : keys()) CHECK_THAT(text, Contains("\n| `" + key.path + "` | "));
    for (const auto& section : sections()) CHECK_THAT(text, Contains("### " + section.path + "\n"));
    CHECK_THAT(text, Contains("| `sweep.interval` | `60s` | 1s to 1d | Time between two sweeps. | "
                              "`DS_RECONCILER_SWEEP__INTERVAL` |"));
    CHECK_THAT(text, Contains("| `database.time_zone` | required |"));
}

}  // namespace dsr::generated_test
