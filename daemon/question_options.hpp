// SPDX-License-Identifier: Apache-2.0
// The queries of the command line: their subcommands, options, and colours. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "question_command.hpp"

namespace dsr {

/// Adds the subcommands; parsing fills `question`, which must live as long as `app`.
std::vector<CLI::App*> add_questions(CLI::App& app, Question& question);

/// Whether the standard output is a terminal with colours, and NO_COLOR is not set.
bool may_be_coloured();

}  // namespace dsr
