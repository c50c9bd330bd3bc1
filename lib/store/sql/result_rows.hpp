// SPDX-License-Identifier: Apache-2.0
// The rows that a statement selected, read where the client library keeps them. SOCI's conversions copy each text
// twice, and read MySQL's numbers through a stream each: with many rows that took most of a sweep's time.
#pragma once

#include <soci/soci.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/sql/connection_settings.hpp"

namespace dsr::store {

/// Of a statement that was run without variables for its columns, and that outlives this. Throws what SOCI throws.
class ResultRows {
public:
    /// `any`: whether the run selected a row.
    ResultRows(soci::details::statement_backend& statement, DatabaseKind kind, bool any);

    /// Goes to the first row, then to the next; false when there is none.
    bool next();

    /// A column of this row: long long, int, std::string, or std::optional of one of these for a column that may be
    /// NULL.
    template <typename T>
    [[nodiscard]] T column(int number) const {
        const auto text = cell(number);
        if constexpr (IsOptional<T>::value) {
            return text ? T(value<typename T::value_type>(*text)) : std::nullopt;
        } else {
            return text ? value<T>(*text) : throw soci::soci_error("a column is NULL that must not be");
        }
    }

private:
    template <typename T>
    struct IsOptional : std::false_type {};
    template <typename T>
    struct IsOptional<std::optional<T>> : std::true_type {};

    template <typename T>
    static T value(std::string_view text) {
        if constexpr (std::is_integral_v<T>) {
            T number = 0;
            const char* const end = text.data() + text.size();
            if (const auto read = std::from_chars(text.data(), end, number); read.ec == std::errc{} && read.ptr == end)
                return number;
            throw soci::soci_error("a column is no number: '" + std::string(text) + "'");
        } else {
            return T(text);
        }
    }

    /// Nothing for NULL.
    [[nodiscard]] std::optional<std::string_view> cell(int number) const;

    soci::details::statement_backend& statement_;
    DatabaseKind kind_;
    bool any_;
    int row_ = -1;
    char** cells_ = nullptr;                  ///< MySQL: of this row
    const unsigned long* lengths_ = nullptr;  ///< the same
};

}  // namespace dsr::store
