// SPDX-License-Identifier: Apache-2.0
//
// A configuration of this daemon from DolphinScheduler's own files and environment, releases 2.0 to 3.4. Nothing is
// guessed: what cannot be known is the placeholder that the loader refuses. No secret is in the result. Pure; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "config/dolphinscheduler/sources.hpp"

namespace dsr::config::dolphinscheduler {

struct ImportResult {
    /// The configuration, in shadow mode; each value with a comment that names its source.
    std::string yaml;
    /// The keys that are left to fill in, each with the reason.
    std::vector<std::string> to_fill_in;
    /// What a person should know or check.
    std::vector<std::string> notes;
    /// Why no configuration can be made; `yaml` is then empty.
    std::vector<std::string> errors;
};

/// `environment`: of this process, if it is the masters' too; else empty.
ImportResult import_settings(const std::vector<SourceFile>& files, const Environment& environment);

}  // namespace dsr::config::dolphinscheduler
