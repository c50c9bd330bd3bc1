// SPDX-License-Identifier: Apache-2.0
// Journal on the tables ds_reconciler_journal, ds_reconciler_control, ds_reconciler_memory and ds_reconciler_shadow,
// beside DolphinScheduler's own tables in its database.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "journal/journal.hpp"
#include "journal/journal_sql.hpp"
#include "store/soci_store.hpp"
#include "store/statement.hpp"

namespace dsr::journal {

/// The SQL that creates the journal's tables, for the operator: statements that end in a semicolon. Each may be run
/// again.
std::string create_statements(store::DatabaseKind kind);

/// Uses the store's own connection, and must not outlive the store. Same thread.
class SociJournal : public Journal {
public:
    explicit SociJournal(store::SociStore& store);

    [[nodiscard]] JournalState inspect() override;
    void create() override;
    [[nodiscard]] std::optional<model::PersistedState> load_state() override;
    void save_state(const model::PersistedState& learnt, model::Instant now) override;
    void touch() override;
    [[nodiscard]] std::string identity() override;
    void identify(const std::string& identity, model::Instant now) override;
    [[nodiscard]] model::Control control() override;
    void note(const model::ControlNote& note) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, InstanceHistory> history_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) override;
    void confirm(std::span<const model::JournalEntry> entries) override;
    [[nodiscard]] std::vector<model::JournalEntry> entries(std::optional<model::WorkflowInstanceId> instance,
                                                           std::size_t limit) override;
    [[nodiscard]] std::vector<model::ControlNote> notes(std::size_t limit) override;
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t number) override;
    [[nodiscard]] std::vector<model::ControlNote> open_releases() override;
    void settle_releases(std::span<const model::ControlNote> releases) override;
    std::size_t purge(model::Instant before, std::size_t most) override;
    [[nodiscard]] std::uint64_t size() override;

    [[nodiscard]] std::vector<model::ShadowEntry> note_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] std::vector<model::ShadowEntry> unsettled_shadow(std::int64_t after, std::size_t limit) override;
    void compare_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] model::ComparisonCounts shadow_counts() override;
    [[nodiscard]] std::vector<model::ShadowEntry> shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                                 std::size_t limit) override;
    std::size_t purge_shadow(model::Instant before, std::size_t most) override;

private:
    using Catalog = std::map<std::string, std::set<std::string>>;

    /// Runs `work` in its own transaction and commits it.
    template <typename Work>
    auto write(std::string_view doing, Work&& work) {
        store::SociSession& session = store_.session();
        const long long rows = session.run(doing, [&](soci::session& connection) {
            for (const std::string& statement : session.dialect().begin_failover) connection << statement;
            return work(connection, session.dialect());
        });
        session.run(
            doing, [](soci::session& connection) { connection << "commit"; }, store::Phase::commit);
        return rows;
    }
    /// The columns of each journal table.
    Catalog catalog();
    /// Problems of format and privileges, as half a sentence; empty when there are none.
    std::string unusable();
    /// Missing privileges for `probes`, likewise; `what` completes "has ... that this user cannot write".
    std::string unwritable(const std::vector<std::string>& probes, const std::string& what);
    /// The statements for the existing columns. Reads the catalog if that was not done yet.
    const JournalSql& sql();
    void know_columns(const Catalog& there);
    /// Runs the statement for at most receipts_at_once rows at a time, in one transaction.
    void write_rows(std::string_view doing, const std::string& statement_text, std::span<const store::BoundRow> rows);

    store::SociStore& store_;
    JournalSql sql_;
    std::optional<bool> added_;  ///< whether the tables have the added columns; nothing before the first look
};

}  // namespace dsr::journal
