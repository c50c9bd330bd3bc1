// SPDX-License-Identifier: Apache-2.0
// A table for a terminal: columns as wide as their widest cell, two blanks between. Widths are in columns of the
// terminal, of which an East Asian character takes two. Pure except for the stream.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::query {

inline constexpr const char* red = "\033[31m";
inline constexpr const char* green = "\033[32m";
inline constexpr const char* yellow = "\033[33m";

struct Cell {
    std::string text;
    const char* colour = "";  ///< an escape sequence, or nothing
    bool right = false;       ///< align right, for numbers, which are never shortened
    bool late = false;        ///< shortened only if the others are short already; of the last row for its whole column
};

/// How many columns of a terminal it takes.
std::size_t display_width(std::string_view text);

class Table {
public:
    explicit Table(std::vector<std::string> head) { rows_.push_back(cells(std::move(head))); }
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

    /// What a line that is wider than the terminal becomes: the widest cells end in "…", or the last column, a
    /// sentence, goes on below itself.
    enum class Fit { shorten, wrap };
    /// Prints it, unless it has only its header, and what shows all of a shortened one. `width`: of the terminal; 0:
    /// unlimited.
    void print(std::ostream& out, std::size_t width = 0, Fit fit = Fit::shorten) const;

private:
    static std::vector<Cell> cells(std::vector<std::string> texts);
    [[nodiscard]] std::vector<std::size_t> widths() const;
    /// Makes the widest columns narrower until a line fits; those that are `late` only if `also_late`.
    void shorten(std::vector<std::size_t>& columns, std::size_t width, bool also_late) const;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace dsr::query
