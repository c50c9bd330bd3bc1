// SPDX-License-Identifier: Apache-2.0
#include "store/statement.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "store/folded_rows.hpp"

namespace dsr::store {

Statement::Statement(soci::session& session, const Dialect& dialect, std::string sql)
    : lists_(dialect.lists), sql_(std::move(sql)), statement_(session) {}

Statement& Statement::use_ids(std::span<const long long> ids) {
    switch (lists_) {
        case ListForm::array:
            use("ids", texts_.emplace_back(array_literal(ids)));
            break;
        case ListForm::json:
            use("ids", texts_.emplace_back(nlohmann::json(std::vector<long long>(ids.begin(), ids.end())).dump()));
            break;
        case ListForm::placeholders:
            expand("ids", ids.size());
            for (std::size_t i = 0; i < ids.size(); ++i) {
                use("ids" + std::to_string(i), std::as_const(numbers_.emplace_back(ids[i])));
            }
            break;
    }
    return *this;
}

Statement& Statement::use_batch(std::span<const long long> ids, std::span<const std::string> texts) {
    switch (lists_) {
        case ListForm::array:
            use_ids(ids);
            use("params", texts_.emplace_back(array_literal(texts)));
            break;
        case ListForm::json: {
            auto batch = nlohmann::json::array();
            for (std::size_t i = 0; i < ids.size(); ++i) batch.push_back({ids[i], texts[i]});
            use("batch", texts_.emplace_back(batch.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
            break;
        }
        case ListForm::placeholders:
            use_ids(ids);
            expand("params", texts.size());
            for (std::size_t i = 0; i < texts.size(); ++i) {
                use("params" + std::to_string(i), std::as_const(texts_.emplace_back(texts[i])));
            }
            break;
    }
    return *this;
}

Statement& Statement::use_rows(std::span<const BoundRow> rows) {
    if (lists_ == ListForm::placeholders) {
        if (sql_.find(":selects") != std::string::npos) {
            replace(":selects", placeholders(rows, "select ", " union all select ", ""));
        } else {
            replace(":rows", placeholders(rows, "(", "), (", ")"));
        }
        return *this;
    }
    if (sql_.find(":columns") != std::string::npos) {
        FoldedRows folded = lists_ == ListForm::array ? folded_into_arrays(rows) : folded_into_json(rows);
        replace(":columns", folded.select);
        for (auto& [name, value] : folded.values) {
            if (const auto* const number = std::get_if<long long>(&value)) {
                use(name, std::as_const(numbers_.emplace_back(*number)));
            } else {
                use(name, std::as_const(texts_.emplace_back(std::move(std::get<std::string>(value)))));
            }
        }
        return *this;
    }
    return use("rows", texts_.emplace_back(json_array(rows)));
}

/// One name per value, or one for all rows where a column is equal in every row. NULL is written out, so no indicator
/// has to outlive the statement.
std::string Statement::placeholders(std::span<const BoundRow> rows, std::string_view open, std::string_view between,
                                    std::string_view close) {
    std::string result(open);
    std::size_t number = 0;
    const auto alike = alike_columns(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0) result += between;
        for (std::size_t column = 0; column < rows[i].size(); ++column) {
            if (column > 0) result += ", ";
            const Bound& value = rows[i][column];
            if (std::holds_alternative<std::monostate>(value)) {
                result += "null";
                continue;
            }
            const std::string name =
                alike[column] ? "same" + std::to_string(column) : "value" + std::to_string(number++);
            result += ":" + name;
            if (alike[column] && i > 0) continue;
            if (const auto* const whole = std::get_if<long long>(&value)) {
                use(name, std::as_const(numbers_.emplace_back(*whole)));
            } else {
                use(name, std::as_const(texts_.emplace_back(storable(std::get<std::string>(value)))));
            }
        }
    }
    return result.append(close);
}

void Statement::replace(const std::string& mark, const std::string& by) {
    sql_.replace(sql_.find(mark), mark.size(), by);
}

bool Statement::run() {
    statement_.alloc();
    statement_.prepare(sql_, soci::details::st_one_time_query);
    statement_.define_and_bind();
    return statement_.execute(true);
}

/// :name becomes :name0, :name1, ... wherever it occurs.
void Statement::expand(const std::string& name, std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? ":" : ", :") + name + std::to_string(i);
    const std::string mark = ":" + name;
    for (std::size_t at = sql_.find(mark); at != std::string::npos; at = sql_.find(mark, at)) {
        const std::size_t end = at + mark.size();
        if (end < sql_.size() && (std::isalnum(static_cast<unsigned char>(sql_[end])) != 0 || sql_[end] == '_')) {
            at = end;
            continue;
        }
        sql_.replace(at, mark.size(), list);
        at += list.size();
    }
}

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

}  // namespace dsr::store
