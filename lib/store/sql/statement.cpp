// SPDX-License-Identifier: Apache-2.0
#include "store/sql/statement.hpp"

#include <cctype>
#include <nlohmann/json.hpp>

namespace dsr::store {

Statement::Statement(soci::session& session, const Dialect& dialect, std::string sql)
    : lists_(dialect.lists), sql_(std::move(sql)), statement_(session) {}

Statement& Statement::use(const std::string& name, Bound value) {
    if (const auto* const number = std::get_if<long long>(&value)) {
        statement_.exchange(soci::use(std::as_const(numbers_.emplace_back(*number)), name));
    } else if (auto* const text = std::get_if<std::string>(&value)) {
        statement_.exchange(soci::use(std::as_const(texts_.emplace_back(std::move(*text))), name));
    } else {
        statement_.exchange(soci::use(std::as_const(texts_.emplace_back()), null_, name));
    }
    return *this;
}

Statement& Statement::use_ids(std::span<const long long> ids) {
    switch (lists_) {
        case ListForm::array:
            use("ids", array_literal(ids));
            break;
        case ListForm::json:
            use("ids", nlohmann::json(std::vector<long long>(ids.begin(), ids.end())).dump());
            break;
        case ListForm::placeholders:
            expand("ids", ids.size());
            for (std::size_t i = 0; i < ids.size(); ++i) use("ids" + std::to_string(i), ids[i]);
            break;
    }
    return *this;
}

Statement& Statement::use_batch(std::span<const long long> ids, std::span<const std::string> texts) {
    switch (lists_) {
        case ListForm::array:
            use_ids(ids);
            use("params", array_literal(texts));
            break;
        case ListForm::json: {
            auto batch = nlohmann::json::array();
            for (std::size_t i = 0; i < ids.size(); ++i) batch.push_back({ids[i], texts[i]});
            use("batch", batch.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
            break;
        }
        case ListForm::placeholders:
            use_ids(ids);
            expand("params", texts.size());
            for (std::size_t i = 0; i < texts.size(); ++i) use("params" + std::to_string(i), texts[i]);
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
        for (auto& [name, value] : folded.values) use(name, std::move(value));
        return *this;
    }
    return use("rows", json_array(rows));
}

/// One name per value, or one for all rows where a column is equal in every row. NULL is written out.
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
            const auto* const text = std::get_if<std::string>(&value);
            use(name, text == nullptr ? value : Bound(storable(*text)));
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

}  // namespace dsr::store
