// SPDX-License-Identifier: Apache-2.0
//
// Secrets in files of their own: for each secret key `x` of the table, `x_file` names one.
#pragma once

#include "config/draft.hpp"

namespace dsr::config {

/// Reads the secret files that the draft names into its secrets: one line, without the line end, at most 64 KiB.
/// Errors: the file and the secret both given; the file missing, unreadable, not regular, empty, over the limit, or not
/// in the secret's format. Warnings: a file that everybody may read; a secret in the configuration file itself.
///
/// `credentials`: systemd's $CREDENTIALS_DIRECTORY, or empty. A file that LoadCredential= put there is read there,
/// under its own name or, if its whole folder was loaded, as FOLDER_FILE: the service needs no right to the original.
void read_secret_files(ConfigDraft& draft, const std::filesystem::path& credentials);

}  // namespace dsr::config
