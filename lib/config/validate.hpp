// SPDX-License-Identifier: Apache-2.0
//
// Rules about more than one key. Each applies only if its keys are sound by themselves.
#pragma once

#include "config/draft.hpp"

namespace dsr::config {

/// Adds errors and warnings to the draft, and sets the port to the default of the database's type if none was given.
void validate(ConfigDraft& draft);

/// Rules about the content of secrets, once their files were read.
void validate_secrets(ConfigDraft& draft);

}  // namespace dsr::config
