// SPDX-License-Identifier: Apache-2.0
#include "config/reference.hpp"

#include <algorithm>
#include <string_view>

#include "config/keys.hpp"
#include "config/written.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t comment_width = 110;

// `text` as comment lines, broken between words.
std::string comment(const std::string& indent, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto end = text.size();
        if (end > comment_width) {
            end = text.rfind(' ', comment_width);
            if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
        }
        out += indent + "# " + std::string{text.substr(0, end)} + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

// "From 1s to 1d." Choices and ranges only: the sample shows that a path is absolute, and the value shows a flag.
std::string range_sentence(const Key& key) {
    if (key.kind == Kind::choice) return " One of: " + key.range + ".";
    if (key.kind == Kind::duration || key.kind == Kind::integer || key.kind == Kind::percent)
        return " From " + key.range + ".";
    return "";
}

std::string example_line(const Key& key) {
    const std::string name{leaf_of(key.path)};
    if (!key.fallback.empty()) return name + ": " + written(key, key.fallback);
    return "# " + name + ": " + written(key, key.sample);
}

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<') out += '\\';
        out += c;
    }
    return out;
}

std::string databases_of(const Key& key) {
    switch (key.scope) {
        case Scope::server:
            return " Not with sqlite.";
        case Scope::embedded:
            return " With sqlite only.";
        case Scope::any:
            break;
    }
    return "";
}

std::string row(const Key& key) {
    const std::string fallback = key.is_required ? "required" : key.fallback.empty() ? "" : "`" + key.fallback + "`";
    return "| `" + key.path + "` | " + fallback + " | " + cell(key.range) + " | " + cell(key.doc + databases_of(key)) +
           " | `" + environment_name(key.path) + "` |\n";
}

}  // namespace

std::string example_yaml() {
    std::string out =
        "# SPDX-License-Identifier: Apache-2.0\n"
        "#\n"
        "# Configuration of ds-reconcilerd: every key with its default. Only database.time_zone has to be given; "
        "whatever is\n"
        "# left out keeps its default. Check a changed file with: ds-reconcilerd check-config --config FILE\n"
        "#\n"
        "# Durations are a whole number and ms, s, m, h or d. JSON with the same keys is read from a file named "
        "*.json.\n"
        "# Every key can be overridden by the environment: DS_RECONCILER_SWEEP__INTERVAL is interval below sweep.\n";
    std::string_view previous;
    for (const auto& key : keys()) {
        for (const auto& path : sections_opened(previous, key.path)) {
            const Section* section = find_section(path);
            out += "\n" + comment(indentation(path), section == nullptr ? "" : section->doc);
            out += indentation(path) + std::string{leaf_of(path)} + ":\n";
        }
        out += comment(indentation(key.path), key.doc + range_sentence(key));
        out += indentation(key.path) + example_line(key) + "\n";
        previous = key.path;
    }
    return out;
}

std::string reference_markdown() {
    std::string out;
    for (const auto& section : sections()) {
        out += (out.empty() ? "### " : "\n### ") + section.path + "\n\n" + section.doc + "\n\n";
        out += "| key | default | values | meaning | environment |\n|---|---|---|---|---|\n";
        for (const auto& key : keys()) {
            if (section_of(key.path) == section.path) out += row(key);
        }
    }
    return out;
}

}  // namespace dsr::config
