// SPDX-License-Identifier: Apache-2.0
//
// Texts made from the table of keys: what `print-config` and `check-config` print. The files config/reconciler.yaml and
// config/reconciler.schema.json and the tables of docs/configuration.md are these texts. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/keys.hpp"

namespace dsr::config {

/// The configuration in force, as YAML with every key that applies to this kind of database, defaults included. Secrets
/// are comments that say `(set)` or `(not set)`, so the text is a valid configuration again and, if secrets come from
/// files, loads to the same values.
std::string describe(const Config& config);

/// A configuration with every key, each with its meaning and range, set to its default; keys without a default are
/// comments with a sample. failover.mode is shadow, so that a new installation first only observes. Only
/// `database.time_zone`, which must not be guessed, is missing for a complete configuration.
std::string example_yaml();

/// JSON schema (draft 7, the best supported by editors) of a configuration in YAML or JSON; ends with a line feed. It
/// has names, kinds and ranges of numbers; only the loader checks ranges of durations and rules about several keys.
std::string json_schema();

/// All keys as Markdown tables, one a section: key, default, values, meaning, environment.
std::string reference_markdown();

/// `text` as comment lines of YAML, broken between words, each behind `indent`.
std::string comment(const std::string& indent, std::string_view text);

/// The value of a key in YAML, so that the loader reads the same value back. `value` is the written form of the key
/// without quotes (a default, a sample, the result of `render`). Quoted if YAML would read it otherwise.
std::string written(const Key& key, std::string_view value);

}  // namespace dsr::config
