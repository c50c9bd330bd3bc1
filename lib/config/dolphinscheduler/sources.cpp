// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/sources.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <utility>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

constexpr int max_references = 8;

enum class FileKind { none, yaml, properties, shell, variables, jvm_options, environ, cmdline };

FileKind kind_of(const std::string& name) {
    const std::filesystem::path path{name};
    const auto file = path.filename().string();
    const auto ending = path.extension().string();
    if (file == "environ") return FileKind::environ;
    if (file == "cmdline") return FileKind::cmdline;
    if (file == "jvm_args_env.sh") return FileKind::jvm_options;
    if (file == ".env" || ending == ".env") return FileKind::variables;
    if (ending == ".yaml" || ending == ".yml") return FileKind::yaml;
    if (ending == ".properties") return FileKind::properties;
    if (ending == ".sh" || ending == ".conf") return FileKind::shell;
    return FileKind::none;
}

std::vector<std::string> words_of(std::string_view text, char separator) {
    std::vector<std::string> words;
    for (const auto word : base::split(text, separator)) {
        if (const auto trimmed = base::trimmed(word, " \t\r"); !trimmed.empty()) words.emplace_back(trimmed);
    }
    return words;
}

// Names in install_config.conf of 2.0, which its start scripts and installer hand on although they are not exported.
bool is_of_installer(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{
        "DATABASE_TYPE",      "SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD",
        "registryPluginName", "registryServers",       "registryNamespace"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_readable_kind(const std::string& name) {
    return kind_of(name) != FileKind::none;
}

Sources::Sources(const std::vector<SourceFile>& files, const Environment& environment,
                 std::vector<std::string>& problems) {
    for (const auto& [name, value] : environment)
        variables_.emplace(name, ShellVariable{{value, name + " in the environment"}, true});
    // A shell file refers to what is set before it, so these come first.
    for (const auto& file : files) {
        if (kind_of(file.name) != FileKind::environ) continue;
        for (const auto& entry : words_of(file.text, '\0')) {
            const auto equals = entry.find('=');
            if (equals != std::string::npos)
                variables_.insert_or_assign(
                    entry.substr(0, equals),
                    ShellVariable{{entry.substr(equals + 1), entry.substr(0, equals) + " in " + file.name}, true});
        }
    }
    for (const auto& file : files) {
        switch (kind_of(file.name)) {
            case FileKind::yaml: {
                auto read = read_spring_yaml(file.text, file.name);
                if (const auto* fault = fault_of(read)) {
                    problems.push_back(fault->message);
                } else {
                    for (auto& document : std::get<0>(read)) documents_.push_back(std::move(document));
                }
                break;
            }
            case FileKind::properties:
                documents_.push_back(read_properties(file.text, file.name));
                break;
            case FileKind::shell:
            case FileKind::variables:
                read_shell_file(file);
                break;
            case FileKind::jvm_options:
                if (const auto zone = zone_option(words_of(file.text, '\n')))
                    zone_of_options_file_ = {*zone, file.name};
                break;
            case FileKind::cmdline:
                if (const auto zone = zone_option(words_of(file.text, '\0')))
                    zone_of_command_line_ = {*zone, file.name};
                break;
            case FileKind::environ:
                break;
            case FileKind::none:
                problems.push_back(file.name +
                                   ": is not a file that is read here; give application.yaml, *.properties, "
                                   "dolphinscheduler_env.sh, install_config.conf or .env");
        }
    }
    for (const auto& [name, variable] : variables_) {
        if (variable.is_exported && variable.is_set &&
            (!variable.setting.value.empty() || !variable.setting.unknown.empty()))
            environment_.insert_or_assign(normal_name(name), variable.setting);
    }
    select_documents(problems);
}

void Sources::read_shell_file(const SourceFile& file) {
    if (kind_of(file.name) == FileKind::variables) return read_variables(file.text, file.name, variables_);
    read_shell(file.text, file.name, variables_);
    if (!file.name.ends_with("install_config.conf")) return;
    for (auto& [name, variable] : variables_) {
        if (is_of_installer(name)) variable.is_exported = true;
    }
}

// Within a file the later document wins, and a profile over none. Of two other files nobody knows which one the masters
// read.
void Sources::take(const SpringDocument& document, std::vector<std::string>& problems) {
    const auto file_of = [](const std::string& source) { return source.substr(0, source.rfind(':')); };
    for (const auto& [name, setting] : document.properties) {
        const auto [place, is_new] = properties_.try_emplace(name, setting);
        const auto& earlier = place->second;
        const bool matters = name.starts_with("registry") || name.starts_with("springdatasource");
        if (!is_new && matters && document.profiles.empty() && earlier.value != setting.value &&
            file_of(earlier.source) != file_of(setting.source))
            problems.push_back(earlier.source + " and " + setting.source +
                               " set the same property to different values; give only the file that the masters read");
        place->second = setting;
    }
}

// Documents without a profile first, then those of active profiles: Spring lets the more specific one win.
void Sources::select_documents(std::vector<std::string>& problems) {
    for (const auto& document : documents_) {
        if (document.profiles.empty()) take(document, problems);
    }
    const auto named = find({"spring.profiles.active"});
    auto active = named ? profile_names(named->value) : std::vector<std::string>{};
    if (const auto type = find({"DATABASE_TYPE"})) active.push_back(type->value);  // 2.0's start script adds it
    const auto expression = [](const std::string& profile) {
        return profile.find_first_of("&|!()") != std::string::npos;
    };
    std::vector<std::string> files_of_profiles;
    for (const auto& document : documents_) {
        if (document.profiles.empty()) continue;
        if (std::any_of(document.profiles.begin(), document.profiles.end(), expression)) {
            problems.push_back(
                document.source +
                ": is for a profile expression, which is not read here; give a copy of the file without that document");
            continue;
        }
        const bool is_active = std::any_of(
            document.profiles.begin(), document.profiles.end(),
            [&](const auto& profile) { return std::find(active.begin(), active.end(), profile) != active.end(); });
        const bool has_own_file = document.source.find("application-") != std::string::npos;
        // Of one file for one profile, given by name, it is plain that its profile is meant.
        if (is_active || (active.empty() && has_own_file)) {
            if (!is_active) files_of_profiles.push_back(document.source);
            take(document, problems);
        }
    }
    if (files_of_profiles.size() > 1)
        problems.push_back("several files of profiles are given (" + files_of_profiles.front() + ", " +
                           files_of_profiles.back() + ") and nothing says which is active; give one of them");
}

// A placeholder in the form of a variable, `${DB_HOST}`, is one of the environment only, as in Spring.
std::optional<Setting> Sources::resolved(std::string_view name, int depth) const {
    const auto normal = normal_name(name);
    auto found = environment_.find(normal);
    if (found == environment_.end()) {
        const bool is_variable =
            depth > 0 && std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        found = is_variable ? properties_.end() : properties_.find(normal);
        if (found == properties_.end() || found->second.value.empty()) return std::nullopt;
    }
    const auto& setting = found->second;
    if (!setting.unknown.empty()) return setting;
    if (depth == max_references) return Setting{{}, setting.source, "refers to itself"};
    return expand(
        setting.value, PlaceholderForm::spring, [&](std::string_view other) { return resolved(other, depth + 1); },
        setting.source);
}

std::optional<Setting> Sources::find(std::initializer_list<std::string_view> names) const {
    for (const auto name : names) {
        if (auto setting = resolved(name, 0)) return setting;
    }
    return std::nullopt;
}

std::optional<Setting> Sources::find_variable(std::string_view name) const {
    const auto found = environment_.find(normal_name(name));
    return found == environment_.end() ? std::nullopt : std::optional{found->second};
}

// JAVA_OPTS replaces the file of options; the others add to both.
std::optional<Setting> Sources::zone_of_jvm() const {
    if (zone_of_command_line_) return zone_of_command_line_;
    for (const auto* name : {"JAVA_OPTS", "MASTER_SERVER_OPTS", "DOLPHINSCHEDULER_OPTS", "JAVA_TOOL_OPTIONS"}) {
        const auto options = find_variable(name);
        if (!options || !options->unknown.empty()) continue;
        if (const auto zone = zone_option(words_of(options->value, ' '))) return Setting{*zone, options->source};
    }
    return find_variable("JAVA_OPTS") ? std::nullopt : zone_of_options_file_;
}

}  // namespace dsr::config::dolphinscheduler
