// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/shell.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

constexpr std::string_view blanks = " \t\r";

bool is_name(std::string_view text) {
    return !text.empty() && (text.front() < '0' || text.front() > '9') &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

// The length of `${...}` at the start, or 1.
std::size_t placeholder_size(std::string_view text) {
    int open = 0;
    for (std::size_t i = 1; i < text.size() && text.starts_with("${"); ++i) {
        if (text[i] == '{') ++open;
        if (text[i] == '}' && --open == 0) return i + 1;
    }
    return 1;
}

/// One line, read from left to right.
class Line {
public:
    Line(std::string_view text, Lookup lookup, std::string source)
        : rest_{text}, lookup_{std::move(lookup)}, source_{std::move(source)} {}

    /// The next word up to a blank, `=` or the end; empty at the end, at a comment and at anything that is no name.
    std::string_view name() {
        skip_blanks();
        const auto end = std::min(rest_.find_first_of(" \t\r=;#"), rest_.size());
        const auto word = rest_.substr(0, end);
        if (!is_name(word)) return {};
        rest_.remove_prefix(end);
        return word;
    }

    bool takes_value() {
        if (!rest_.starts_with('=')) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// The value behind `=`, its quotes removed.
    Setting value() {
        Setting made{{}, source_};
        while (!rest_.empty() && std::string_view{" \t\r;&|"}.find(rest_.front()) == std::string_view::npos) {
            if (rest_.front() == '\'') {
                made.value += quoted('\'');
            } else if (rest_.front() == '"') {
                append(made, double_quoted());
            } else if (rest_.front() == '`') {
                made.unknown = "is the output of a command, which is not run here";
                rest_ = {};
            } else if (rest_.front() == '\\' && rest_.size() > 1) {
                made.value += rest_[1];
                rest_.remove_prefix(2);
            } else if (rest_.starts_with("$(")) {
                append(made, expand(rest_, PlaceholderForm::shell, lookup_, source_));
                rest_ = {};
            } else {
                append(made, expand(take_plain(), PlaceholderForm::shell, lookup_, source_));
            }
        }
        return made;
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    static void append(Setting& made, const Setting& part) {
        made.value += part.value;
        if (made.unknown.empty()) made.unknown = part.unknown;
    }

    std::string_view quoted(char quote) {
        const auto end = std::min(rest_.find(quote, 1), rest_.size());
        const auto inside = rest_.substr(1, end - 1);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return inside;
    }

    // A backslash keeps the character behind it from being special.
    Setting double_quoted() {
        Setting made{{}, source_};
        std::string piece;
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1 &&
                std::string_view{"$`\"\\"}.find(rest_[1]) != std::string_view::npos) {
                append(made, expand(piece, PlaceholderForm::shell, lookup_, source_));
                piece.clear();
                made.value += rest_[1];
                rest_.remove_prefix(2);
            } else if (rest_.front() == '`') {
                made.unknown = "is the output of a command, which is not run here";
                rest_.remove_prefix(1);
            } else {
                const auto size = placeholder_size(rest_);
                piece += rest_.substr(0, size);
                rest_.remove_prefix(size);
            }
        }
        if (!rest_.empty()) rest_.remove_prefix(1);
        append(made, expand(piece, PlaceholderForm::shell, lookup_, source_));
        return made;
    }

    // Up to what ends the word or quotes; blanks and quotes inside of `${...}` belong to it, its quotes are dropped.
    std::string take_plain() {
        std::string piece;
        while (!rest_.empty() && std::string_view{" \t\r;&|'\"`\\"}.find(rest_.front()) == std::string_view::npos) {
            if (rest_.starts_with("$(")) break;
            const auto size = placeholder_size(rest_);
            std::string part{rest_.substr(0, size)};
            if (size > 1) std::erase_if(part, [](char c) { return c == '"' || c == '\''; });
            piece += part;
            rest_.remove_prefix(size);
        }
        return piece;
    }

    std::string_view rest_;
    Lookup lookup_;
    std::string source_;
};

// How many blocks of the shell a line opens (positive) or closes.
int opened_by(std::string_view line) {
    const auto word = line.substr(0, std::min(line.find_first_of(" \t\r;"), line.size()));
    constexpr std::array<std::string_view, 5> opening{"if", "case", "for", "while", "until"};
    constexpr std::array<std::string_view, 3> closing{"fi", "esac", "done"};
    if (std::find(closing.begin(), closing.end(), word) != closing.end()) return -1;
    const bool ends_itself = line.ends_with(" fi") || line.ends_with(" done") || line.ends_with(" esac");
    return std::find(opening.begin(), opening.end(), word) != opening.end() && !ends_itself ? 1 : 0;
}

// `text` without the line ends that a backslash hides; the number of a line is that of its beginning.
std::vector<std::pair<int, std::string>> logical_lines(std::string_view text) {
    std::vector<std::pair<int, std::string>> lines;
    int number = 0;
    bool goes_on = false;
    for (auto part : base::split(text, '\n')) {
        ++number;
        while (part.ends_with('\r')) part.remove_suffix(1);
        const bool hides_its_end = part.ends_with('\\') && !base::trimmed(part).starts_with('#');
        if (hides_its_end) part.remove_suffix(1);
        if (goes_on) {
            lines.back().second += part;
        } else {
            lines.emplace_back(number, part);
        }
        goes_on = hides_its_end;
    }
    return lines;
}

Lookup lookup_in(const ShellVariables& variables) {
    return [&variables](std::string_view name) -> std::optional<Setting> {
        const auto found = variables.find(name);
        return found == variables.end() || !found->second.is_set ? std::nullopt : std::optional{found->second.setting};
    };
}

}  // namespace

void read_shell(std::string_view text, const std::string& file, ShellVariables& variables) {
    const Lookup lookup = lookup_in(variables);
    int depth = 0;
    for (const auto& [number, line] : logical_lines(text)) {
        const auto trimmed = base::trimmed(line, blanks);
        depth = std::max(0, depth + opened_by(trimmed));
        Line words{trimmed, lookup, file + ":" + std::to_string(number)};
        auto name = words.name();
        const bool exports = name == "export";
        if (exports) name = words.name();
        for (; !name.empty(); name = words.name()) {
            const bool has_value = words.takes_value();
            if (!has_value && !exports) break;  // a command
            auto [place, is_new] = variables.try_emplace(std::string{name});
            auto& variable = place->second;
            if (is_new) variable.is_set = false;
            variable.is_exported = variable.is_exported || exports;
            if (!has_value) continue;
            variable.setting = words.value();
            variable.is_set = true;
            if (depth > 0 && variable.setting.unknown.empty()) variable.setting.unknown = "is set under a condition";
        }
    }
}

void read_variables(std::string_view text, const std::string& file, ShellVariables& variables) {
    int number = 0;
    for (const auto line : base::split(text, '\n')) {
        ++number;
        const auto trimmed = base::trimmed(line, blanks);
        const auto equals = trimmed.find('=');
        const auto name = base::trimmed(trimmed.substr(0, equals));
        if (equals == std::string_view::npos || !is_name(name)) continue;
        auto value = base::trimmed(trimmed.substr(equals + 1));
        const std::string source = file + ":" + std::to_string(number);
        const bool is_quoted =
            value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
        const bool is_literal = is_quoted && value.front() == '\'';
        if (is_quoted) value = value.substr(1, value.size() - 2);
        if (!is_quoted) value = base::trimmed(value.substr(0, value.find(" #")));
        const auto setting = is_literal ? Setting{std::string{value}, source}
                                        : expand(value, PlaceholderForm::shell, lookup_in(variables), source);
        variables.insert_or_assign(std::string{name}, ShellVariable{setting, true});
    }
}

}  // namespace dsr::config::dolphinscheduler
