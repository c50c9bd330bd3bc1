// SPDX-License-Identifier: Apache-2.0
//
// Overrides by environment variables, for containers: DS_RECONCILER_DATABASE__PASSWORD_FILE is database.password_file.
#pragma once

#include "config/draft.hpp"
#include "config/load.hpp"

namespace dsr::config {

/// Takes every variable with our prefix, over what the file gave. Empty means "not given" for keys that may be null. A
/// variable that is no key's is an error: a misspelt override must not be lost.
void take_environment(const Environment& environment, ConfigDraft& draft);

}  // namespace dsr::config
