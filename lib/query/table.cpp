// SPDX-License-Identifier: Apache-2.0
#include "query/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <ostream>

#include "base/text.hpp"

namespace dsr::query {

namespace {

constexpr std::size_t gap = 2;           // before each column
constexpr std::size_t min_column = 10;   // what a shortened column keeps
constexpr std::size_t min_wrapped = 24;  // a narrower column of sentences is not readable

/// Bytes of its first character, or 1 of invalid UTF-8.
std::size_t first_character(std::string_view text) {
    return std::max<std::size_t>(base::utf8_length(text), 1);
}

/// The longest beginning that fits.
std::string_view beginning(std::string_view text, std::size_t width) {
    std::size_t end = 0;
    std::size_t used = 0;
    while (end < text.size()) {
        const auto length = first_character(text.substr(end));
        used += display_width(text.substr(end, length));
        if (used > width) break;
        end += length;
    }
    return text.substr(0, end);
}

std::string shortened(const std::string& text, std::size_t width) {
    if (display_width(text) <= width) return text;
    return std::string(beginning(text, width - 1)) + "…";
}

/// Takes the next line off `rest`: broken at a blank if there is one.
std::string_view next_line(std::string_view& rest, std::size_t width) {
    auto line = beginning(rest, width);
    if (line.size() < rest.size()) {
        const auto blank = rest.substr(0, line.size() + 1).rfind(' ');
        if (blank != std::string_view::npos && blank > 0) line = rest.substr(0, blank);
        if (line.empty()) line = rest.substr(0, first_character(rest));
    }
    rest.remove_prefix(line.size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return line;
}

std::size_t line_width(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), widths.size() * gap);
}

}  // namespace

std::size_t display_width(std::string_view text) {
    // fmt pads by the width that a terminal shows, which is at most the number of bytes.
    return 2 * text.size() - fmt::formatted_size("{:<{}}", text, text.size());
}

std::vector<Cell> Table::cells(std::vector<std::string> texts) {
    std::vector<Cell> row;
    row.reserve(texts.size());
    for (auto& text : texts) row.push_back({std::move(text)});
    return row;
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    return widths;
}

void Table::shorten(std::vector<std::size_t>& columns, std::size_t width, bool also_late) const {
    const auto& kinds = rows_.back();
    while (line_width(columns) > width) {
        std::optional<std::size_t> widest;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool may_be = !kinds[i].right && (also_late || !kinds[i].late) && columns[i] > min_column;
            if (may_be && (!widest || columns[i] >= columns[*widest])) widest = i;
        }
        if (!widest) return;
        --columns[*widest];
    }
}

void Table::print(std::ostream& out, std::size_t width, Fit fit) const {
    if (rows_.size() < 2) return;
    auto columns = widths();
    const auto last = columns.size() - 1;
    const auto excess = [&] { return width == 0 || line_width(columns) <= width ? 0 : line_width(columns) - width; };
    if (fit == Fit::wrap && excess() > 0 && columns[last] >= excess() + min_wrapped) {
        columns[last] -= excess();
    } else if (fit == Fit::shorten && excess() > 0) {
        shorten(columns, width, false);
        shorten(columns, width, true);
    }
    const bool is_cut = fit == Fit::shorten && columns != widths();
    const auto indent = line_width(columns) - columns[last];
    for (const auto& row : rows_) {
        std::string_view rest;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool right = rows_.back()[i].right;  // a header is aligned like its numbers
            std::string text;
            if (fit == Fit::wrap && i == last) {
                rest = row[i].text;
                text = next_line(rest, columns[i]);
            } else {
                text = shortened(row[i].text, columns[i]);
            }
            const std::string blanks(columns[i] - std::min(columns[i], display_width(text)), ' ');
            const std::string colour = row[i].colour;
            out << std::string(gap, ' ') << (right ? blanks : "") << colour << text
                << (colour.empty() ? "" : "\033[0m");
            if (!right && i < last) out << blanks;
        }
        out << "\n";
        while (!rest.empty()) out << std::string(indent, ' ') << next_line(rest, columns[last]) << "\n";
    }
    if (is_cut) out << "  (cut to fit; -o wide shows all)\n";
}

}  // namespace dsr::query
