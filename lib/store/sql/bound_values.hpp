// SPDX-License-Identifier: Apache-2.0
// Values for one statement, and the forms in which each database takes many of them: PostgreSQL arrays, JSON for
// SQLite, and for MySQL what its own client library would make of them: numbers written out. Rows for one INSERT are
// folded column by column: values common to all rows are sent once, the rest as arrays, JSON or a table of literals. A
// batch's journal entries differ in few columns, and parsing the others cost more than the insert itself. Pure; any
// thread.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dsr::store {

/// One value of a row; monostate is NULL.
using Bound = std::variant<std::monostate, long long, std::string>;
using BoundRow = std::vector<Bound>;

/// The text in a form that every database accepts: invalid UTF-8 and the character NUL become U+FFFD.
std::string storable(const std::string& text);

/// "{1,2,3}": a PostgreSQL array literal.
std::string array_literal(std::span<const long long> values);

/// {"a","b"}: the same for texts, quoted.
std::string array_literal(std::span<const std::string> values);

/// An array of arrays. Rows of equal length, at least one; texts are made storable.
std::string json_array(std::span<const BoundRow> rows);

/// By column, whether all rows have the same value.
std::vector<bool> alike_columns(std::span<const BoundRow> rows);

struct Folded {
    std::string sql;
    std::vector<std::pair<std::string, Bound>> values;  ///< to be bound by name; none is NULL
};

/// A SELECT of these rows, in order, for PostgreSQL. Rows of equal length, at least one. A column's type is that of its
/// values: bigint or text.
Folded folded_into_arrays(std::span<const BoundRow> rows);

/// The same for SQLite.
Folded folded_into_json(std::span<const BoundRow> rows);

/// The same for MySQL.
Folded folded_into_selects(std::span<const BoundRow> rows);

/// For MySQL: an expression whose value for each of these ids (i.id) is the text in the same place. Texts that differ
/// only in the digits of their own id are sent once. Sizes are equal, at least one.
Folded folded_into_case(std::span<const long long> ids, std::span<const std::string> texts);

/// "1, 2, 3"
std::string number_list(std::span<const long long> values);

}  // namespace dsr::store
