// SPDX-License-Identifier: Apache-2.0
// Rows for one INSERT, column by column: values common to all rows are sent once, the rest as arrays (PostgreSQL) or as
// JSON (SQLite). A batch's journal entries differ in few columns, and parsing JSON cost more than the insert itself.
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/statement.hpp"

namespace dsr::store {

/// By column, whether all rows have the same value.
std::vector<bool> alike_columns(std::span<const BoundRow> rows);

struct FoldedRows {
    std::string select;                                 ///< yields the rows in order
    std::vector<std::pair<std::string, Bound>> values;  ///< to be bound by name; none is NULL
};

/// For PostgreSQL. Rows of equal length, at least one. A column's type is that of its values: bigint or text.
FoldedRows folded_into_arrays(std::span<const BoundRow> rows);

/// For SQLite. Rows of equal length, at least one.
FoldedRows folded_into_json(std::span<const BoundRow> rows);

/// Unfolded: an array of arrays. Rows of equal length, at least one; texts are made storable.
std::string json_array(std::span<const BoundRow> rows);

}  // namespace dsr::store
