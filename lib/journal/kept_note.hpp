// SPDX-License-Identifier: Apache-2.0
// Writes an operator's command and reads it back, so that only a kept note is reported as kept.
#pragma once

#include "journal/journal.hpp"

namespace dsr::journal {

/// The note as the journal keeps it, with its number. Throws as Journal, and Failure(retry) when it is missing after
/// the write. Thread: as Journal.
model::ControlNote note_and_read_back(Journal& journal, const model::ControlNote& note);

}  // namespace dsr::journal
