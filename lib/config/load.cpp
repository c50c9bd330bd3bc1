// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <utility>

#include "config/draft.hpp"
#include "config/environment.hpp"
#include "config/input_file.hpp"
#include "config/read_tree.hpp"
#include "config/secret_files.hpp"
#include "config/validate.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t max_file = 1024UL * 1024UL;

}  // namespace

LoadResult load(const std::filesystem::path& file, const Environment& environment) {
    auto input = read_input(file, max_file, InputKind::any);
    if (const auto* fault = fault_of(input)) return {std::nullopt, {{file.string(), 0, fault->message}}, {}};
    auto& text = std::get<Input>(input).text;
    const auto syntax = file.extension() == ".json" ? Syntax::json : Syntax::yaml;
    auto result = load_text(text, syntax, file.string(), environment);
    wipe(text);
    return result;
}

LoadResult load_text(std::string_view text, Syntax syntax, const std::string& name, const Environment& environment) {
    ConfigDraft draft{name};
    const Document document = read_document(text, syntax);
    for (const auto& fault : document.faults) draft.error_at(draft.in_file(fault.line), "", fault.message);
    if (!document.is_broken) read_tree(document.root, draft);
    take_environment(environment, draft);
    if (!document.is_broken) {  // otherwise many errors would only be about the unread rest of the file
        validate(draft);
        const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
        read_secret_files(draft, credentials == environment.end() ? "" : credentials->second);
        validate_secrets(draft);
    }
    LoadResult result{std::nullopt, draft.errors(), draft.warnings()};
    if (result.errors.empty()) result.config = std::move(draft.config());
    return result;
}

}  // namespace dsr::config
