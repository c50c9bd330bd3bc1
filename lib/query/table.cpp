// SPDX-License-Identifier: Apache-2.0
#include "query/table.hpp"

#include <algorithm>
#include <ostream>

namespace dsr::query {

namespace {

/// UTF-8 characters, not bytes; wide ones count as one.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

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
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i].text));
    }
    for (std::size_t line = 0; line < rows_.size(); ++line) {
        const auto& row = rows_[line];
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(widths[i] - width(row[i].text), ' ');
            const bool right = rows_.back()[i].right;  // a header is aligned like its numbers
            const std::string colour = row[i].colour;
            out << "  " << (right ? gap : "") << colour << row[i].text << (colour.empty() ? "" : "\033[0m");
            if (!right && i + 1 < row.size()) out << gap;
        }
        out << "\n";
    }
}

}  // namespace dsr::query
