// SPDX-License-Identifier: Apache-2.0
// One SQL statement for one run. Bound by name, never prepared on the server, so that nothing can become stale with a
// lost connection. Lists are passed in the dialect's form.
#pragma once

#include <soci/soci.h>

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/dialect.hpp"

namespace dsr::store {

/// One value of a row; monostate is NULL.
using Bound = std::variant<std::monostate, long long, std::string>;
using BoundRow = std::vector<Bound>;

/// Variables passed to use() and into() must outlive the statement, because SOCI keeps their addresses.
/// Throws what SOCI throws.
class Statement {
public:
    Statement(soci::session& session, const Dialect& dialect, std::string sql);

    template <typename T>
    Statement& use(const std::string& name, const T& value) {
        statement_.exchange(soci::use(value, name));
        return *this;
    }
    template <typename T>
    Statement& use(const std::string& name, const T&& value) = delete;

    /// A value, or NULL where the indicator says so.
    template <typename T>
    Statement& use(const std::string& name, const T& value, soci::indicator& indicator) {
        statement_.exchange(soci::use(value, indicator, name));
        return *this;
    }

    /// Binds a list as :ids.
    Statement& use_ids(std::span<const long long> ids);

    /// Binds ids with one text each: as :ids and :params, or as :batch where the dialect takes pairs. Sizes are equal.
    Statement& use_batch(std::span<const long long> ids, std::span<const std::string> texts);

    /// Binds rows of equal length, at least one: as :rows, a JSON array of arrays. With placeholders, :rows becomes
    /// "(..), (..)" and :selects "select .. union all select ..". Elsewhere :columns becomes a SELECT of the rows that
    /// passes common values once (folded_rows.hpp). Texts are made storable.
    Statement& use_rows(std::span<const BoundRow> rows);

    template <typename T>
    Statement& into(T& value) {
        statement_.exchange(soci::into(value));
        return *this;
    }
    template <typename T, typename Indicator>
    Statement& into(T& value, Indicator& indicator) {
        statement_.exchange(soci::into(value, indicator));
        return *this;
    }

    /// True when at least one row came. Vectors given to into() are cut to the rows that came; they must hold at least
    /// two (SOCI's SQLite takes one for a scalar).
    bool run();

    /// The next rows, into vectors restored to their first size; false when there are none.
    bool more() { return statement_.fetch(); }

    /// Rows that an UPDATE or INSERT touched. On MySQL too these are the rows that matched.
    long long affected_rows() { return statement_.get_affected_rows(); }

private:
    void expand(const std::string& name, std::size_t count);
    void replace(const std::string& mark, const std::string& by);
    std::string placeholders(std::span<const BoundRow> rows, std::string_view open, std::string_view between,
                             std::string_view close);

    ListForm lists_;
    std::string sql_;
    std::deque<std::string> texts_;  ///< bound values that this statement created
    std::deque<long long> numbers_;  ///< the same
    soci::statement statement_;
};

/// The text in a form that every database accepts: invalid UTF-8 and the character NUL become U+FFFD.
std::string storable(const std::string& text);

/// "{1,2,3}": a PostgreSQL array literal.
std::string array_literal(std::span<const long long> values);

/// {"a","b"}: the same for texts, quoted.
std::string array_literal(std::span<const std::string> values);

}  // namespace dsr::store
