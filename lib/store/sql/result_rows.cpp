// SPDX-License-Identifier: Apache-2.0
#include "store/sql/result_rows.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace dsr::store {

namespace {

using Backend = soci::details::statement_backend;

// The kind determines the type; see soci_session.cpp for why a checked cast is impossible.
__attribute__((no_sanitize("vptr"))) PGresult* postgresql_result(Backend& statement) {
    return static_cast<soci::postgresql_statement_backend&>(statement).result_.get_result();
}

__attribute__((no_sanitize("vptr"))) MYSQL_RES* mysql_result(Backend& statement) {
    return static_cast<soci::mysql_statement_backend&>(statement).result_;
}

__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3_stmt* sqlite_statement(Backend& statement) {
    return static_cast<soci::sqlite3_statement_backend&>(statement).stmt_;
}

}  // namespace

ResultRows::ResultRows(Backend& statement, DatabaseKind kind, bool any)
    : statement_(statement), kind_(kind), any_(any) {
    if (any_ && kind_ == DatabaseKind::mysql) mysql_data_seek(mysql_result(statement_), 0);
}

bool ResultRows::next() {
    if (!any_) return false;
    ++row_;
    switch (kind_) {
        case DatabaseKind::postgresql:
            return row_ < PQntuples(postgresql_result(statement_));
        case DatabaseKind::mysql:
            cells_ = mysql_fetch_row(mysql_result(statement_));
            lengths_ = mysql_fetch_lengths(mysql_result(statement_));
            return cells_ != nullptr;
        case DatabaseKind::sqlite:
            break;
    }
    // It runs as its rows are read, and stands at the first.
    return row_ == 0 || statement_.fetch(1) == Backend::ef_success;
}

std::optional<std::string_view> ResultRows::cell(int number) const {
    switch (kind_) {
        case DatabaseKind::postgresql: {
            const PGresult* const result = postgresql_result(statement_);
            if (PQgetisnull(result, row_, number) != 0) return std::nullopt;
            return std::string_view(PQgetvalue(result, row_, number),
                                    static_cast<std::size_t>(PQgetlength(result, row_, number)));
        }
        case DatabaseKind::mysql:
            if (cells_[number] == nullptr) return std::nullopt;
            return std::string_view(cells_[number], lengths_[number]);
        case DatabaseKind::sqlite:
            break;
    }
    auto* const statement = sqlite_statement(statement_);
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, number));
    if (text == nullptr) return std::nullopt;
    return std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, number)));
}

}  // namespace dsr::store
