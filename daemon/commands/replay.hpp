// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd replay FILE`: judges a recorded sweep again, and reports whether the verdicts are the same. Needs no
// configuration, no registry and no database.
#pragma once

#include <filesystem>
#include <iosfwd>

#include "exit_code.hpp"

namespace dsr {

/// Prints the transcript, or with `json` one object. `nothing_left` if everything was reproduced, `held` if something
/// differs. Throws model::Failure(permanent) for a file that cannot be read.
Exit run_replay(std::ostream& out, const std::filesystem::path& file, bool json);

}  // namespace dsr
