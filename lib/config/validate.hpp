// SPDX-License-Identifier: Apache-2.0
//
// Rules about more than one key. Each is judged only when the keys it looks at are sound by themselves.
#pragma once

#include "config/draft.hpp"

namespace dsr::config {

/// Adds errors and warnings to the draft, and sets the port to the default of the database's type where none was given.
void validate(ConfigDraft& draft);

/// Rules about what secrets hold, once their files were read.
void validate_secrets(ConfigDraft& draft);

}  // namespace dsr::config
