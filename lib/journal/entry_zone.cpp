// SPDX-License-Identifier: Apache-2.0
#include "journal/entry_zone.hpp"

#include "model/failure.hpp"

namespace dsr::journal {

void bring_into(const model::Zone& zone, model::JournalEntry& entry) {
    if (!entry.zone || !entry.owned_since || *entry.zone == zone.name()) return;
    try {
        entry.owned_since = zone.instant(model::Zone(*entry.zone).wall(*entry.owned_since));
    } catch (const model::Failure&) {
        // Its wall time cannot be told: the instant is all that is left to compare.
    }
}

}  // namespace dsr::journal
