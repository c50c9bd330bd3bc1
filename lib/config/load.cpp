// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <algorithm>
#include <regex>
#include <utility>

#include "base/text.hpp"
#include "config/draft.hpp"
#include "config/files.hpp"
#include "config/location.hpp"
#include "config/text.hpp"
#include "config/validate.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t max_file = 1024UL * 1024UL;

std::string expected(const Key& key) {
    switch (key.kind) {
        case Kind::duration:
            return "a duration such as 30s";
        case Kind::integer:
            return "a whole number";
        case Kind::ratio:
            return "a number such as 0.1";
        case Kind::flag:
            return "true or false";
        case Kind::choice:
            return "one of: " + key.range;
        case Kind::file:
            return "an absolute path";
        case Kind::text:
        case Kind::secret:
            break;
    }
    return "a text";
}

// Numbers and flags must not be quoted and texts must not look like them, so that the file means the same to every YAML
// and JSON reader.
std::optional<std::string> wrong_form(const Key& key, const YAML::Node& value) {
    if (value.IsMap()) return "takes " + expected(key) + ", but a section of keys stands here";
    if (value.IsSequence()) return "takes " + expected(key) + ", but a list stands here";
    if (value.IsNull()) return std::nullopt;
    const bool wants_bare = key.kind == Kind::integer || key.kind == Kind::flag ||
                            (key.kind == Kind::ratio && !value.Scalar().ends_with('%'));
    if (wants_bare && is_quoted(value)) return "takes " + expected(key) + " without quotes";
    const bool wants_text = key.kind == Kind::text || key.kind == Kind::file || key.kind == Kind::secret;
    if (wants_text && !is_quoted(value) && reads_as_number_or_flag(value.Scalar()))
        return "takes " + expected(key) + ", but this reads as a number or as true or false; put it in quotes";
    return std::nullopt;
}

void read_value(const Key& key, const YAML::Node& value, const ValueOrigin& origin, ConfigDraft& draft) {
    if (const auto wrong = wrong_form(key, value)) {
        draft.error_at(origin, key.path, *wrong);
    } else if (value.IsNull()) {
        draft.take_nothing(key, origin);
    } else {
        draft.take(key, value.Scalar(), origin);
    }
}

std::string unknown_key(const std::string& path, const std::string& name) {
    const std::string message = "unknown key " + shown(path);
    if (const Key* dotted = find_key(name))
        return message + "; write " + std::string{leaf_of(dotted->path)} + " below " +
               std::string{section_of(dotted->path)};
    const auto near = nearest_key(path);
    return near ? message + "; the nearest known key is " + *near : message;
}

// Short, and the same in a metric's label, a log and YAML without quotes.
bool is_webhook_name(const std::string& name) {
    static const std::regex form{"[a-z][a-z0-9_-]{0,31}"};
    return std::regex_match(name, form);
}

void read_webhook(const std::string& name, const YAML::Node& section, ConfigDraft& draft) {
    draft.config().webhooks[name];
    const auto keys_here = keys_of_webhook(name);
    for (const auto& member : section) {
        if (!member.first.IsScalar()) continue;  // already reported as a fault of the document
        const std::string path = std::string{webhooks_section} + "." + name + "." + member.first.Scalar();
        const auto origin = draft.in_file(line_of(member.first));
        const auto key = std::ranges::find(keys_here, path, &Key::path);
        if (key != keys_here.end()) {
            read_value(*key, member.second, origin, draft);
        } else {
            std::vector<std::string> leaves;
            leaves.reserve(keys_here.size());
            for (const auto& known : keys_here) leaves.emplace_back(leaf_of(known.path));
            const auto near = nearest(member.first.Scalar(), leaves);
            draft.error_at(origin, "",
                           "unknown key " + shown(path) + (near ? "; the nearest known key is " + *near : ""));
        }
    }
}

// alerts.webhooks: each member is a name with the keys of a webhook below it.
void read_webhooks(const YAML::Node& section, const ValueOrigin& origin, ConfigDraft& draft) {
    constexpr auto shape = "takes names, each with the keys of alerts.webhook below it";
    draft.take_section(std::string{webhooks_section}, origin.line);
    if (section.IsNull()) return;
    if (!section.IsMap()) return draft.error_at(origin, webhooks_section, shape);
    for (const auto& member : section) {
        if (!member.first.IsScalar()) continue;
        const std::string& name = member.first.Scalar();
        const auto here = draft.in_file(line_of(member.first));
        if (!is_webhook_name(name)) {
            draft.error_at(here, webhooks_section,
                           shown(name) + " is not a name: a lower-case letter, then up to 31 of a-z, 0-9, - and _");
        } else if (!member.second.IsMap()) {
            draft.error_at(here, webhooks_section, shape);
        } else {
            draft.take_section(std::string{webhooks_section} + "." + name, here.line);
            read_webhook(name, member.second, draft);
        }
    }
}

void read_section(const YAML::Node& section, const std::string& prefix, ConfigDraft& draft) {
    for (const auto& member : section) {
        if (!member.first.IsScalar()) continue;  // already reported as a fault of the document
        const std::string& name = member.first.Scalar();
        const auto& value = member.second;
        const std::string path = prefix + name;
        const ValueOrigin origin = draft.in_file(line_of(member.first));
        const bool is_dotted = name.find('.') != std::string::npos;  // "sweep.interval:" at the top level is not a key
        const Key* key = is_dotted ? nullptr : find_key(path);
        if (key != nullptr) {
            read_value(*key, value, origin, draft);
        } else if (path == webhooks_section) {
            read_webhooks(value, origin, draft);
        } else if (is_dotted || find_section(path) == nullptr) {
            draft.error_at(origin, "", unknown_key(path, name));
        } else if (value.IsMap()) {
            draft.take_section(path, origin.line);
            read_section(value, path + ".", draft);
        } else if (value.IsNull()) {
            draft.take_section(path, origin.line);  // a section whose keys are all commented out
        } else {
            draft.error_at(origin, path, "is a section; its keys stand below it, indented");
        }
    }
}

// Kubernetes sets variables for the services of a namespace in every pod, named after the service: for "ds-reconciler"
// or "ds-reconciler-metrics" they have the daemon's prefix. None of them has the two underscores of a key.
bool is_of_kubernetes(const std::string& name, const std::string& value) {
    static const std::regex service{"([A-Z0-9]+_)*SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)"};
    static const std::regex port{"([A-Z0-9]+_)*PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?"};
    const std::string rest = name.substr(environment_prefix.size());
    if (name.size() > 200 || rest.find("__") != std::string::npos) return false;
    const bool is_numbered_port = rest.find("PORT_") != std::string::npos;
    const bool is_url = value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
    return std::regex_match(rest, service) || (std::regex_match(rest, port) && (is_numbered_port || is_url));
}

const Key* key_of_variable(std::string_view name) {
    const auto found = std::find_if(keys().begin(), keys().end(),
                                    [name](const Key& key) { return environment_name(key.path) == name; });
    return found == keys().end() ? nullptr : &*found;
}

std::string unknown_variable(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& key : keys()) names.push_back(environment_name(key.path).substr(environment_prefix.size()));
    const auto near = nearest(std::string_view{name}.substr(environment_prefix.size()), names);
    return "is not a known setting" +
           (near ? "; the nearest is " + std::string{environment_prefix} + *near
                 : "; a setting is named DS_RECONCILER_<SECTION>__<KEY>, with two underscores between");
}

void take_variable(const Key& key, const std::string& name, const std::string& value, ConfigDraft& draft) {
    const ValueOrigin origin{name};
    if (value.empty() && !key.nullable) {
        draft.error_at(origin, key.path, "is empty; unset the variable to leave the setting to the file");
    } else if (base::find_invalid_utf8(value)) {
        draft.error_at(origin, key.path, "is not UTF-8");
    } else {
        draft.take(key, value, origin);
    }
}

// Empty means "not given" for keys that may be null. A variable that is no key is an error, to catch typing errors.
void take_environment(const Environment& environment, ConfigDraft& draft) {
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(environment_prefix) || name == file_variable) continue;
        if (const Key* key = key_of_variable(name)) {
            take_variable(*key, name, value, draft);
        } else if (!is_of_kubernetes(name, value)) {
            draft.error_at({name}, "", unknown_variable(name));
        }
    }
}

}  // namespace

std::string to_string(const Problem& problem) {
    return to_string(ValueOrigin{problem.source, problem.line}) + ": " + problem.message;
}

LoadResult load(const std::filesystem::path& file, const Environment& environment, SecretFiles secrets) {
    auto input = read_input(file, max_file, InputKind::any);
    if (const auto* fault = fault_of(input)) return {std::nullopt, {{file.string(), 0, fault->message}}, {}};
    auto& text = std::get<Input>(input).text;
    const auto syntax = file.extension() == ".json" ? Syntax::json : Syntax::yaml;
    auto result = load_text(text, syntax, file.string(), environment, secrets);
    wipe(text);
    std::error_code ignored;
    if (result.config) result.config->file = std::filesystem::absolute(file, ignored);
    return result;
}

LoadResult load_text(std::string_view text, Syntax syntax, const std::string& name, const Environment& environment,
                     SecretFiles secrets) {
    ConfigDraft draft{name};
    const Document document = read_document(text, syntax);
    for (const auto& fault : document.faults) draft.error_at(draft.in_file(fault.line), "", fault.message);
    if (!document.is_broken) read_section(document.root, "", draft);
    take_environment(environment, draft);
    if (!document.is_broken) {  // otherwise many errors would only be about the unread rest of the file
        validate(draft);
        const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
        read_secret_files(draft, credentials == environment.end() ? "" : credentials->second, secrets);
        validate_secrets(draft);
    }
    LoadResult result{std::nullopt, draft.errors(), draft.warnings()};
    if (result.errors.empty()) result.config = std::move(draft.config());
    return result;
}

}  // namespace dsr::config
