// SPDX-License-Identifier: Apache-2.0
// A table for a terminal: columns as wide as their widest cell, two blanks between. Pure except for the stream.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace dsr::query {

struct Cell {
    std::string text;
    const char* colour = "";  ///< an escape sequence, or nothing
    bool right = false;       ///< align right, for numbers
};

class Table {
public:
    explicit Table(std::vector<std::string> head) { rows_.push_back(cells(std::move(head))); }
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    /// Prints it, unless it has only its header.
    void print(std::ostream& out) const;

private:
    static std::vector<Cell> cells(std::vector<std::string> texts);
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace dsr::query
