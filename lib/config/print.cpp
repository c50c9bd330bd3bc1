// SPDX-License-Identifier: Apache-2.0
#include "config/print.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

// Texts that every YAML reader takes unquoted: no special character, not like a number, no special word of YAML 1.1 or
// 1.2.
bool is_plain(std::string_view text) {
    constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";
    constexpr std::string_view first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/";
    if (text.empty() || first.find(text.front()) == std::string_view::npos) return false;
    if (text.find_first_not_of(harmless) != std::string_view::npos) return false;
    const std::string word = base::lower(text);
    for (const auto* reserved : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
        if (word == reserved) return false;
    }
    return true;
}

std::string heading(std::string_view section) {
    return indentation(section) + std::string{leaf_of(section)} + ":\n";
}

std::string line_for(const Key& key, const Config& config) {
    const std::string name{leaf_of(key.path)};
    const std::string value = key.render(config);
    if (key.kind == Kind::secret) return "# " + name + ": " + (value.empty() ? "(not set)" : value);
    if (value.empty()) return name + ": " + (key.is_required ? "\"\"" : "null");
    return name + ": " + written(key, value);
}

constexpr std::size_t comment_width = 110;

// "From 1s to 1d." Choices and ranges only: the sample shows that a path is absolute, and the value shows a flag.
std::string range_sentence(const Key& key) {
    if (key.kind == Kind::choice) return " One of: " + key.range + ".";
    if (key.kind == Kind::duration || key.limits) return " From " + key.range + ".";
    return "";
}

std::string example_line(const Key& key) {
    const std::string name{leaf_of(key.path)};
    const auto line = name + ": " + written(key, key.sample.empty() ? key.fallback : key.sample);
    return key.fallback.empty() ? "# " + line : line;
}

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<') out += '\\';
        out += c;
    }
    return out;
}

std::string databases_of(const Key& key) {
    switch (key.scope) {
        case Scope::server:
            return " Not with sqlite.";
        case Scope::embedded:
            return " With sqlite only.";
        case Scope::any:
        case Scope::zookeeper:
        case Scope::etcd:
            break;
    }
    return "";
}

std::string row(const Key& key) {
    const std::string fallback = key.is_required ? "required" : key.fallback.empty() ? "" : "`" + key.fallback + "`";
    return "| `" + key.path + "` | " + fallback + " | " + cell(key.range) + " | " + cell(key.doc + databases_of(key)) +
           " | `" + environment_name(key.path) + "` |\n";
}

using Json = nlohmann::ordered_json;

// A YAML reader reads "true" and "false" among the words of a choice as flags.
Json enumeration(const Key& key) {
    Json words = Json::array();
    for (const auto& word : key.choices) {
        if (const auto flag = parse_flag(word); !fault_of(flag)) words.push_back(std::get<bool>(flag));
        words.push_back(word);
    }
    return words;
}

// A written form in JSON.
Json value_of(const Key& key, const std::string& text) {
    if (key.kind == Kind::integer) return std::get<std::int64_t>(parse_integer(text));
    if (key.kind == Kind::ratio) return std::get<double>(parse_ratio(text));
    if (key.kind == Kind::flag) return std::get<bool>(parse_flag(text));
    return text;
}

std::string type_of(const Key& key) {
    if (key.kind == Kind::integer) return "integer";
    if (key.kind == Kind::ratio) return "number";
    if (key.kind == Kind::flag) return "boolean";
    return "string";
}

Json schema_of(const Key& key) {
    Json schema;
    schema["description"] =
        key.kind == Kind::duration || key.kind == Kind::ratio ? key.doc + " From " + key.range + "." : key.doc;
    if (key.kind == Kind::choice) {
        schema["enum"] = enumeration(key);
    } else if (key.kind == Kind::ratio) {
        schema["type"] = {type_of(key), "string"};  // the old form is a percentage
    } else if (key.nullable) {
        schema["type"] = {type_of(key), "null"};
    } else {
        schema["type"] = type_of(key);
    }
    if (key.limits) {
        schema["minimum"] = value_of(key, format_ratio(key.limits->first));
        schema["maximum"] = value_of(key, format_ratio(key.limits->second));
    }
    if (key.kind == Kind::duration) schema["pattern"] = "^[0-9]+(ms|s|m|h|d)$";
    if (key.kind == Kind::ratio) schema["pattern"] = "^([0-9]+([.][0-9]*)?|[.][0-9]+)%$";
    if (key.kind == Kind::file) schema["pattern"] = "^(/.*)?$";
    if (!key.fallback.empty()) schema["default"] = value_of(key, key.fallback);
    if (!key.sample.empty()) schema["examples"] = Json::array({value_of(key, key.sample)});
    return schema;
}

Json section_schema(const std::string& doc) {
    Json schema;
    schema["description"] = doc;
    schema["type"] = {"object", "null"};
    schema["additionalProperties"] = false;
    schema["properties"] = Json::object();
    return schema;
}

// The schema of the section at `path`, at any depth; the empty path is the whole configuration.
Json& at_section(Json& root, std::string_view path) {
    if (path.empty()) return root;
    return at_section(root, section_of(path))["properties"][std::string{leaf_of(path)}];
}

}  // namespace

std::string written(const Key& key, std::string_view value) {
    if (key.kind != Kind::text && key.kind != Kind::file && key.kind != Kind::secret) return std::string{value};
    if (is_plain(value)) return std::string{value};
    // A JSON string is a double-quoted YAML scalar.
    return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string comment(const std::string& indent, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto end = text.size();
        if (end > comment_width) {
            end = text.rfind(' ', comment_width);
            if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
        }
        out += indent + "# " + std::string{text.substr(0, end)} + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string describe(const Config& config) {
    std::string out;
    std::string_view previous;
    const auto all = keys_of(config);
    for (const auto& key : all) {
        if (is_excluded(key.scope, config)) continue;
        for (const auto& section : sections_opened(previous, key.path)) out += heading(section);
        out += indentation(key.path) + line_for(key, config) + "\n";
        previous = key.path;
    }
    return out;
}

std::string example_yaml() {
    std::string out =
        "# SPDX-License-Identifier: Apache-2.0\n#\n# Configuration of ds-reconcilerd: every key with its default, "
        "except "
        "failover.mode, which is shadow here: nothing\n# is handed over until it is changed to act. Only "
        "database.time_zone is required; keys that are left out keep their\n# defaults. Check a changed file with: "
        "ds-reconcilerd check-config --config FILE\n#\n# Durations are a whole number and ms, s, m, h or d. JSON with "
        "the same keys is read from a file named *.json.\n# Every key can be overridden by the environment: "
        "DS_RECONCILER_SWEEP__INTERVAL is interval below sweep.\n";
    std::string_view previous;
    for (const auto& key : keys()) {
        for (const auto& path : sections_opened(previous, key.path)) {
            const Section* section = find_section(path);
            out += "\n" + comment(indentation(path), section == nullptr ? "" : section->doc);
            out += heading(path);
        }
        out += comment(indentation(key.path), key.doc + range_sentence(key));
        out += indentation(key.path) + example_line(key) + "\n";
        previous = key.path;
    }
    return out;
}

std::string reference_markdown() {
    std::string out;
    for (const auto& section : sections()) {
        out += (out.empty() ? "### " : "\n### ") + section.path + "\n\n" + section.doc + "\n\n";
        out += "| key | default | values | meaning | environment |\n|---|---|---|---|---|\n";
        for (const auto& key : keys()) {
            if (section_of(key.path) == section.path) out += row(key);
        }
    }
    return out;
}

std::string json_schema() {
    Json root;
    root["$schema"] = "http://json-schema.org/draft-07/schema#";
    root["title"] = "Configuration of ds-reconcilerd";
    root["type"] = "object";
    root["additionalProperties"] = false;
    root["properties"] = Json::object();
    for (const auto& section : sections()) at_section(root, section.path) = section_schema(section.doc);
    for (const auto& key : keys()) {
        at_section(root, section_of(key.path))["properties"][std::string{leaf_of(key.path)}] = schema_of(key);
    }
    auto named = at_section(root, "alerts.webhook");
    named["description"] = "One more webhook, under a name of your choice.";
    named["type"] = "object";
    auto& webhooks = at_section(root, webhooks_section);
    webhooks["description"] = "More webhooks, each under a name of your choice with the keys of alerts.webhook.";
    webhooks["type"] = {"object", "null"};
    webhooks["propertyNames"] = {{"pattern", "^[a-z][a-z0-9_-]{0,31}$"}};
    webhooks["additionalProperties"] = std::move(named);
    return root.dump(2) + "\n";
}

}  // namespace dsr::config
