// SPDX-License-Identifier: Apache-2.0
#include "query/table.hpp"

#include <algorithm>
#include <ostream>

#include "base/text.hpp"

namespace dsr::query {

std::vector<Cell> Table::cells(std::vector<std::string> texts) {
    std::vector<Cell> row;
    row.reserve(texts.size());
    for (auto& text : texts) row.push_back({std::move(text)});
    return row;
}

void Table::print(std::ostream& out) const {
    if (rows_.size() < 2) return;
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], base::character_count(row[i].text));
    }
    for (std::size_t line = 0; line < rows_.size(); ++line) {
        const auto& row = rows_[line];
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(widths[i] - base::character_count(row[i].text), ' ');
            const bool right = rows_.back()[i].right;  // a header is aligned like its numbers
            const std::string colour = row[i].colour;
            out << "  " << (right ? gap : "") << colour << row[i].text << (colour.empty() ? "" : "\033[0m");
            if (!right && i + 1 < row.size()) out << gap;
        }
        out << "\n";
    }
}

}  // namespace dsr::query
