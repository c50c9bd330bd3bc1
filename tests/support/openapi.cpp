// SPDX-License-Identifier: Apache-2.0
#include "support/openapi.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

namespace dsr::test {

namespace {

using nlohmann::json;

bool is_of(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return false;
}

class Check {
public:
    std::vector<std::string> found;

    void value(const json& value, const json& schema, const std::string& where) {
        static const std::set<std::string> known{"$ref",
                                                 "type",
                                                 "nullable",
                                                 "allOf",
                                                 "enum",
                                                 "required",
                                                 "properties",
                                                 "items",
                                                 "minimum",
                                                 "maximum",
                                                 "maxItems",
                                                 "pattern",
                                                 "minLength",
                                                 "format",
                                                 "description",
                                                 "example",
                                                 "additionalProperties",
                                                 "x-enumTitles",
                                                 "x-enumDescriptions",
                                                 "x-enumRemedies"};
        for (const auto& [key, what] : schema.items()) {
            if (!known.contains(key)) found.push_back(where + ": this check does not know the keyword " + key);
        }
        if (schema.contains("$ref")) {
            const std::string ref = schema["$ref"];
            return this->value(value, openapi().at(json::json_pointer(ref.substr(1))), where);
        }
        if (value.is_null()) {
            if (!schema.value("nullable", false)) found.push_back(where + " is null");
            return;
        }
        for (const auto& part : schema.value("allOf", json::array())) this->value(value, part, where);
        if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end())
            found.push_back(where + " is none of the enum: " + value.dump());
        if (!schema.contains("type")) return;
        if (!is_of(value, schema["type"])) return found.push_back(where + " is no " + schema["type"].dump());
        if (value.is_object()) object(value, schema, where);
        if (value.is_array()) {
            if (schema.contains("maxItems") && value.size() > schema["maxItems"])
                found.push_back(where + " is too long");
            for (std::size_t i = 0; i < value.size(); ++i)
                this->value(value[i], schema["items"], where + "[" + std::to_string(i) + "]");
        }
        if (value.is_number_integer()) {
            if (schema.contains("minimum") && value < schema["minimum"])
                found.push_back(where + " is below the minimum");
            if (schema.contains("maximum") && value > schema["maximum"])
                found.push_back(where + " is above the maximum");
        }
        if (value.is_string() && schema.contains("pattern") &&
            !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>())))
            found.push_back(where + " does not match its pattern: " + value.dump());
    }

private:
    void object(const json& value, const json& schema, const std::string& where) {
        const auto properties = schema.value("properties", json::object());
        for (const auto& key : schema.value("required", json::array())) {
            if (!value.contains(key.get<std::string>())) found.push_back(where + " lacks " + key.get<std::string>());
        }
        for (const auto& [key, member] : value.items()) {
            if (properties.contains(key)) {
                this->value(member, properties[key], where + "." + key);
            } else {
                found.push_back(where + " has " + key + ", which the contract does not know");
            }
        }
    }
};

}  // namespace

const json& openapi() {
    static const json document = [] {
        std::ifstream file(std::string(DSR_SOURCE_DIR) + "/lib/api/openapi.json");
        return json::parse(file);
    }();
    return document;
}

std::vector<std::string> faults(const nlohmann::ordered_json& value, const std::string& schema) {
    Check check;
    check.value(json::parse(value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)),
                openapi().at("components").at("schemas").at(schema), schema);
    return check.found;
}

}  // namespace dsr::test
