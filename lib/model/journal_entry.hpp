// SPDX-License-Identifier: Apache-2.0
// The journal's record of one failover or repair and its outcome.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// What was done to the row. The names are in the database: never rename one.
enum class EntryKind {
    failover,  ///< claimed, and given its recovery command
    repair,    ///< found claimed without a command, and given one
};
inline constexpr std::array<std::string_view, 2> entry_kind_names{"failover", "repair"};
static_assert(base::names_each<EntryKind>(entry_kind_names));
constexpr std::string_view name(EntryKind kind) {
    return entry_kind_names[static_cast<std::size_t>(kind)];
}

/// The outcome. The names are in the database: never rename one.
enum class Receipt {
    awaited,    ///< not taken up yet, within failover.confirm_within
    recovered,  ///< a living master owns it, or it ended
    overdue,    ///< not taken up after failover.confirm_within; still followed
    failed,     ///< its command is in t_ds_error_command
};
inline constexpr std::array<std::string_view, 4> receipt_names{"awaited", "recovered", "overdue", "failed"};
static_assert(base::names_each<Receipt>(receipt_names));
constexpr std::string_view name(Receipt receipt) {
    return receipt_names[static_cast<std::size_t>(receipt)];
}

/// One row of ds_reconciler_journal. (instance, from_host, owned_since, kind, releases) is unique, which prevents
/// answering one loss twice.
struct JournalEntry {
    std::int64_t number = 0;  ///< the journal's own; 0 until it is written
    std::string sweep;        ///< the sweep that wrote it: equal for all of its entries
    Instant at;               ///< our clock
    EntryKind kind = EntryKind::failover;
    WorkflowInstanceId instance;
    MasterAddress from_host;                   ///< as in the row; the text "NULL" for a repaired G1 row
    std::optional<Instant> from_startup;       ///< of the lost incarnation, when known
    std::optional<std::int64_t> from_process;  ///< the same
    int old_state = 0;                         ///< the row's state before it was claimed
    std::optional<Instant> owned_since;        ///< the row's OwnershipTime::stamped; nothing when both times are NULL
    int releases = 0;                          ///< number of operator releases of the instance until then
    std::optional<std::int64_t> command;       ///< id of the recovery command; written by the store
    Verdict verdict = Verdict::orphan;
    std::string reason;
    std::string version;  ///< of this daemon
    std::string replica;  ///< which daemon: "host pid 4711"

    Receipt receipt = Receipt::awaited;
    std::optional<Instant> receipt_at;    ///< when it was seen
    std::optional<std::string> taken_by;  ///< who took it up; nothing where the build does not record it
    std::string message;                  ///< of t_ds_error_command, or a description of how it ended

    /// Name of the zone in which owned_since was read; nothing in a journal without that column. When an entry is read,
    /// owned_since is converted: it keeps its wall time, in the present zone.
    std::optional<std::string> zone{};
    bool operator==(const JournalEntry&) const = default;
};

}  // namespace dsr::model
