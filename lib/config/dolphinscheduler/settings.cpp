// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/settings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

constexpr int max_nesting = 8;

bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Expansion {
public:
    Expansion(PlaceholderForm form, const Lookup& lookup, Setting& made) : form_{form}, lookup_{lookup}, made_{made} {}

    std::string replaced(std::string_view text, int depth) {
        std::string out;
        while (!text.empty()) {
            const auto dollar = std::min(text.find('$'), text.size());
            out += text.substr(0, dollar);
            text.remove_prefix(dollar);
            if (text.starts_with("${")) {
                const auto end = end_of_placeholder(text);
                if (end == std::string_view::npos || depth == max_nesting)
                    return unknown("has a placeholder that is not closed");
                out += value_of(text.substr(2, end - 2), depth + 1);
                text.remove_prefix(end + 1);
            } else if (form_ == PlaceholderForm::shell && text.starts_with("$(")) {
                return unknown("is the output of a command, which is not run here");
            } else if (form_ == PlaceholderForm::shell && text.size() > 1 && is_of_name(text[1])) {
                const auto* const last = std::find_if_not(text.begin() + 1, text.end(), is_of_name);
                const auto size = static_cast<std::size_t>(last - text.begin());
                out += value_of(text.substr(1, size - 1), depth + 1);
                text.remove_prefix(size);
            } else if (!text.empty()) {
                out += text.front();
                text.remove_prefix(1);
            }
        }
        return out;
    }

private:
    // The index of the brace that closes the one at index 1.
    static std::size_t end_of_placeholder(std::string_view text) {
        int open = 0;
        for (std::size_t i = 1; i < text.size(); ++i) {
            if (text[i] == '{') ++open;
            if (text[i] == '}' && --open == 0) return i;
        }
        return std::string_view::npos;
    }

    std::string value_of(std::string_view placeholder, int depth) {
        const auto colon =
            form_ == PlaceholderForm::spring ? placeholder.find(':') : placeholder.find_first_of(":-=?+%#/");
        const auto name = placeholder.substr(0, colon);
        const auto set = lookup_(name);
        const bool counts = set && (form_ == PlaceholderForm::spring || !set->value.empty() || !set->unknown.empty());
        if (counts && !set->unknown.empty()) return unknown(set->unknown);
        const auto rest = colon == std::string_view::npos ? std::string_view{} : placeholder.substr(colon);
        const bool has_default = form_ == PlaceholderForm::spring
                                     ? !rest.empty()
                                     : rest.starts_with(":-") || rest.starts_with("-") || rest.starts_with(":=");
        if (form_ == PlaceholderForm::shell && !rest.empty() && !has_default)
            return unknown("has an expansion of the shell that is not read here: " + shown(placeholder));
        if (counts) return set->value;
        if (has_default) {
            const std::size_t mark = form_ == PlaceholderForm::spring || rest.starts_with("-") ? 1 : 2;
            return replaced(rest.substr(mark), depth);
        }
        return unknown("refers to " + std::string{name} + ", which is not set here");
    }

    std::string unknown(const std::string& why) {
        if (made_.unknown.empty()) made_.unknown = why;
        return {};
    }

    PlaceholderForm form_;
    const Lookup& lookup_;
    Setting& made_;
};

}  // namespace

std::string normal_name(std::string_view name) {
    std::string normal = base::lower(name);
    std::erase_if(normal, [](char c) { return c == '.' || c == '-' || c == '_'; });
    return normal;
}

Setting expand(std::string_view text, PlaceholderForm form, const Lookup& lookup, const std::string& source) {
    Setting made{{}, source};
    made.value = Expansion{form, lookup, made}.replaced(text, 0);
    return made;
}

std::optional<std::string> zone_option(const std::vector<std::string>& options) {
    constexpr std::string_view prefix = "-Duser.timezone=";
    std::optional<std::string> zone;
    for (const auto& option : options) {
        if (option.starts_with(prefix)) zone = option.substr(prefix.size());
    }
    return zone;
}

}  // namespace dsr::config::dolphinscheduler
