// SPDX-License-Identifier: Apache-2.0
// The port to the journal: decisions and actions, persisted state, operators' commands. Its tables are in
// DolphinScheduler's database. store::FailoverTransaction::record() writes entries, in the transaction of the failover
// that they describe; everything else here uses its own short transactions. Two implementations: SOCI (soci_journal)
// and the tests' fake. Called from the sweep's thread only, never while a failover transaction is open
// (std::logic_error). Throws model::Failure.
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

/// Maximum number of entries that one read returns and one purge removes.
inline constexpr std::size_t page_entries = 1000;
inline constexpr std::size_t purged_at_once = 1000;

/// Whether the journal can be written.
struct JournalState {
    bool ready = false;
    std::string why_not_ready;    ///< a sentence, when not ready: the table or column that `init-db` makes
    bool shadow_ready = false;    ///< also the table of shadow mode, which older journals lack
    std::string why_no_shadow{};  ///< the same for shadow mode, when the rest is ready
    /// Also the table of the replicas, for a registry in this database; likewise. No other daemon needs it.
    bool replicas_ready = false;
    std::string why_no_replicas{};

    /// The columns added after version 0.1.0 exist and are writable. Without them the daemon works, but does not write
    /// them, and the features that need them are off.
    bool additions_ready = false;
    std::string missing_columns{};  ///< a sentence, when they are missing and the rest is ready
    std::string zone{};             ///< name of the zone in which rows are read, for JournalEntry::zone
};

/// The journal's record of one instance.
struct InstanceHistory {
    std::vector<model::JournalEntry> entries;  ///< newest first
    std::vector<model::ControlNote> releases;  ///< of it, ascending by number; without expired and refused ones
};

using InstanceHistories = std::map<model::WorkflowInstanceId, InstanceHistory>;

/// The record of one instance; null when there is none.
inline const InstanceHistory* history_in(const InstanceHistories& histories, model::WorkflowInstanceId id) {
    const auto found = histories.find(id);
    return found == histories.end() ? nullptr : &found->second;
}

/// The journal's tables.
class JournalTables {
public:
    virtual ~JournalTables() = default;

    /// Checks that all its tables and columns exist.
    [[nodiscard]] virtual JournalState inspect() = 0;
    /// Creates what is missing. Throws Failure(permanent) without the privilege.
    virtual void create() = 0;
    /// Rewrites an existing value: succeeds only where this daemon can write.
    virtual void touch() = 0;
};

/// Who saved the state last. Replicas that use different registries would both lead.
struct StateOwner {
    std::string registry;  ///< model::RegistryView::identity
    std::string replica;
    model::Instant at;  ///< by that replica's clock
    bool operator==(const StateOwner&) const = default;
};

/// What the database is called, and by whom it was worked on last.
struct Identity {
    /// Distinguishes this database from others; a copy has the same one. Empty when it has none yet.
    std::string database;
    std::optional<StateOwner> owner;  ///< nothing when nobody has saved a state, or an older version did
};

/// What the next leader must know: the state of a daemon, and the database's identity.
class StateTable {
public:
    virtual ~StateTable() = default;

    /// The state saved last; nothing when none was saved.
    [[nodiscard]] virtual std::optional<model::PersistedState> load_state() = 0;
    virtual void save_state(const model::PersistedState& learnt, const StateOwner& owner) = 0;

    /// identify() gives a database without an identity one.
    [[nodiscard]] virtual Identity identity() = 0;
    /// Of two concurrent calls, the first one's identity is kept.
    virtual void identify(const std::string& identity, model::Instant now) = 0;
};

/// The operators' commands.
class ControlNotes {
public:
    virtual ~ControlNotes() = default;

    [[nodiscard]] virtual model::Control control() = 0;
    virtual void note(const model::ControlNote& note) = 0;
    /// The newest control notes first, at most limit.
    [[nodiscard]] virtual std::vector<model::ControlNote> notes(std::size_t limit) = 0;
    /// Releases of instances that are unbound or bound, ascending by number; none without the added columns.
    [[nodiscard]] virtual std::vector<model::ControlNote> open_releases() = 0;
    /// Writes the terms and the action of these releases, by number.
    virtual void settle_releases(std::span<const model::ControlNote> releases) = 0;
};

/// Entries of one host in one sweep with the same receipt, together.
struct RecoveryCount {
    model::MasterAddress from_host;
    model::Receipt receipt = model::Receipt::awaited;
    std::uint64_t entries = 0;
    model::Instant first_at;                   ///< when the first of them was written
    model::Instant last_at;                    ///< and the last
    std::optional<model::Instant> receipt_at;  ///< the last receipt
    model::WorkflowInstanceId first_instance;  ///< the lowest
    bool operator==(const RecoveryCount&) const = default;
};

/// What was done to rows, and how it ended.
class JournalEntries {
public:
    virtual ~JournalEntries() = default;

    /// Of these instances, those with an entry or a release in the journal.
    [[nodiscard]] virtual InstanceHistories history_of(std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Entries with a receipt `awaited` or `overdue` and number > after, ascending, at most limit.
    [[nodiscard]] virtual std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) = 0;
    /// Writes the receipts of these entries (receipt, receipt_at, taken_by, message), by number.
    virtual void confirm(std::span<const model::JournalEntry> entries) = 0;

    /// Newest first, of one instance or of all, at most limit.
    [[nodiscard]] virtual std::vector<model::JournalEntry> entries(std::optional<model::WorkflowInstanceId> instance,
                                                                   std::size_t limit) = 0;
    /// The entry with that number; nothing when there is none.
    [[nodiscard]] virtual std::optional<model::JournalEntry> entry(std::int64_t number) = 0;

    /// The entries written since then, counted; the newest sweeps first, at most `limit` counts.
    [[nodiscard]] virtual std::vector<RecoveryCount> recoveries(model::Instant since, std::size_t limit) = 0;

    /// Removes at most `most` entries written before `before` for which no receipt is awaited any more. Returns the
    /// number removed. Entries that prevent answering an unfinished row twice are kept.
    virtual std::size_t purge(model::Instant before, std::size_t most) = 0;
    /// The number of entries kept.
    [[nodiscard]] virtual std::uint64_t size() = 0;
};

/// The notes of shadow mode, in their own table, which nothing else reads.
class ShadowJournal {
public:
    virtual ~ShadowJournal() = default;

    /// Writes the entries of losses that are not noted yet, and returns those entries.
    virtual std::vector<model::ShadowEntry> note_shadow(std::span<const model::ShadowEntry> entries) = 0;
    /// Entries that are not settled, with number > after, ascending, at most limit.
    [[nodiscard]] virtual std::vector<model::ShadowEntry> unsettled_shadow(std::int64_t after, std::size_t limit) = 0;
    /// Writes the comparison of these entries (untouched_at, compared, compared_at, settled, dealt_by, message), by
    /// number.
    virtual void compare_shadow(std::span<const model::ShadowEntry> entries) = 0;
    /// The number of entries by comparison.
    [[nodiscard]] virtual model::ComparisonCounts shadow_counts() = 0;
    /// The newest first, of one instance or of all, at most limit.
    [[nodiscard]] virtual std::vector<model::ShadowEntry> shadow_entries(
        std::optional<model::WorkflowInstanceId> instance, std::size_t limit) = 0;
    /// Removes at most `most` settled entries noted before `before`. Returns the number removed.
    virtual std::size_t purge_shadow(model::Instant before, std::size_t most) = 0;
};

/// The whole port. Who needs only one part takes that.
class Journal : public JournalTables,
                public StateTable,
                public ControlNotes,
                public JournalEntries,
                public ShadowJournal {};

}  // namespace dsr::journal
