// SPDX-License-Identifier: Apache-2.0
#include "simulate/journal.hpp"

#include <stdexcept>

namespace dsr::simulate {

using namespace model;

journal::JournalState SimulatedJournal::inspect() {
    meter_.read(1);
    return {true, "", true};
}

std::optional<PersistedState> SimulatedJournal::load_state() {
    meter_.read(1);
    return std::nullopt;
}

void SimulatedJournal::save_state(const PersistedState&, const journal::StateOwner&) {
    meter_.read(1);
}

journal::Identity SimulatedJournal::identity() {
    meter_.read(1);
    return {"simulated", std::nullopt};
}

void SimulatedJournal::identify(const std::string&, Instant) {
    throw std::logic_error("the simulated journal has an identity");
}

Control SimulatedJournal::control() {
    meter_.read(1);
    return {};
}

std::map<WorkflowInstanceId, journal::InstanceHistory> SimulatedJournal::history_of(
    std::span<const WorkflowInstanceId> ids) {
    meter_.read(1);
    std::map<WorkflowInstanceId, journal::InstanceHistory> histories;
    for (const auto id : ids) {
        if (auto entry = instances_.entry(id.value)) histories[id].entries.push_back(std::move(*entry));
    }
    if (!histories.empty()) meter_.read(2);
    return histories;
}

std::vector<JournalEntry> SimulatedJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    std::vector<JournalEntry> entries;
    const auto& batches = instances_.batches();
    for (std::size_t i = 0; i < batches.size() && entries.size() < limit; ++i) {
        for (std::size_t offset = 0; offset < batches[i].rows() && entries.size() < limit; ++offset) {
            const bool asked_for = batches[i].number + static_cast<std::int64_t>(offset) > after;
            if (asked_for && !batches[i].confirmed[offset]) entries.push_back(instances_.entry(i, offset));
        }
    }
    meter_.read(1, entries.size());
    return entries;
}

void SimulatedJournal::confirm(std::span<const JournalEntry> entries) {
    meter_.read(1, entries.size());
    for (const auto& entry : entries) {
        if (entry.receipt == Receipt::recovered) instances_.confirm(entry.number);
    }
}

std::uint64_t SimulatedJournal::size() {
    const auto& batches = instances_.batches();
    meter_.read(1);
    return batches.empty() ? 0 : static_cast<std::uint64_t>(batches.back().number) + batches.back().rows() - 1;
}

std::vector<journal::RecoveryCount> SimulatedJournal::recoveries(Instant, std::size_t) {
    not_simulated("the timeline");
}

std::size_t SimulatedJournal::purge(Instant, std::size_t) {
    meter_.read(1);
    return 0;
}

void SimulatedJournal::create() {
    not_simulated("making the journal");
}
void SimulatedJournal::note(const ControlNote&) {
    not_simulated("steering");
}
std::vector<JournalEntry> SimulatedJournal::entries(std::optional<WorkflowInstanceId> instance, std::size_t) {
    meter_.read(1, 1);
    std::vector<JournalEntry> found;
    if (instance) {
        if (auto entry = instances_.entry(instance->value)) found.push_back(std::move(*entry));
    } else if (const auto& batches = instances_.batches(); !batches.empty()) {
        found.push_back(instances_.entry(batches.size() - 1, batches.back().rows() - 1));
    }
    return found;
}
std::vector<ControlNote> SimulatedJournal::notes(std::size_t) {
    not_simulated("history");
}
std::optional<JournalEntry> SimulatedJournal::entry(std::int64_t number) {
    meter_.read(1, 1);
    const auto& batches = instances_.batches();
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const auto offset = number - batches[i].number;
        if (offset >= 0 && static_cast<std::size_t>(offset) < batches[i].rows())
            return instances_.entry(i, static_cast<std::size_t>(offset));
    }
    return std::nullopt;
}
std::vector<ControlNote> SimulatedJournal::open_releases() {
    return {};
}
void SimulatedJournal::settle_releases(std::span<const ControlNote>) {}
std::vector<ShadowEntry> SimulatedJournal::note_shadow(std::span<const ShadowEntry>) {
    not_simulated("shadow mode");
}
std::vector<ShadowEntry> SimulatedJournal::unsettled_shadow(std::int64_t, std::size_t) {
    not_simulated("shadow mode");
}
void SimulatedJournal::compare_shadow(std::span<const ShadowEntry>) {
    not_simulated("shadow mode");
}
ComparisonCounts SimulatedJournal::shadow_counts() {
    not_simulated("shadow mode");
}
std::vector<ShadowEntry> SimulatedJournal::shadow_entries(std::optional<WorkflowInstanceId>, std::size_t) {
    not_simulated("shadow mode");
}
std::size_t SimulatedJournal::purge_shadow(Instant, std::size_t) {
    not_simulated("shadow mode");
}

}  // namespace dsr::simulate
