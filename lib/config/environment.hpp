// SPDX-License-Identifier: Apache-2.0
//
// Overrides by environment variables, for containers: DS_RECONCILER_DATABASE__PASSWORD_FILE is database.password_file.
#pragma once

#include "config/draft.hpp"
#include "config/load.hpp"

namespace dsr::config {

/// Applies every variable with the prefix, overriding the file. Empty means "not given" for keys that may be null. A
/// variable that is no key is an error, to catch typing errors.
void take_environment(const Environment& environment, ConfigDraft& draft);

}  // namespace dsr::config
