// SPDX-License-Identifier: Apache-2.0
#include "commands/unknown_word.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr {

namespace {

/// `known`: without dashes, as `word` is; `dashes` stand before both.
std::string sentence(std::string_view what, std::string_view dashes, std::string_view word,
                     const std::vector<std::string>& known, std::string_view help) {
    const auto near = config::nearest(word, known);
    return fmt::format("unknown {} '{}{}'{}", what, dashes, base::printable(word),
                       near ? fmt::format(": did you mean '{}{}'?", dashes, *near)
                            : fmt::format("; `ds-reconcilerd {}` lists what there is", help));
}

std::optional<std::string> unknown_option(const CLI::App& app, const std::string& help) {
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) known.push_back(name);
    }
    for (const auto& remaining : app.remaining()) {
        std::string_view word = remaining;
        if (!word.starts_with('-') || word == "--") continue;
        const std::string_view dashes = word.starts_with("--") ? "--" : "-";
        word.remove_prefix(dashes.size());
        return sentence("option", dashes, word.substr(0, word.find('=')), known, help);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> unknown_word(const CLI::App& app) {
    const auto words = app.remaining();
    const auto chosen = app.get_subcommands();
    // The options of a command that is not known are not known either.
    if (chosen.empty() && !words.empty() && !words.front().starts_with('-')) return unknown_command(app, words.front());
    if (auto option = unknown_option(app, "help")) return option;
    if (chosen.empty()) return std::nullopt;
    const auto& command = *chosen.front();
    return unknown_option(command, "help " + command.get_name());
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> known;
    for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
    return sentence("command", "", word, known, "help");
}

}  // namespace dsr
