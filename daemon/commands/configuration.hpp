// SPDX-License-Identifier: Apache-2.0
// The configuration of a command: which file it is, and loading it as far as the command needs. A command that asks a
// daemon loads no secrets, so that every user of the daemon's socket may use it. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/load.hpp"
#include "config/location.hpp"
#include "model/failure.hpp"
#include "ops/logging.hpp"

namespace dsr {

/// The variables of this process.
config::Environment environment();

/// Adds -c, --config and --cluster; `options` must live as long as `command`.
void add_configuration(CLI::App& command, config::LocationOptions& options);

/// What is wrong with the configuration, and what to do about it: a line each.
class InvalidConfiguration : public model::Failure {
public:
    InvalidConfiguration(std::vector<std::string> lines, std::vector<std::string> advice);
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
    [[nodiscard]] const std::vector<std::string>& advice() const { return advice_; }

private:
    std::vector<std::string> lines_;
    std::vector<std::string> advice_;
};

class Configuration {
public:
    /// `global`, `local`: the options before and after the command. Throws model::Failure(permanent) for options that
    /// contradict each other.
    Configuration(const config::LocationOptions& global, const config::LocationOptions& local);

    [[nodiscard]] const std::filesystem::path& file() const { return location_.file; }

    /// Those in the folder of this one (.yaml, .yml, .json), by name. In /etc/ds-reconciler each but the default has
    /// the settings of its unit, as with --cluster.
    [[nodiscard]] std::vector<Configuration> of_folder() const;

    /// The file and the environment with their problems; for a reload.
    [[nodiscard]] config::LoadResult reload() const;

    /// `ask`: prints no warnings, and an error of the file names the way to ask a daemon without it.
    enum class Purpose { act, ask };
    /// Throws InvalidConfiguration. Warnings go to standard error.
    [[nodiscard]] config::Config load(config::SecretFiles secrets, Purpose purpose) const;

    /// For a command that found no daemon to ask: every secret, to read the registry and the database itself.
    /// `why_none`: why no daemon answered. Throws InvalidConfiguration, which also says what to do.
    [[nodiscard]] config::Config load_without_daemon(const std::string& why_none) const;

private:
    explicit Configuration(config::Location location) : location_(std::move(location)), is_named_(true) {}

    config::Location location_;
    bool is_named_ = false;  ///< not the default file
};

/// The log that this configuration describes.
ops::Logging logging_of(const config::Log& log);

}  // namespace dsr
