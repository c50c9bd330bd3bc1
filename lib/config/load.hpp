// SPDX-License-Identifier: Apache-2.0
//
// From a file and the environment to a checked configuration. Reads files (the configuration and the secrets that it
// names) and nothing else; keeps no state. May be called again at any time, from any thread, for a reload: a failed
// load changes nothing.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/problem.hpp"

namespace dsr::config {

/// Environment variables by name. The whole environment may be given: only names with the prefix DS_RECONCILER_ are
/// looked at, and each of those has to be `DS_RECONCILER_<SECTION>__<KEY>` (those that Kubernetes sets for a service
/// named ds-reconciler are passed over). And CREDENTIALS_DIRECTORY: where systemd puts copies of secret files.
using Environment = std::map<std::string, std::string>;

struct LoadResult {
    /// Set when, and only when, there are no errors.
    std::optional<Config> config;
    /// All of them at once, by line; those of the environment last. No secret is in any message.
    std::vector<Problem> errors;
    std::vector<Problem> warnings;
};

/// Reads `file`, JSON when its name ends in .json and YAML otherwise, at most 1 MiB; the environment overrides it key
/// by key.
LoadResult load(const std::filesystem::path& file, const Environment& environment);

/// The same for a text at hand; `name` stands for the file in messages.
LoadResult load_text(std::string_view text, Syntax syntax, const std::string& name, const Environment& environment);

}  // namespace dsr::config
