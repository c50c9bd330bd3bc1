// SPDX-License-Identifier: Apache-2.0
//
// Texts about the keys for people, generated from the table: the example file and the reference.
#pragma once

#include <string>

namespace dsr::config {

/// A configuration with every key, each with its meaning and range, set to its default; keys without a default are
/// comments with a sample. config/reconciler.yaml is this text. Only `database.time_zone`, which must not be guessed,
/// is missing for a complete configuration.
std::string example_yaml();

/// All keys as Markdown tables, one a section: key, default, values, meaning, environment. docs/configuration.md ends
/// with this text.
std::string reference_markdown();

}  // namespace dsr::config
