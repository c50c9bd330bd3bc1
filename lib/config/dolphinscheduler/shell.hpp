// SPDX-License-Identifier: Apache-2.0
//
// The assignments of a shell file such as dolphinscheduler_env.sh, read without running anything. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/dolphinscheduler/settings.hpp"

namespace dsr::config::dolphinscheduler {

struct ShellVariable {
    Setting setting;
    /// Whether the programs that the shell starts get it.
    bool is_exported = false;
    /// Whether it has a value: `export NAME` alone gives none.
    bool is_set = true;
};

/// By name, as the shell knows them.
using ShellVariables = std::map<std::string, ShellVariable, std::less<>>;

/// Takes over what the lines `NAME=VALUE`, `export NAME=VALUE` and `export NAME` of `text` assign, in their order, with
/// quotes and the expansions `$NAME`, `${NAME}`, `${NAME:-default}`. A value that only a command or a condition decides
/// becomes unknown. Everything else is ignored. `file`: its name in sources.
void read_shell(std::string_view text, const std::string& file, ShellVariables& variables);

/// The same of a file of variables for containers (.env): lines `NAME=VALUE`, where a value goes to the end of its
/// line. All are exported.
void read_variables(std::string_view text, const std::string& file, ShellVariables& variables);

}  // namespace dsr::config::dolphinscheduler
