// SPDX-License-Identifier: Apache-2.0
//
// DolphinScheduler's files and environment put together as its start scripts and Spring do: the environment over the
// files, active profiles over the rest. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/dolphinscheduler/settings.hpp"
#include "config/dolphinscheduler/shell.hpp"
#include "config/dolphinscheduler/spring.hpp"
#include "config/load.hpp"

namespace dsr::config::dolphinscheduler {

struct SourceFile {
    /// Its name decides how it is read.
    std::string name;
    std::string text;
};

/// Whether a file of that name is read: *.yaml, *.yml, *.properties, *.sh, *.conf, *.env, and `environ` and `cmdline`
/// of /proc.
bool is_readable_kind(const std::string& name);

class Sources {
public:
    /// `environment`: of this process, if it is the masters' too; else empty. Adds to `problems` what cannot be read.
    Sources(const std::vector<SourceFile>& files, const Environment& environment, std::vector<std::string>& problems);

    /// The value of the first of these properties that is set, its placeholders replaced.
    [[nodiscard]] std::optional<Setting> find(std::initializer_list<std::string_view> names) const;

    /// The same of the environment alone: what the JVM's start scripts see.
    [[nodiscard]] std::optional<Setting> find_variable(std::string_view name) const;

    /// `-Duser.timezone=` of the JVM, as written: from its command line, the file of its options or JAVA_OPTS.
    [[nodiscard]] std::optional<Setting> zone_of_jvm() const;

private:
    void read_shell_file(const SourceFile& file);
    void select_documents(std::vector<std::string>& problems);
    void take(const SpringDocument& document, std::vector<std::string>& problems);
    [[nodiscard]] std::optional<Setting> resolved(std::string_view name, int depth) const;

    Settings environment_;
    ShellVariables variables_;
    std::vector<SpringDocument> documents_;
    Settings properties_;
    std::optional<Setting> zone_of_command_line_;
    std::optional<Setting> zone_of_options_file_;
};

}  // namespace dsr::config::dolphinscheduler
