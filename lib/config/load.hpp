// SPDX-License-Identifier: Apache-2.0
//
// Loads a checked configuration from a file and the environment. Reads only the configuration and the secret files that
// it names; keeps no state. May be called at any time, from any thread, for a reload: a failed load changes nothing.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"

namespace dsr::config {

/// Environment variables by name. The whole environment may be given: only names with the prefix DS_RECONCILER_ count,
/// and each of those must be `DS_RECONCILER_<SECTION>__<KEY>` (except DS_RECONCILER_CONFIG, the name of the file, and
/// those that Kubernetes sets for a service named ds-reconciler). And CREDENTIALS_DIRECTORY, where systemd puts copies
/// of secret files.
using Environment = std::map<std::string, std::string>;

/// An error or a warning with its source. A value, so that all of them are reported at once. Never contains a secret.
struct Problem {
    /// The file, or the environment variable.
    std::string source;
    /// From 1; 0 for a problem of the whole file, for an environment variable and in JSON.
    int line = 0;
    /// Begins with the key, if there is one.
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

/// `file:line: message`, or without the line where there is none.
std::string to_string(const Problem& problem);

struct LoadResult {
    /// Set if and only if there are no errors.
    std::optional<Config> config;
    /// All problems, by line; those of the environment last. No message contains a secret.
    std::vector<Problem> errors;
    std::vector<Problem> warnings;
};

/// Which of the secret files that the configuration names are read; the secrets of the others stay not set. A command
/// that only asks a daemon must work for a user who may not read them.
enum class SecretFiles { all, http_token, none };

/// Reads `file`, JSON when its name ends in .json and YAML otherwise, at most 1 MiB; the environment overrides it key
/// by key.
LoadResult load(const std::filesystem::path& file, const Environment& environment,
                SecretFiles secrets = SecretFiles::all);

/// The same for a text; `name` is the file name in messages.
LoadResult load_text(std::string_view text, Syntax syntax, const std::string& name, const Environment& environment,
                     SecretFiles secrets = SecretFiles::all);

}  // namespace dsr::config
