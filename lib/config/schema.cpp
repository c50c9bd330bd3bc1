// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "config/keys.hpp"
#include "config/values.hpp"

namespace dsr::config {

namespace {

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
    if (key.kind == Kind::flag) return std::get<bool>(parse_flag(text));
    return text;
}

std::string type_of(const Key& key) {
    if (key.kind == Kind::integer) return "integer";
    if (key.kind == Kind::flag) return "boolean";
    return "string";
}

Json schema_of(const Key& key) {
    Json schema;
    schema["description"] =
        key.kind == Kind::duration || key.kind == Kind::percent ? key.doc + " From " + key.range + "." : key.doc;
    if (key.kind == Kind::choice) {
        schema["enum"] = enumeration(key);
    } else if (key.nullable) {
        schema["type"] = {type_of(key), "null"};
    } else {
        schema["type"] = type_of(key);
    }
    if (key.limits) {
        schema["minimum"] = key.limits->first;
        schema["maximum"] = key.limits->second;
    }
    if (key.kind == Kind::duration) schema["pattern"] = "^[0-9]+(ms|s|m|h|d)$";
    if (key.kind == Kind::percent) schema["pattern"] = "^([0-9]+([.][0-9]*)?|[.][0-9]+)%$";
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
    return root.dump(2) + "\n";
}

}  // namespace dsr::config
