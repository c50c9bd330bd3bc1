// SPDX-License-Identifier: Apache-2.0
// Writes what a person told and reads it back: nobody is told that a note is kept which is not.
#pragma once

#include "journal/journal.hpp"

namespace dsr::journal {

/// The note as the journal keeps it, with its number. Throws as Journal, and Failure(retry) when it is not there after
/// it was written. Thread: as Journal.
model::ControlNote note_and_read_back(Journal& journal, const model::ControlNote& note);

}  // namespace dsr::journal
