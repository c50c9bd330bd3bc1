// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd import-config PATH...`: a configuration from DolphinScheduler's own files. Reads files only: no
// registry, no database. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>
#include <vector>

#include "config/load.hpp"
#include "exit_code.hpp"

namespace dsr {

struct ImportCommand {
    /// Files, and folders in which the files of an installation are looked for.
    std::vector<std::filesystem::path> paths;
    /// Whether the environment of this process is that of the masters.
    bool with_environment = false;
    /// Empty: standard output.
    std::filesystem::path output;
    /// Replace an existing `output`; it keeps its owner and mode.
    bool force = false;
};

/// Adds the subcommand; parsing fills `command`, which must live as long as `app`.
CLI::App* add_import_config(CLI::App& app, ImportCommand& command);

/// Writes the configuration to the output or to `out`, and to `messages` what to fill in and to know. Exit::usage if
/// none could be made. Throws model::Failure(permanent) for an output that cannot be written.
Exit run_import_config(const ImportCommand& command, const config::Environment& environment, std::ostream& out,
                       std::ostream& messages);

}  // namespace dsr
