// SPDX-License-Identifier: Apache-2.0
//
// Secrets are better kept in files of their own: for each secret key `x` of the table, `x_file` names one.
#pragma once

#include "config/draft.hpp"

namespace dsr::config {

/// Reads the secret files that the draft names into its secrets: one line, the line end not part of it, at most 64 KiB.
/// Errors: the file and the secret both given; the file missing, unreadable, not regular, empty, over the limit, or not
/// what the secret has to look like. Warnings: a file that everybody may read; a secret that stands in the
/// configuration file itself.
///
/// `credentials`: systemd's $CREDENTIALS_DIRECTORY, or empty. A file that LoadCredential= put there is read there,
/// under its own name or, when its whole folder was loaded, as FOLDER_FILE: the service needs no right to the original.
void read_secret_files(ConfigDraft& draft, const std::filesystem::path& credentials);

}  // namespace dsr::config
