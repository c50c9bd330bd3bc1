// SPDX-License-Identifier: Apache-2.0
#include "store/sql/bound_values.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

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

Folded folded_into_arrays(std::span<const BoundRow> rows) {
    auto alike = alike_columns(rows);
    // At least one array is required: it determines the number of rows.
    if (std::ranges::find(alike, false) == alike.end()) alike.front() = false;
    Folded folded;
    std::string arrays;
    std::string names;
    for (std::size_t column = 0; column < alike.size(); ++column) {
        const std::string name = "column" + std::to_string(column);
        const std::string type = type_of(rows, column);
        folded.sql += folded.sql.empty() ? "select " : ", ";
        if (!alike[column]) {
            folded.sql += "batch." + name;
            arrays.append(arrays.empty() ? "" : ", ").append("cast(:").append(name).append(" as ").append(type + "[])");
            names += name + ", ";
            folded.values.emplace_back(name, array_of(rows, column));
        } else if (is_null(rows.front()[column])) {
            folded.sql += "cast(null as " + type + ")";
        } else {
            folded.sql.append("cast(:").append(name).append(" as ").append(type).append(")");
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    folded.sql += " from unnest(" + arrays + ") with ordinality as batch (" + names + "place) order by batch.place";
    return folded;
}

Folded folded_into_json(std::span<const BoundRow> rows) {
    const auto alike = alike_columns(rows);
    Folded folded;
    std::vector<std::size_t> differing;
    for (std::size_t column = 0; column < alike.size(); ++column) {
        const std::string name = "column" + std::to_string(column);
        folded.sql += folded.sql.empty() ? "select " : ", ";
        if (!alike[column]) {
            folded.sql.append("json_extract(batch.value, '$[").append(std::to_string(differing.size())).append("]')");
            differing.push_back(column);
        } else if (is_null(rows.front()[column])) {
            folded.sql += "null";
        } else {
            folded.sql += ":" + name;
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    folded.sql += " from json_each(:rows) batch order by batch.key";
    folded.values.emplace_back("rows", json_of(rows, differing));
    return folded;
}

Folded folded_into_selects(std::span<const BoundRow> rows) {
    const auto alike = alike_columns(rows);
    Folded folded;
    for (std::size_t column = 0; column < alike.size(); ++column) {
        const std::string name = "column" + std::to_string(column);
        folded.sql += folded.sql.empty() ? "select " : ", ";
        if (!alike[column]) {
            folded.sql += "batch." + name;
        } else if (is_null(rows.front()[column])) {
            folded.sql += "null";
        } else {
            folded.sql += ":" + name;
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    for (std::size_t place = 0; place < rows.size(); ++place) {
        folded.sql.append(place == 0 ? " from (select " : " union all select ").append(std::to_string(place));
        if (place == 0) folded.sql += " as place";
        for (std::size_t column = 0; column < alike.size(); ++column) {
            if (alike[column]) continue;
            const Bound& value = rows[place][column];
            if (const auto* const number = std::get_if<long long>(&value)) {
                folded.sql += ", " + std::to_string(*number);
            } else if (is_null(value)) {
                folded.sql += ", null";
            } else {
                const std::string name = "value" + std::to_string(place) + "of" + std::to_string(column);
                folded.sql += ", :" + name;
                folded.values.emplace_back(name, sound(value));
            }
            if (place == 0) folded.sql += " as column" + std::to_string(column);
        }
    }
    folded.sql += ") batch order by batch.place";
    return folded;
}

Folded folded_into_case(std::span<const long long> ids, std::span<const std::string> texts) {
    // What is before the id in the text, and what is after it; no second part where the id is not in it.
    using Form = std::pair<std::string, std::optional<std::string>>;
    std::map<Form, std::vector<long long>> by_form;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string id = std::to_string(ids[i]);
        const std::string text = storable(texts[i]);
        const std::size_t at = text.rfind(id);
        Form form{text.substr(0, at), std::nullopt};
        if (at != std::string::npos) form.second = text.substr(at + id.size());
        by_form[std::move(form)].push_back(ids[i]);
    }
    const auto most = std::ranges::max_element(by_form, {}, [](const auto& form) { return form.second.size(); });
    Folded folded;
    std::string others;
    std::string rest;
    for (auto form = by_form.begin(); form != by_form.end(); ++form) {
        const auto& [before, after] = form->first;
        const std::string number = std::to_string(folded.values.size());
        folded.values.emplace_back("before" + number, before);
        if (after) folded.values.emplace_back("after" + number, *after);
        std::string text = after ? "concat(:before" : ":before";
        text += number;
        if (after) text.append(", i.id, :after").append(number).append(")");
        if (form == most) {
            rest = std::move(text);
        } else {
            others.append(" when i.id in (").append(number_list(form->second)).append(") then ").append(text);
        }
    }
    folded.sql = others.empty() ? rest : "case" + others + " else " + rest + " end";
    return folded;
}

std::string number_list(std::span<const long long> values) {
    std::string list;
    for (const long long value : values) {
        if (!list.empty()) list += ", ";
        list += std::to_string(value);
    }
    return list;
}

}  // namespace dsr::store
