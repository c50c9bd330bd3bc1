// SPDX-License-Identifier: Apache-2.0
// Rows for one INSERT on PostgreSQL, column by column: what all rows have in common goes once, the rest as arrays. A
// batch's journal entries differ in a few columns only, and taking JSON apart cost more than the insert itself. Pure.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/statement.hpp"

namespace dsr::store {

/// By column: whether every row has the same value there.
std::vector<bool> alike_columns(std::span<const BoundRow> rows);

struct FoldedRows {
    std::string select;                                 ///< gives the rows in their order
    std::vector<std::pair<std::string, Bound>> values;  ///< to be bound, by name; none is NULL
};

/// Of rows of equal length, at least one. A column's type is that of its values: bigint or text.
FoldedRows folded_rows(std::span<const BoundRow> rows);

}  // namespace dsr::store
