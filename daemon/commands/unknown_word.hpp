// SPDX-License-Identifier: Apache-2.0
// What the command line says about a word that it does not know. Pure; any thread.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace dsr {

/// "unknown command 'statu': did you mean 'status'?", after a parse of `app` that failed: the first word or option that
/// neither the program nor the command knows, and the nearest that it knows. Nothing if every word is known.
std::optional<std::string> unknown_word(const CLI::App& app);

/// The same for a word that should have been a command of `app`.
std::string unknown_command(const CLI::App& app, const std::string& word);

}  // namespace dsr
