// SPDX-License-Identifier: Apache-2.0
#include "commands/configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "config/keys.hpp"
#include "config/load.hpp"
#include "ops/journald_sink.hpp"

extern "C" char** environ;

namespace dsr {

using model::ErrorKind;
using model::Failure;

namespace {

/// What is given in one of both places.
config::LocationOptions merged(const config::LocationOptions& global, const config::LocationOptions& local) {
    if ((global.file && local.file) || (global.cluster && local.cluster))
        throw Failure(ErrorKind::permanent, "--config or --cluster stands before and after the command; give it once");
    return {local.file ? local.file : global.file, local.cluster ? local.cluster : global.cluster};
}

ops::LogForm form_of(config::LogFormat format) {
    if (format == config::LogFormat::text) return ops::LogForm::text;
    if (format == config::LogFormat::json) return ops::LogForm::json;
    if (ops::is_journal_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO)) return ops::LogForm::journald;
    return ::isatty(STDERR_FILENO) == 1 ? ops::LogForm::text : ops::LogForm::json;
}

static_assert(static_cast<int>(config::LogLevel::trace) == static_cast<int>(spdlog::level::trace) &&
              static_cast<int>(config::LogLevel::error) == static_cast<int>(spdlog::level::err));

}  // namespace

config::Environment environment() {
    config::Environment variables;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

void add_configuration(CLI::App& command, config::LocationOptions& options) {
    command.add_option("-c,--config", options.file,
                       fmt::format("the configuration, YAML or JSON; without it and --cluster that of {}, or {}",
                                   config::file_variable, config::default_file));
    command.add_option("--cluster", options.cluster,
                       "NAME of the service ds-reconcilerd@NAME: /etc/ds-reconciler/NAME.yaml, and its socket");
}

InvalidConfiguration::InvalidConfiguration(std::vector<std::string> lines, std::vector<std::string> advice)
    : Failure(ErrorKind::permanent, fmt::format("{}", fmt::join(lines, "; "))),
      lines_(std::move(lines)),
      advice_(std::move(advice)) {}

Configuration::Configuration(const config::LocationOptions& global, const config::LocationOptions& local) {
    const auto options = merged(global, local);
    auto found = config::locate(options, environment());
    if (const auto* fault = config::fault_of(found)) throw Failure(ErrorKind::permanent, fault->message);
    location_ = std::get<config::Location>(std::move(found));
    is_named_ = location_.file != config::default_file;
}

std::vector<Configuration> Configuration::of_folder() const {
    const std::filesystem::path common = config::default_file;
    const auto folder = location_.file.parent_path();
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto extension = entry->path().extension();
        if (extension == ".yaml" || extension == ".yml" || extension == ".json") files.push_back(entry->path());
    }
    std::ranges::sort(files);
    std::vector<Configuration> found;
    for (const auto& file : files) {
        const bool of_unit = folder == common.parent_path() && file != common && file.extension() == ".yaml";
        config::LocationOptions named;
        (of_unit ? named.cluster : named.file) = of_unit ? file.stem().string() : file.string();
        auto location = config::locate(named, environment());
        if (config::fault_of(location) == nullptr)
            found.push_back(Configuration(std::get<config::Location>(std::move(location))));
    }
    return found;
}

config::LoadResult Configuration::reload() const {
    return config::load(location_.file, location_.environment);
}

config::Config Configuration::load(config::SecretFiles secrets, Purpose purpose) const {
    auto result = config::load(location_.file, location_.environment, secrets);
    if (purpose == Purpose::act) {
        for (const auto& warning : result.warnings) std::cerr << "warning: " << config::to_string(warning) << "\n";
    }
    if (result.config) return *std::move(result.config);
    std::vector<std::string> lines;
    lines.reserve(result.errors.size());
    for (const auto& error : result.errors) lines.push_back(config::to_string(error));
    std::vector<std::string> advice;
    std::error_code unknown;
    if (!is_named_ && !std::filesystem::exists(location_.file, unknown))
        advice.push_back(fmt::format("Name the configuration with --config FILE, --cluster NAME or the variable {}.",
                                     config::file_variable));
    if (purpose == Purpose::ask && ::access(location_.file.c_str(), R_OK) != 0) {
        const auto socket = location_.environment.find(config::environment_name("http.socket"));
        advice.push_back(fmt::format(
            "A running daemon answers without the configuration: give --url unix:{} or --url http://127.0.0.1:9530.",
            socket == location_.environment.end() ? config::Http{}.socket.string() : socket->second));
    }
    throw InvalidConfiguration(std::move(lines), std::move(advice));
}

config::Config Configuration::load_without_daemon(const std::string& why_none) const {
    try {
        return load(config::SecretFiles::all, Purpose::ask);
    } catch (const InvalidConfiguration& invalid) {
        auto advice = invalid.advice();
        advice.push_back(
            fmt::format("Because {}, this command needs the registry and the database itself, and every secret. Start "
                        "the daemon and "
                        "become a member of its socket's group, or run this as a user who may read the secrets.",
                        why_none));
        throw InvalidConfiguration(invalid.lines(), std::move(advice));
    }
}

ops::Logging logging_of(const config::Log& log) {
    return ops::make_logging(static_cast<spdlog::level::level_enum>(log.level), form_of(log.format));
}

}  // namespace dsr
