// SPDX-License-Identifier: Apache-2.0
#include "store/sql/statement.hpp"

#include <cctype>
#include <nlohmann/json.hpp>

namespace dsr::store {

namespace {

DatabaseKind kind_of(const soci::session& session) {
    const std::string name = session.get_backend_name();
    if (name == "postgresql") return DatabaseKind::postgresql;
    return name == "mysql" ? DatabaseKind::mysql : DatabaseKind::sqlite;
}

}  // namespace

Statement::Statement(soci::session& session, const Dialect& dialect, std::string sql)
    : kind_(kind_of(session)), lists_(dialect.lists), sql_(std::move(sql)), statement_(session) {}

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
        case ListForm::literals:
            write_out("ids", number_list(ids));
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
        case ListForm::literals:
            use_ids(ids);
            use_folded("param", folded_into_case(ids, texts));
            break;
    }
    return *this;
}

Statement& Statement::use_rows(std::span<const BoundRow> rows) {
    if (sql_.find(":columns") != std::string::npos) {
        switch (lists_) {
            case ListForm::array:
                return use_folded("columns", folded_into_arrays(rows));
            case ListForm::json:
                return use_folded("columns", folded_into_json(rows));
            case ListForm::literals:
                return use_folded("columns", folded_into_selects(rows));
        }
    }
    if (lists_ != ListForm::literals) return use("rows", json_array(rows));
    if (sql_.find(":selects") != std::string::npos) {
        write_out("selects", literals(rows, "select ", " union all select ", ""));
    } else {
        write_out("rows", literals(rows, "(", "), (", ")"));
    }
    return *this;
}

Statement& Statement::use_folded(const std::string& name, const Folded& folded) {
    write_out(name, folded.sql);
    for (const auto& [bound, value] : folded.values) use(bound, value);
    return *this;
}

/// Numbers and NULL are written out. A text is bound, once for all rows where it is equal in every row.
std::string Statement::literals(std::span<const BoundRow> rows, std::string_view open, std::string_view between,
                                std::string_view close) {
    std::string result(open);
    std::size_t number = 0;
    const auto alike = alike_columns(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0) result += between;
        for (std::size_t column = 0; column < rows[i].size(); ++column) {
            if (column > 0) result += ", ";
            const Bound& value = rows[i][column];
            const auto* const text = std::get_if<std::string>(&value);
            if (text == nullptr) {
                const auto* const plain = std::get_if<long long>(&value);
                result += plain == nullptr ? "null" : std::to_string(*plain);
                continue;
            }
            const std::string name =
                alike[column] ? "same" + std::to_string(column) : "value" + std::to_string(number++);
            result += ":" + name;
            if (!alike[column] || i == 0) use(name, storable(*text));
        }
    }
    return result.append(close);
}

bool Statement::run() {
    statement_.alloc();
    statement_.prepare(sql_, soci::details::st_one_time_query);
    statement_.define_and_bind();
    return statement_.execute(true);
}

ResultRows Statement::rows() {
    const bool any = run();
    return {*statement_.get_backend(), kind_, any};
}

/// :name becomes this SQL wherever it occurs.
void Statement::write_out(const std::string& name, const std::string& sql) {
    const std::string mark = ":" + name;
    for (std::size_t at = sql_.find(mark); at != std::string::npos; at = sql_.find(mark, at)) {
        const std::size_t end = at + mark.size();
        if (end < sql_.size() && (std::isalnum(static_cast<unsigned char>(sql_[end])) != 0 || sql_[end] == '_')) {
            at = end;
            continue;
        }
        sql_.replace(at, mark.size(), sql);
        at += sql.size();
    }
}

}  // namespace dsr::store
