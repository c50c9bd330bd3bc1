// SPDX-License-Identifier: Apache-2.0
#include "journal/entry_zone.hpp"

#include "model/failure.hpp"

namespace dsr::journal {

void bring_into(const model::Zone& zone, model::JournalEntry& entry) {
    if (!entry.zone || !entry.owned_since || *entry.zone == zone.name()) return;
    try {
        entry.owned_since = zone.instant(model::Zone(*entry.zone).wall(*entry.owned_since));
    } catch (const model::Failure&) {
        // The wall time is unknown: the stored instant is the only value to compare.
    }
}

}  // namespace dsr::journal
