// SPDX-License-Identifier: Apache-2.0
#include "store/folded_rows.hpp"

#include <algorithm>

namespace dsr::store {

namespace {

bool is_null(const Bound& value) {
    return std::holds_alternative<std::monostate>(value);
}

/// Where all are NULL, a type that every column takes.
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

}  // namespace

std::vector<bool> alike_columns(std::span<const BoundRow> rows) {
    std::vector<bool> alike(rows.front().size(), true);
    for (std::size_t column = 0; column < alike.size(); ++column) {
        alike[column] =
            std::ranges::all_of(rows, [&](const BoundRow& row) { return row[column] == rows.front()[column]; });
    }
    return alike;
}

FoldedRows folded_rows(std::span<const BoundRow> rows) {
    auto alike = alike_columns(rows);
    alike.front() = false;  // one array there must be: it says how many rows there are
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
            folded.select += "cast(:" + name + " as " + type + ")";
            folded.values.emplace_back(name, sound(rows.front()[column]));
        }
    }
    folded.select += " from unnest(" + arrays + ") with ordinality as batch (" + names + "place) order by batch.place";
    return folded;
}

}  // namespace dsr::store
