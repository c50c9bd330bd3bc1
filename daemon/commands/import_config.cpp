// SPDX-License-Identifier: Apache-2.0
#include "commands/import_config.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "config/dolphinscheduler/import.hpp"
#include "config/files.hpp"
#include "model/failure.hpp"

namespace dsr {

namespace {

namespace fs = std::filesystem;
using config::dolphinscheduler::SourceFile;

constexpr std::size_t max_file = 1024UL * 1024UL;

// In the folder of an installation, or in its conf: of 3.x first, then of 2.0.
constexpr std::array<std::string_view, 14> usual_files{
    "master-server/conf/application.yaml",
    "bin/env/dolphinscheduler_env.sh",
    "master-server/conf/dolphinscheduler_env.sh",
    "master-server/bin/jvm_args_env.sh",
    "conf/application.yaml",
    "conf/dolphinscheduler_env.sh",
    "bin/jvm_args_env.sh",
    "application.yaml",
    "dolphinscheduler_env.sh",
    "conf/application-mysql.yaml",
    "conf/application-postgresql.yaml",
    "conf/registry.properties",
    "conf/config/install_config.conf",
    "conf/env/dolphinscheduler_env.sh",
};

std::vector<fs::path> files_of(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) return {path};
    std::vector<fs::path> found;
    for (const auto name : usual_files) {
        if (fs::is_regular_file(path / name, ignored)) found.push_back(path / name);
    }
    return found;
}

/// The files; false after reporting one that cannot be read.
bool read_all(const std::vector<fs::path>& paths, std::vector<SourceFile>& files, std::ostream& messages) {
    bool sound = true;
    for (const auto& path : paths) {
        const auto found = files_of(path);
        if (found.empty()) {
            messages << "error: " << base::printable(path.string())
                     << ": has none of the files of an installation, such as master-server/conf/application.yaml; name "
                        "the files\n";
            sound = false;
        }
        for (const auto& file : found) {
            auto input = config::read_input(file, max_file, config::InputKind::any);
            if (const auto* fault = config::fault_of(input)) {
                messages << "error: " << base::printable(file.string()) << ": " << fault->message << "\n";
                sound = false;
            } else {
                files.push_back({file.string(), std::move(std::get<config::Input>(input).text)});
            }
        }
    }
    return sound;
}

[[noreturn]] void fail(const fs::path& file, int error) {
    throw model::Failure(model::ErrorKind::permanent,
                         file.string() + " cannot be written: " + std::generic_category().message(error));
}

// Readable by its owner alone: it says where the database is and who logs in.
void write(const fs::path& file, std::string_view text, bool force) {
    const base::FileDescriptor opened{
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0600)};
    if (!opened.is_open()) {
        if (errno == EEXIST)
            throw model::Failure(model::ErrorKind::permanent,
                                 file.string() + " exists and is not overwritten; name another file, or use --force");
        fail(file, errno);
    }
    while (!text.empty()) {
        const auto written = ::write(opened.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) fail(file, errno);
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

CLI::App* add_import_config(CLI::App& app, ImportCommand& command) {
    auto* import = app.add_subcommand(
        "import-config",
        "make a configuration in shadow mode from DolphinScheduler's own files; secrets are not copied");
    import->add_option(
        "path", command.paths,
        "application.yaml, dolphinscheduler_env.sh, .env and the like, or the folder of an installation");
    import->add_flag("--environment", command.with_environment,
                     "also use the environment of this process, which must be that of the masters");
    auto* output = import->add_option("--output", command.output, "write to this new file instead of standard output");
    import->add_flag("--force", command.force, "replace that file if it exists")->needs(output);
    return import;
}

Exit run_import_config(const ImportCommand& command, const config::Environment& environment, std::ostream& out,
                       std::ostream& messages) {
    if (command.paths.empty() && !command.with_environment) {
        messages
            << "error: nothing to read: name DolphinScheduler's application.yaml and dolphinscheduler_env.sh, or its "
               "folder, or give --environment\n";
        return Exit::usage;
    }
    std::vector<SourceFile> files;
    if (!read_all(command.paths, files, messages)) return Exit::usage;
    const auto made = config::dolphinscheduler::import_settings(
        files, command.with_environment ? environment : config::Environment{});
    for (const auto& error : made.errors) messages << "error: " << base::printable(error) << "\n";
    if (!made.errors.empty()) {
        messages << "no configuration was made\n";
        return Exit::usage;
    }
    for (const auto& note : made.notes) messages << "note: " << base::printable(note) << "\n";
    for (const auto& left : made.to_fill_in) messages << "to fill in: " << base::printable(left) << "\n";
    if (command.output.empty()) {
        out << made.yaml << std::flush;
    } else {
        write(command.output, made.yaml, command.force);
        messages << "written to " << base::printable(command.output.string())
                 << "; next: ds-reconcilerd check-config --config " << base::printable(command.output.string()) << "\n";
    }
    return Exit::nothing_left;
}

}  // namespace dsr
