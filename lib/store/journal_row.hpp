// SPDX-License-Identifier: Apache-2.0
// A row of ds_reconciler_journal as it is bound: the failover transaction writes it, the journal reads it back. Times
// are epoch microseconds, UTC.
#pragma once

#include <cstdint>
#include <optional>

#include "model/journal_entry.hpp"
#include "store/statement.hpp"

namespace dsr::store {

/// Column by column as Dialect::insert_journal lists them; `command` in place of the entry's own. An entry with a zone
/// has that too, for insert_journal_added: who makes entries gives all or none of them one.
BoundRow journal_row(const model::JournalEntry& entry, std::int64_t command);

/// How a time stands in the journal.
long long journal_time(model::Instant time);
Bound journal_time(const std::optional<model::Instant>& time);

}  // namespace dsr::store
