// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration, read as YAML and as JSON. Promises: a configuration or errors, never both; every error
// names its line (in JSON its key) and can be shown; what was loaded describes itself so that it loads to the same
// again.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/load.hpp"
#include "config/print.hpp"
#include "config/text.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

namespace {

using namespace dsr::config;
using dsr::fuzz::require;

/// Debian keeps this one from existing. Any other file that a document names is not looked at: what a fuzzer finds is
/// to be the same everywhere, and it has no business in a pipe or a device.
constexpr std::string_view nowhere = "/nonexistent/";

bool names_a_real_file(const YAML::Node& node) {
    if (!node.IsMap()) return false;
    return std::any_of(node.begin(), node.end(), [](const auto& member) {
        const auto& key = member.first.Scalar();  // empty for what is no scalar
        const auto& text = member.second.Scalar();
        const bool is_file = key == "digest_file" || key == "password_file";
        return (is_file && text.starts_with('/') && !text.starts_with(nowhere)) || names_a_real_file(member.second);
    });
}

/// The few errors that are about a line that is not there.
bool is_of_the_whole_file(const std::string& message) {
    constexpr std::array whole{"is empty;", "has nothing in it;", "database.time_zone: is missing",
                               "database.path: is required"};
    return std::any_of(whole.begin(), whole.end(), [&](const char* begin) { return message.starts_with(begin); });
}

void check_problem(const Problem& problem, Syntax syntax, int lines) {
    require(problem.source == "fuzzed", "a problem names its file");
    require(!problem.message.empty(), "a problem says what it is");
    require(problem.line >= 1 || syntax == Syntax::json || is_of_the_whole_file(problem.message),
            "a problem names its line");
    require(problem.line <= lines, "the line of a problem is there");
    require(!dsr::base::find_invalid_utf8(problem.message) && !find_control_character(problem.message),
            "a message can be shown");
}

/// Secrets given in place are not in a description; those from files would be.
Config without_secrets(Config config) {
    config.registry.digest = {};
    config.database.password = {};
    return config;
}

void check_description(const Config& config) {
    const auto again = load_text(describe(config), Syntax::yaml, "description", {});
    require(again.config.has_value(), "a description is a configuration");
    require(*again.config == without_secrets(config), "a description loads to the same values");
    require(describe(*again.config) == describe(without_secrets(config)), "and describes itself in the same words");
}

void check(std::string_view text, Syntax syntax) {
    const auto document = read_document(text, syntax);
    if (names_a_real_file(document.root)) return;
    const auto result = load_text(text, syntax, "fuzzed", {});
    require(result.config.has_value() == result.errors.empty(), "a configuration or errors");
    require(document.faults.size() <= result.errors.size(), "every fault of the syntax is an error");
    const int lines = line_of(text, text.size());
    for (const auto& problem : result.errors) check_problem(problem, syntax, lines);
    for (const auto& problem : result.warnings) check_problem(problem, syntax, lines);
    if (result.config) check_description(*result.config);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = dsr::fuzz::text(bytes, size);
    check(text, Syntax::yaml);
    check(text, Syntax::json);
    return 0;
}
