// SPDX-License-Identifier: Apache-2.0
// A row of ds_reconciler_journal as bound values: the failover transaction writes it, the journal reads it back. Times
// are epoch microseconds, UTC.
#pragma once

#include <cstdint>
#include <optional>

#include "model/journal_entry.hpp"
#include "store/statement.hpp"

namespace dsr::store {

/// In the column order of Dialect::insert_journal; `command` replaces the entry's own. An entry with a zone also has
/// that, for insert_journal_added. Callers must give all or none of the entries a zone.
BoundRow journal_row(const model::JournalEntry& entry, std::int64_t command);

/// The journal's form of a time.
long long journal_time(model::Instant time);
Bound journal_time(const std::optional<model::Instant>& time);

}  // namespace dsr::store
