// SPDX-License-Identifier: Apache-2.0
// The Journal port over Instances: entries are made when they are asked for. What a sweep over such a cluster never
// asks throws std::logic_error.
#pragma once

#include "journal/journal.hpp"
#include "simulate/instances.hpp"

namespace dsr::simulate {

class SimulatedJournal final : public journal::Journal {
public:
    /// Both outlive it.
    SimulatedJournal(Instances& instances, Meter& meter) : instances_(instances), meter_(meter) {}

    [[nodiscard]] journal::JournalState inspect() override;
    void create() override;
    [[nodiscard]] std::optional<model::PersistedState> load_state() override;
    void save_state(const model::PersistedState& learnt, const journal::StateOwner& owner) override;
    void touch() override {}
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
    std::vector<model::ShadowEntry> note_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] std::vector<model::ShadowEntry> unsettled_shadow(std::int64_t after, std::size_t limit) override;
    void compare_shadow(std::span<const model::ShadowEntry> entries) override;
    [[nodiscard]] model::ComparisonCounts shadow_counts() override;
    [[nodiscard]] std::vector<model::ShadowEntry> shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                                 std::size_t limit) override;
    std::size_t purge_shadow(model::Instant before, std::size_t most) override;

private:
    Instances& instances_;
    Meter& meter_;
};

}  // namespace dsr::simulate
