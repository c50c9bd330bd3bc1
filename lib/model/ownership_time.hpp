// SPDX-License-Identifier: Apache-2.0
// When a row's ownership by the host that it names began. Kept as a range, because columns of whole seconds are
// imprecise.
//
// The writer of a column decides whether it counts (docs/dolphinscheduler-protocol.md, section 6.3). Up to 3.2 only the
// master that takes a row up writes start_time and restart_time; state_history is also written by the API server (STOP,
// PAUSE), by the parent's master and by serial priority. There the later of the first two decides. In 3.3 and later the
// JVM that triggers a run writes the first two, and the master that takes it up writes state_history. There the latest
// of the three decides.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/instant.hpp"
#include "model/schema_facts.hpp"
#include "model/zone.hpp"

namespace dsr::model {

/// The range in which the row's present ownership began.
struct OwnershipTime {
    enum class Form {
        known,       ///< earliest and latest are valid
        absent,      ///< the row carries no time (all NULL)
        unreadable,  ///< a text that does not parse, or a wall time within a clock change
    };
    Form form = Form::absent;
    Instant earliest;
    Instant latest;
    /// The later of start_time and restart_time alone, which only a trigger or a take-up changes, never a change of
    /// state. Nothing when both are NULL.
    std::optional<Instant> stamped;
    std::string text;  ///< the unreadable text
    /// The latest time that the last entry of state_history can mean; nothing when there is none.
    std::optional<Instant> changed{};

    /// The latest time in the row; nothing when none can be read.
    [[nodiscard]] std::optional<Instant> last_change() const {
        if (form != Form::known) return changed;
        return changed ? std::max(latest, *changed) : latest;
    }
    bool operator==(const OwnershipTime&) const = default;
};

/// The three columns as read (NULL = nothing). state_history is DolphinScheduler's JSON list
/// [{"time":"2026-11-22 22:12:32","state":...,"desc":...}], whole seconds, JVM zone (3.1 and later).
struct OwnershipColumns {
    std::optional<std::string> start_time;
    std::optional<std::string> restart_time;
    std::optional<std::string> state_history;
};

/// Whether the database's time columns keep fractions of a second (PostgreSQL, SQLite) or round to whole seconds
/// (MySQL).
enum class ColumnPrecision { microseconds, seconds };

/// Times are cut to milliseconds. Tolerance: one second on second-precision columns and on state_history, none on
/// microseconds. Pure; any thread.
OwnershipTime ownership_time(const OwnershipColumns& columns, ColumnPrecision precision, const Zone& zone,
                             Generation generation);

/// A stamp as a master keeps it, in milliseconds, and whether two stamps are equal to a master. A master cuts a finer
/// time that SQL wrote, and an entry of version 0.1.0 may carry the full time.
std::optional<Instant> cut_stamp(const std::optional<Instant>& stamp);
bool same_stamp(const std::optional<Instant>& one, const std::optional<Instant>& other);

/// The names are visible to users: never rename one.
enum class OwnershipColumn { start_time, restart_time, state_history };
inline constexpr std::array<std::string_view, 3> ownership_column_names{"start_time", "restart_time", "state_history"};
static_assert(base::names_each<OwnershipColumn>(ownership_column_names));
constexpr std::string_view name(OwnershipColumn column) {
    return ownership_column_names[static_cast<std::size_t>(column)];
}

/// The time in each column, by OwnershipColumn; for state_history the time of its last entry. Nothing where there is
/// none, or where it has no unique instant in the zone.
std::array<std::optional<Instant>, ownership_column_names.size()> written_times(const OwnershipColumns& columns,
                                                                                const Zone& zone);

/// The column that sets the latest end of ownership_time(); of equal times, the later column of the three. Nothing
/// unless it is known.
std::optional<OwnershipColumn> deciding_column(const OwnershipColumns& columns, ColumnPrecision precision,
                                               const Zone& zone, Generation generation);

}  // namespace dsr::model
