// SPDX-License-Identifier: Apache-2.0
// Journal on the tables ds_reconciler_journal, ds_reconciler_control, ds_reconciler_memory and ds_reconciler_shadow,
// beside DolphinScheduler's own tables in its database.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"
#include "journal/journal_inspection.hpp"
#include "journal/journal_sql.hpp"
#include "store/sql/soci_store.hpp"
#include "store/sql/statement.hpp"

namespace dsr::journal {

/// Uses the store's own connection, and must not outlive the store. Same thread.
class SociJournal : public Journal {
public:
    explicit SociJournal(store::SociStore& store);

    [[nodiscard]] JournalState inspect() override;
    void create() override;
    [[nodiscard]] std::optional<model::PersistedState> load_state() override;
    void save_state(const model::PersistedState& learnt, const StateOwner& owner) override;
    void touch() override;
    [[nodiscard]] Identity identity() override;
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
    [[nodiscard]] std::vector<RecoveryCount> recoveries(model::Instant since, std::size_t limit) override;
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
    using Statement = store::Statement;

    /// Runs work(statement) on one statement of that text.
    template <typename Work>
    auto ask(std::string_view doing, const std::string& text, Work&& work) {
        store::SociSession& session = store_.session();
        return session.run(doing, [&](soci::session& connection) {
            Statement statement(connection, session.dialect(), text);
            return work(statement);
        });
    }
    /// Runs one statement in its own transaction, after bind(statement). Returns the number of rows touched.
    template <typename Bind>
    long long write(std::string_view doing, const std::string& text, Bind&& bind) {
        store::SociSession& session = store_.session();
        long long rows = 0;
        session.write(doing, doing, [&](soci::session& connection) {
            Statement statement(connection, session.dialect(), text);
            bind(statement);
            statement.run();
            rows = statement.affected_rows();
        });
        return rows;
    }
    /// Runs the statement for at most rows_at_once rows at a time, in one transaction.
    void write_rows(std::string_view doing, const std::string& text, std::span<const store::BoundRow> rows);
    /// Runs work(statement) on the statement with at most ids_at_once of these ids at a time.
    template <typename Work>
    void ask_by_ids(std::string_view doing, const std::string& text, std::span<const long long> ids, Work&& work) {
        for (std::size_t begin = 0; begin < ids.size(); begin += ids_at_once) {
            const auto piece = ids.subspan(begin, std::min(ids_at_once, ids.size() - begin));
            ask(doing, text, [&](Statement& statement) { work(statement.use_ids(piece)); });
        }
    }

    [[nodiscard]] const model::Zone& zone() const { return store_.session().settings().zone; }
    /// Those of the ids that may have a record. Most have none, and a list of them costs the database more than a
    /// range. All, where the range holds more records than there are ids.
    std::vector<long long> recorded_among(std::vector<long long> ids);
    /// The statements for the existing columns. Reads the catalog if that was not done yet.
    const JournalSql& sql();
    void know_columns(const JournalCatalog& there);

    // MySQL's client writes every value into the statement's text, whose length the server limits.
    static constexpr std::size_t rows_at_once = 500;
    static constexpr std::size_t ids_at_once = 5000;

    store::SociStore& store_;
    JournalSql sql_;
    std::string timeline_saved_;  ///< the text of the timeline as this journal last read or wrote it
    std::optional<bool> added_;   ///< whether the tables have the added columns; nothing before the first look
};

}  // namespace dsr::journal
