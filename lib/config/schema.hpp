// SPDX-License-Identifier: Apache-2.0
//
// The JSON schema of the configuration, for editors and for checks in a pipeline: config/reconciler.schema.json is this
// text.
#pragma once

#include <string>

namespace dsr::config {

/// JSON schema (draft 7, the best supported by editors) of a configuration in YAML or JSON, from the table of keys;
/// ends with a line feed. It has names, kinds and ranges of whole numbers; only the loader checks ranges of durations
/// and rules about several keys.
std::string json_schema();

}  // namespace dsr::config
