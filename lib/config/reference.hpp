// SPDX-License-Identifier: Apache-2.0
//
// What a person reads about the keys, made from the table so that it cannot drift: the example file and the reference.
#pragma once

#include <string>

namespace dsr::config {

/// A configuration with every key, each with its meaning and range, set to its default; keys without a default are
/// comments with a sample. config/reconciler.yaml is this text. It lacks only what must not be guessed
/// (`database.time_zone`) to be complete.
std::string example_yaml();

/// All keys as Markdown tables, one a section: key, default, values, meaning, environment. docs/configuration.md ends
/// with this text.
std::string reference_markdown();

}  // namespace dsr::config
