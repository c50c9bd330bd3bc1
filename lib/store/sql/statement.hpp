// SPDX-License-Identifier: Apache-2.0
// One SQL statement for one run. Bound by name, never prepared on the server, so that nothing can become stale with a
// lost connection. Lists are passed in the dialect's form. for_each_row() reads what it selects.
#pragma once

#include <soci/soci.h>

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/sql/bound_values.hpp"
#include "store/sql/dialect.hpp"
#include "store/sql/result_rows.hpp"

namespace dsr::store {

/// Variables passed to into() must outlive the statement, because SOCI keeps their addresses; bound values are copied.
/// Throws what SOCI throws.
class Statement {
public:
    Statement(soci::session& session, const Dialect& dialect, std::string sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Binds one value, which may be NULL.
    Statement& use(const std::string& name, Bound value);

    /// Binds a list as :ids.
    Statement& use_ids(std::span<const long long> ids);

    /// Binds ids with one text each: as :ids and :params, or as :batch where the dialect takes pairs. With literals,
    /// :param becomes an expression of i.id. Sizes are equal, at least one.
    Statement& use_batch(std::span<const long long> ids, std::span<const std::string> texts);

    /// Binds rows of equal length, at least one: as :rows, a JSON array of arrays. With literals, :rows becomes
    /// "(..), (..)" and :selects "select .. union all select ..". :columns becomes a SELECT of the rows that passes
    /// common values once (bound_values.hpp). Texts are made storable.
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

    /// Runs it, and returns the rows, which end with this.
    ResultRows rows();

    /// Runs it and returns the only column of the first row; nothing when there is no row or the column is NULL.
    template <typename T>
    std::optional<T> first() {
        T value{};
        soci::indicator indicator = soci::i_null;
        const bool got = into(value, indicator).run();
        return got && indicator != soci::i_null ? std::optional(std::move(value)) : std::nullopt;
    }

    /// Rows that an UPDATE or INSERT touched. On MySQL too these are the rows that matched.
    long long affected_rows() { return statement_.get_affected_rows(); }

private:
    Statement& use_folded(const std::string& name, const Folded& folded);
    void write_out(const std::string& name, const std::string& sql);
    std::string literals(std::span<const BoundRow> rows, std::string_view open, std::string_view between,
                         std::string_view close);

    DatabaseKind kind_;
    ListForm lists_;
    std::string sql_;
    std::deque<std::string> texts_;  ///< bound values
    std::deque<long long> numbers_;  ///< the same
    soci::indicator null_ = soci::i_null;
    soci::statement statement_;
};

/// The parameters of a function of one row.
template <typename Function>
struct ParametersOf;
template <typename... Ts>
struct ParametersOf<std::function<void(Ts...)>> {
    template <typename Work>
    static void pass_on(const ResultRows& row, Work& work) {
        [&]<int... numbers>(std::integer_sequence<int, numbers...>) {
            work(row.template column<std::decay_t<Ts>>(numbers)...);
        }(std::make_integer_sequence<int, sizeof...(Ts)>{});
    }
};

/// Runs the statement and calls `work` for each row. Its parameters are the columns in their order, of the types of
/// ResultRows::column().
template <typename Work>
void for_each_row(Statement& statement, Work&& work) {
    for (ResultRows rows = statement.rows(); rows.next();)
        ParametersOf<decltype(std::function(work))>::pass_on(rows, work);
}

}  // namespace dsr::store
