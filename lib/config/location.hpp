// SPDX-License-Identifier: Apache-2.0
//
// Which configuration file a command uses. Pure; any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/load.hpp"
#include "config/values.hpp"

namespace dsr::config {

inline constexpr const char* default_file = "/etc/ds-reconciler/reconciler.yaml";
/// Names the file, unlike the other variables with this prefix, which are settings.
inline constexpr const char* file_variable = "DS_RECONCILER_CONFIG";

/// What a command line says about it.
struct LocationOptions {
    std::optional<std::string> file;
    /// NAME of the unit ds-reconcilerd@NAME: /etc/ds-reconciler/NAME.yaml.
    std::optional<std::string> cluster;
};

struct Location {
    std::filesystem::path file;
    /// For load(). With `cluster`, the settings that the unit adds are in it, unless they were already.
    Environment environment;
};

/// The first that is given: `file`, `cluster`, the variable DS_RECONCILER_CONFIG (an empty one counts as not set), the
/// default. Faults: an empty file; a cluster that cannot be the name of a unit's instance; both of them given.
Checked<Location> locate(const LocationOptions& options, Environment environment);

}  // namespace dsr::config
