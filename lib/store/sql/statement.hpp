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
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/sql/bound_values.hpp"
#include "store/sql/dialect.hpp"

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

    /// Binds ids with one text each: as :ids and :params, or as :batch where the dialect takes pairs. Sizes are equal.
    Statement& use_batch(std::span<const long long> ids, std::span<const std::string> texts);

    /// Binds rows of equal length, at least one: as :rows, a JSON array of arrays. With placeholders, :rows becomes
    /// "(..), (..)" and :selects "select .. union all select ..". Elsewhere :columns becomes a SELECT of the rows that
    /// passes common values once (bound_values.hpp). Texts are made storable.
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
    void expand(const std::string& name, std::size_t count);
    void replace(const std::string& mark, const std::string& by);
    std::string placeholders(std::span<const BoundRow> rows, std::string_view open, std::string_view between,
                             std::string_view close);

    ListForm lists_;
    std::string sql_;
    std::deque<std::string> texts_;  ///< bound values
    std::deque<long long> numbers_;  ///< the same
    soci::indicator null_ = soci::i_null;
    soci::statement statement_;
};

/// Number of rows converted at a time.
inline constexpr std::size_t chunk = 500;

/// One column of a result, for a number of rows at a time.
template <typename T>
struct Column {
    std::vector<T> values{std::vector<T>(chunk)};

    void bind(Statement& statement) { statement.into(values); }
    void resize() { values.resize(chunk); }
    T take(std::size_t row) { return std::move(values[row]); }
};

/// The same for a column that may be NULL.
template <typename T>
struct Column<std::optional<T>> {
    std::vector<T> values{std::vector<T>(chunk)};
    std::vector<soci::indicator> indicators{std::vector<soci::indicator>(chunk)};

    void bind(Statement& statement) { statement.into(values, indicators); }
    void resize() {
        values.resize(chunk);
        indicators.resize(chunk);
    }
    std::optional<T> take(std::size_t row) {
        if (indicators[row] == soci::i_null) return std::nullopt;
        return std::move(values[row]);
    }
};

/// The columns that a function of one row takes.
template <typename Function>
struct ColumnsOf;
template <typename... Ts>
struct ColumnsOf<std::function<void(Ts...)>> {
    using Tuple = std::tuple<Column<std::decay_t<Ts>>...>;
};

/// Runs the statement and calls `work` for each row. Its parameters are the columns in their order: long long, int,
/// std::string, or std::optional of one of these for a column that may be NULL.
template <typename Work>
void for_each_row(Statement& statement, Work&& work) {
    typename ColumnsOf<decltype(std::function(work))>::Tuple columns;
    std::apply([&](auto&... column) { (column.bind(statement), ...); }, columns);
    const auto pass_on = [&](auto& first, auto&... others) {
        for (std::size_t row = 0; row < first.values.size(); ++row) work(first.take(row), others.take(row)...);
        (first.resize(), ..., others.resize());
    };
    for (bool got = statement.run(); got; got = statement.more()) std::apply(pass_on, columns);
}

}  // namespace dsr::store
