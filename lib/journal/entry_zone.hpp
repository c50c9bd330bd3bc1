// SPDX-License-Identifier: Apache-2.0
// Masters write wall times without an offset. When database.time_zone is corrected, the same wall time of a row is read
// as another instant: an entry must still answer for its row. Pure; any thread.
#pragma once

#include "model/journal_entry.hpp"
#include "model/zone.hpp"

namespace dsr::journal {

/// Where the entry's owned_since was read in another zone than `zone`: makes it the instant that its wall time has in
/// `zone`, or nothing where that wall time is not one instant there. An entry without a zone stays as it is; so does
/// one whose zone the system does not know.
void bring_into(const model::Zone& zone, model::JournalEntry& entry);

}  // namespace dsr::journal
