// SPDX-License-Identifier: Apache-2.0
//
// The files that a configuration is read from: its own, and those of its secrets.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "config/draft.hpp"
#include "config/load.hpp"
#include "config/secret.hpp"

namespace dsr::config {

struct Input {
    std::string text;
    /// Permission bits.
    mode_t mode = 0;
};

/// `regular`: refuses pipes and devices without waiting for them.
enum class InputKind { any, regular };

/// Faults: missing, no permission, a folder, not regular, a read error, over `limit` bytes. Blocks while a pipe has no
/// writer.
Checked<Input> read_input(const std::filesystem::path& file, std::size_t limit, InputKind kind);

/// Reads the secret files that the draft names into its secrets: for each secret key `x` of the table, `x_file` names
/// one. One line, without the line end, at most 64 KiB. Errors: the file and the secret both given; the file missing,
/// unreadable, not regular, empty, over the limit, or not in the secret's format. Warnings: a file that everybody may
/// read; a secret in the configuration file itself.
///
/// `credentials`: systemd's $CREDENTIALS_DIRECTORY, or empty. A file that LoadCredential= put there is read there,
/// under its own name or, if its whole folder was loaded, as FOLDER_FILE: the service needs no right to the original.
///
/// `which`: the others are not opened.
void read_secret_files(ConfigDraft& draft, const std::filesystem::path& credentials, SecretFiles which);

/// The bearer token in a file that the command line names. Faults as above, beginning with the file.
Checked<Secret> read_token(const std::filesystem::path& file);

}  // namespace dsr::config
