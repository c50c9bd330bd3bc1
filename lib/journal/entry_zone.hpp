// SPDX-License-Identifier: Apache-2.0
// Masters write wall times without an offset. After database.time_zone is corrected, the same wall time of a row is
// read as another instant, but an entry must still match its row. Pure; any thread.
#pragma once

#include "model/journal_entry.hpp"
#include "model/zone.hpp"

namespace dsr::journal {

/// Converts owned_since, if it was read in another zone than `zone`, to the instant of its wall time in `zone`, or to
/// nothing where that wall time has no unique instant there. An entry without a zone, or with a zone that the system
/// does not know, is unchanged.
void bring_into(const model::Zone& zone, model::JournalEntry& entry);

}  // namespace dsr::journal
