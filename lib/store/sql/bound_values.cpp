// SPDX-License-Identifier: Apache-2.0
#include "store/sql/bound_values.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace dsr::store {

namespace {

bool is_null(const Bound& value) {
    return std::holds_alternative<std::monostate>(value);
}

/// If all are NULL, a type that every column accepts.
std::string type_of(std::span<const BoundRow> rows, std::size_t column) {
    const bool texts = std::ranges::any_of(
        rows, [&](const BoundRow& row) { return std::holds_alternative<std::string>(row[column]); });
    return texts ? "text" : "bigint";
}

Bound sound(const Bound& value) {
    const auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? value : Bound(storable(*text));
}

std::string element(const Bound& value) {
    if (is_null(value)) return "NULL";
    if (const auto* const number = std::get_if<long long>(&value)) return std::to_string(*number);
    const std::vector<std::string> one{storable(std::get<std::string>(value))};
    const std::string literal = array_literal(one);
    return literal.substr(1, literal.size() - 2);
}

std::string array_of(std::span<const BoundRow> rows, std::size_t column) {
    std::string all = "{";
    for (const BoundRow& row : rows) {
        if (all.size() > 1) all += ',';
        all += element(row[column]);
    }
    return all + "}";
}

std::string json_of(std::span<const BoundRow> rows, const std::vector<std::size_t>& columns) {
    auto all = nlohmann::json::array();
    for (const BoundRow& row : rows) {
        auto values = nlohmann::json::array();
        for (const std::size_t column : columns) {
            const Bound& value = row[column];
            if (const auto* const number = std::get_if<long long>(&value)) {
                values.push_back(*number);
            } else if (const auto* const text = std::get_if<std::string>(&value)) {
                values.push_back(storable(*text));
            } else {
                values.push_back(nullptr);
            }
        }
        all.push_back(std::move(values));
    }
    return all.dump();
}

}  // namespace

std::string storable(const std::string& text) {
    const auto plain = [](char c) { return c != '\0' && static_cast<unsigned char>(c) < 0x80U; };
    if (std::ranges::all_of(text, plain)) return text;
    using Json = nlohmann::json;
    std::string sound = Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
    for (std::size_t at = sound.find('\0'); at != std::string::npos; at = sound.find('\0', at)) {
        sound.replace(at, 1, "\xEF\xBF\xBD");
    }
    return sound;
}

std::string array_literal(std::span<const long long> values) {
    std::string result = "{";
    for (const long long value : values) {
        if (result.size() > 1) result += ',';
        result += std::to_string(value);
    }
    return result + "}";
}

std::string array_literal(std::span<const std::string> values) {
    std::string result = "{";
    for (const std::string& value : values) {
        result += result.size() > 1 ? ",\"" : "\"";
        for (const char character : value) {
            if (character == '"' || character == '\\') result += '\\';
            result += character;
        }
        result += '"';
    }
    return result + "}";
}

std::string json_array(std::span<const BoundRow> rows) {
    std::vector<std::size_t> columns(rows.front().size());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    return json_of(rows, columns);
}

std::vector<bool> alike_columns(std::span<const BoundRow> rows) {
    std::vector<bool> alike(rows.front().size(), true);
    for (std::size_t column = 0; column < alike.size(); ++column) {
        alike[column] =
            std::ranges::all_of(rows, [&](const BoundRow& row) { return row[column] == rows.front()[column]; });
    }
    return alike;
}

FoldedRows folded_into_arrays(std::span<const BoundRow> rows) {
    auto alike = alike_columns(rows);
    alike.front() = false;  // at least one array is required: it determines the number of rows
    FoldedRows folded;
    std::string arrays;
    std::string names;
    for (std::size_t column = 0; column < alike.size(); ++column) {
        const std::string name = "column" + std::to_string(column);
        const std::string type = type_of(rows, column);
        folded.select += folded.select.empty() ? "select " : ", ";
        if (!alike[column]) {
            folded.select += "batch." + name;
            arrays.append(arrays.empty() ? "" : ", ").append("cast(:").append(name).append(" as ").append(type + "[])");
            names += name + ", ";
            folded.values.emplace_back(name, array_of(rows, column));
        } else if (is_null(rows.front()[column])) {
            folded.select += "cast(null as " + type + ")";
        } else {
            folded.select.append("cast(:").append(name).append(" as ").append(type).append(")");
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    folded.select += " from unnest(" + arrays + ") with ordinality as batch (" + names + "place) order by batch.place";
    return folded;
}

FoldedRows folded_into_json(std::span<const BoundRow> rows) {
    const auto alike = alike_columns(rows);
    FoldedRows folded;
    std::vector<std::size_t> differing;
    for (std::size_t column = 0; column < alike.size(); ++column) {
        const std::string name = "column" + std::to_string(column);
        folded.select += folded.select.empty() ? "select " : ", ";
        if (!alike[column]) {
            folded.select.append("json_extract(batch.value, '$[")
                .append(std::to_string(differing.size()))
                .append("]')");
            differing.push_back(column);
        } else if (is_null(rows.front()[column])) {
            folded.select += "null";
        } else {
            folded.select += ":" + name;
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    folded.select += " from json_each(:rows) batch order by batch.key";
    folded.values.emplace_back("rows", json_of(rows, differing));
    return folded;
}

}  // namespace dsr::store
