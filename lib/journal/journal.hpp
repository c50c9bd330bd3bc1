// SPDX-License-Identifier: Apache-2.0
// The port to the journal: what was decided and done, what was learnt, what people told. Its tables stand in
// DolphinScheduler's database. Entries are written by store::FailoverTransaction::record(), in the transaction of what
// they describe; everything else here is in short transactions of its own. Two implementations: SOCI (soci_journal) and
// the tests' fake. Called from the sweep's thread only, never while a failover transaction is open (std::logic_error).
// Throws model::Failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/control.hpp"
#include "model/ids.hpp"
#include "model/journal_entry.hpp"
#include "model/persisted_state.hpp"
#include "model/shadow_entry.hpp"

namespace dsr::journal {

/// Entries that one look takes, and entries that one purge removes.
inline constexpr std::size_t page_entries = 1000;
inline constexpr std::size_t purged_at_once = 1000;

/// Whether the journal can be written.
struct JournalState {
    bool ready = false;
    std::string why_not_ready;    ///< a sentence, when not ready: which table or column, and that `init-db` makes it
    bool shadow_ready = false;    ///< and what only shadow mode needs: a journal made before it was known lacks that
    std::string why_no_shadow{};  ///< the same of that, when the rest is ready

    /// The columns that came after version 0.1.0 are there and may be written. Without them the daemon works on, and
    /// what needs them is off: nothing is written to them.
    bool additions_ready = false;
    std::string missing_columns{};  ///< a sentence, when they are not and the rest is ready
    std::string zone{};             ///< name of the zone in which rows are read, for JournalEntry::zone
};

/// What the journal knows of one instance.
struct InstanceHistory {
    std::vector<model::JournalEntry> entries;  ///< the newest first
    std::vector<model::ControlNote> releases;  ///< of it, ascending by number; not those that expired or were refused
};

class Journal {
public:
    virtual ~Journal() = default;

    /// Looks whether all its tables and columns are there.
    [[nodiscard]] virtual JournalState inspect() = 0;
    /// Makes what is not there yet. Throws Failure(permanent) without the right to.
    virtual void create() = 0;

    /// What was last remembered; nothing when nothing was.
    [[nodiscard]] virtual std::optional<model::PersistedState> load_state() = 0;
    virtual void save_state(const model::PersistedState& learnt, model::Instant now) = 0;

    /// Writes what stands there already: succeeds only where this daemon can write.
    virtual void touch() = 0;
    /// What this database was once called, to tell it from others; a copy of it has the same. Empty when it was never
    /// called anything: then identify() does.
    [[nodiscard]] virtual std::string identity() = 0;
    /// Of two that do so at once the first one's name stays.
    virtual void identify(const std::string& identity, model::Instant now) = 0;

    [[nodiscard]] virtual model::Control control() = 0;
    virtual void note(const model::ControlNote& note) = 0;

    /// Of these instances, those that the journal knows something of.
    [[nodiscard]] virtual std::map<model::WorkflowInstanceId, InstanceHistory> history_of(
        std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Entries with a receipt `awaited` or `overdue` and number > after, ascending, at most limit.
    [[nodiscard]] virtual std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) = 0;
    /// Writes the receipts of these entries (receipt, receipt_at, taken_by, message), by number.
    virtual void confirm(std::span<const model::JournalEntry> entries) = 0;

    /// The newest entries first, of one instance or of all, at most limit.
    [[nodiscard]] virtual std::vector<model::JournalEntry> entries(std::optional<model::WorkflowInstanceId> instance,
                                                                   std::size_t limit) = 0;
    /// The newest control notes first, at most limit.
    [[nodiscard]] virtual std::vector<model::ControlNote> notes(std::size_t limit) = 0;
    /// The entry of that number; nothing when there is none.
    [[nodiscard]] virtual std::optional<model::JournalEntry> entry(std::int64_t number) = 0;
    /// Releases of instances that are unbound or bound, ascending by number; none without the added columns.
    [[nodiscard]] virtual std::vector<model::ControlNote> open_releases() = 0;
    /// Writes the terms and the action of these releases, by number.
    virtual void settle_releases(std::span<const model::ControlNote> releases) = 0;

    /// Removes at most `most` entries written before `before` that nothing is awaited of any more, and returns how
    /// many. What keeps an unfinished row from being answered twice stays.
    virtual std::size_t purge(model::Instant before, std::size_t most) = 0;
    /// How many entries it keeps.
    [[nodiscard]] virtual std::uint64_t size() = 0;

    // What shadow mode would have done stands in a table of its own, where nothing above sees it.

    /// Writes the entries of losses that are not noted yet, and returns those.
    virtual std::vector<model::ShadowEntry> note_shadow(std::span<const model::ShadowEntry> entries) = 0;
    /// Entries that are not settled, with number > after, ascending, at most limit.
    [[nodiscard]] virtual std::vector<model::ShadowEntry> unsettled_shadow(std::int64_t after, std::size_t limit) = 0;
    /// Writes how these entries compare (untouched_at, compared, compared_at, settled, dealt_by, message), by number.
    virtual void compare_shadow(std::span<const model::ShadowEntry> entries) = 0;
    /// How many entries compare how.
    [[nodiscard]] virtual model::ComparisonCounts shadow_counts() = 0;
    /// The newest first, of one instance or of all, at most limit.
    [[nodiscard]] virtual std::vector<model::ShadowEntry> shadow_entries(
        std::optional<model::WorkflowInstanceId> instance, std::size_t limit) = 0;
    /// Removes at most `most` settled entries noted before `before`, and returns how many.
    virtual std::size_t purge_shadow(model::Instant before, std::size_t most) = 0;
};

}  // namespace dsr::journal
