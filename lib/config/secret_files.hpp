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
void read_secret_files(Draft& draft);

}  // namespace dsr::config
