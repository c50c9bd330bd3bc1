// SPDX-License-Identifier: Apache-2.0
#include "store/journal_row.hpp"

namespace dsr::store {

long long journal_time(model::Instant time) {
    return time.time_since_epoch().count();
}

Bound journal_time(const std::optional<model::Instant>& time) {
    if (!time) return {};
    return journal_time(*time);
}

BoundRow journal_row(const model::JournalEntry& entry, std::int64_t command) {
    const auto number = [](const std::optional<std::int64_t>& value) {
        return value ? Bound(static_cast<long long>(*value)) : Bound();
    };
    // Part of the unique key, which treats two NULLs as different losses.
    const long long owned_since = entry.owned_since ? journal_time(*entry.owned_since) : 0;
    BoundRow row{entry.sweep,
                 journal_time(entry.at),
                 std::string(name(entry.kind)),
                 static_cast<long long>(entry.instance.value),
                 entry.from_host.text,
                 journal_time(entry.from_startup),
                 number(entry.from_process),
                 static_cast<long long>(entry.old_state),
                 owned_since,
                 static_cast<long long>(entry.releases),
                 static_cast<long long>(command),
                 std::string(name(entry.verdict)),
                 entry.reason,
                 entry.version,
                 entry.replica,
                 std::string(name(entry.receipt)),
                 journal_time(entry.receipt_at),
                 entry.taken_by ? Bound(*entry.taken_by) : Bound(),
                 entry.message};
    if (entry.zone) row.emplace_back(*entry.zone);
    return row;
}

}  // namespace dsr::store
