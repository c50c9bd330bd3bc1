// SPDX-License-Identifier: Apache-2.0
// The journal in memory, on the same FakeTables as FakeWorkflowStore, whose transactions write its entries. The same
// contract suite runs on it and on the real one (tests/contract/journal_contract.cpp). Thread: as FakeWorkflowStore.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "fakes/fake_workflow_store.hpp"
#include "journal/journal.hpp"

namespace dsr::fakes {

enum class JournalOperation {
    inspect,
    create,
    load_state,
    save_state,
    touch,
    identity,
    identify,
    control,
    note,
    history_of,
    unconfirmed,
    confirm,
    entries,
    notes,
    entry,
    open_releases,
    settle_releases,
    recoveries,
    purge,
    size,
    note_shadow,
    unsettled_shadow,
    compare_shadow,
    shadow_counts,
    shadow_entries,
    purge_shadow,
};

class FakeJournal final : public journal::Journal {
public:
    /// Beside `store`, a client of the same tables whose open transaction keeps this one out; without one nothing does.
    explicit FakeJournal(std::shared_ptr<FakeTables> tables, const FakeWorkflowStore* store = nullptr)
        : tables_(std::move(tables)), store_(store) {}

    /// Called around each operation, as FakeWorkflowStore::hook.
    std::function<void(JournalOperation, StoreMoment)> hook;
    /// When not empty: the database is out of reach, for this reason.
    std::string out_of_reach;
    /// When not empty: nobody may make the tables, for this reason.
    std::string may_not_create;

    [[nodiscard]] journal::JournalState inspect() override;
    void create() override;
    [[nodiscard]] std::optional<model::PersistedState> load_state() override;
    void save_state(const model::PersistedState& learnt, const journal::StateOwner& owner) override;
    void touch() override;
    [[nodiscard]] journal::Identity identity() override;
    void identify(const std::string& identity, model::Instant now) override;
    [[nodiscard]] model::Control control() override;
    void note(const model::ControlNote& note) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, journal::InstanceHistory> history_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::JournalEntry> unconfirmed(std::int64_t after, std::size_t limit) override;
    void confirm(std::span<const model::JournalEntry> entries) override;
    [[nodiscard]] std::vector<model::JournalEntry> entries(std::optional<model::WorkflowInstanceId> instance,
                                                           std::size_t limit) override;
    [[nodiscard]] std::vector<model::ControlNote> notes(std::size_t limit) override;
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t number) override;
    [[nodiscard]] std::vector<model::ControlNote> open_releases() override;
    void settle_releases(std::span<const model::ControlNote> releases) override;
    [[nodiscard]] std::vector<journal::RecoveryCount> recoveries(model::Instant since, std::size_t limit) override;
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
    template <typename Work>
    auto step(JournalOperation operation, Work&& work);
    /// The tables, which must be there.
    [[nodiscard]] FakeJournalTables& tables() const;
    [[nodiscard]] std::vector<model::ShadowEntry>& shadow() const;
    /// As it is read in the zone of now.
    [[nodiscard]] model::JournalEntry shown(model::JournalEntry entry) const;

    std::shared_ptr<FakeTables> tables_;
    const FakeWorkflowStore* store_;
};

}  // namespace dsr::fakes
