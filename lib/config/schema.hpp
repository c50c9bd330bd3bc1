// SPDX-License-Identifier: Apache-2.0
//
// The JSON schema of the configuration, for editors and for checks in a pipeline: config/reconciler.schema.json is this
// text.
#pragma once

#include <string>

namespace dsr::config {

/// JSON schema (draft 7, which editors know best) of a configuration in YAML or JSON, from the table of keys; ends with
/// a line feed. It knows names, kinds and ranges of whole numbers; ranges of durations and rules about several keys are
/// the loader's alone.
std::string json_schema();

}  // namespace dsr::config
