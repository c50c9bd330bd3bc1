// SPDX-License-Identifier: Apache-2.0
#include "fakes/fake_journal.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <type_traits>

#include "journal/journal_reading.hpp"
#include "model/failure.hpp"
#include "model/instance_states.hpp"
#include "model/ownership_time.hpp"

namespace dsr::fakes {

using model::ControlAction;
using model::ErrorKind;
using model::Failure;
using model::Receipt;

template <typename Work>
auto FakeJournal::step(JournalOperation operation, Work&& work) {
    if (store_ != nullptr && store_->transaction_open()) {
        throw std::logic_error("the journal was used while a failover transaction was open");
    }
    if (hook) hook(operation, StoreMoment::before);
    if (!out_of_reach.empty()) throw Failure(ErrorKind::retry, out_of_reach);
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        if (hook) hook(operation, StoreMoment::after);
    } else {
        auto result = work();
        if (hook) hook(operation, StoreMoment::after);
        return result;
    }
}

FakeJournalTables& FakeJournal::tables() const {
    if (!tables_->journal.exist) throw Failure(ErrorKind::permanent, "there is no table ds_reconciler_journal");
    return tables_->journal;
}

std::vector<model::ShadowEntry>& FakeJournal::shadow() const {
    if (!tables().shadow_exists) throw Failure(ErrorKind::permanent, "there is no table ds_reconciler_shadow");
    return tables().shadow;
}

journal::JournalState FakeJournal::inspect() {
    return step(JournalOperation::inspect, [&]() -> journal::JournalState {
        if (!tables_->journal.exist)
            return {false, "the database has no table ds_reconciler_journal; `ds-reconcilerd init-db` creates it"};
        journal::JournalState state{true, ""};
        state.zone = tables_->zone.name();
        state.shadow_ready = tables_->journal.shadow_exists;
        if (!state.shadow_ready)
            state.why_no_shadow = "the database has no table ds_reconciler_shadow; `ds-reconcilerd init-db` creates it";
        state.replicas_ready = true;
        state.additions_ready = tables_->journal.additions_exist;
        if (!state.additions_ready)
            state.missing_columns =
                "the database has no column ds_reconciler_journal.zone; `ds-reconcilerd init-db` creates it";
        return state;
    });
}

void FakeJournal::create() {
    step(JournalOperation::create, [&] {
        const bool whole = tables_->journal.exist && tables_->journal.shadow_exists && tables_->journal.additions_exist;
        if (!whole && !may_not_create.empty()) throw Failure(ErrorKind::permanent, may_not_create);
        tables_->journal.exist = tables_->journal.shadow_exists = tables_->journal.additions_exist = true;
    });
}

std::optional<model::PersistedState> FakeJournal::load_state() {
    return step(JournalOperation::load_state, [&] {
        auto persisted = tables().persisted;
        if (persisted && tables().persisted_zone != tables_->zone.name()) persisted->zone = {};
        return persisted;
    });
}

void FakeJournal::save_state(const model::PersistedState& learnt, const journal::StateOwner& owner) {
    step(JournalOperation::save_state, [&] {
        tables().persisted = learnt;
        tables().owner = owner;
        tables().persisted_zone = tables_->zone.name();
    });
}

void FakeJournal::touch() {
    step(JournalOperation::touch, [&] { (void)tables(); });
}

journal::Identity FakeJournal::identity() {
    return step(JournalOperation::identity, [&] { return journal::Identity{tables().identity, tables().owner}; });
}

void FakeJournal::identify(const std::string& identity, model::Instant) {
    step(JournalOperation::identify, [&] {
        if (tables().identity.empty()) tables().identity = identity;
    });
}

model::Control FakeJournal::control() {
    return step(JournalOperation::control, [&] {
        model::Control control;
        for (const auto& note : tables().notes) {
            if (note.action == ControlAction::pause) control.pause = note;
            if (note.action == ControlAction::resume) control.pause.reset();
            if (note.action == ControlAction::release_mass_loss) control.mass_loss_release = note.at;
            if (note.action == ControlAction::release_cluster) control.cluster_release = note;
            if (note.action == ControlAction::release_database) control.database_release = note.at;
            if (note.action == ControlAction::release_clock) control.clock_release = note.at;
        }
        return control;
    });
}

void FakeJournal::note(const model::ControlNote& note) {
    step(JournalOperation::note, [&] {
        auto& notes = tables().notes;
        notes.push_back(note);
        notes.back().number = ++tables().last_note;
        const bool termed = note.action == ControlAction::release && tables().additions_exist;
        notes.back().terms =
            termed ? std::optional(model::ReleaseTerms{.state = note.terms.value_or(model::ReleaseTerms{}).state})
                   : std::nullopt;
    });
}

std::map<model::WorkflowInstanceId, journal::InstanceHistory> FakeJournal::history_of(
    std::span<const model::WorkflowInstanceId> ids) {
    return step(JournalOperation::history_of, [&] {
        std::map<model::WorkflowInstanceId, journal::InstanceHistory> histories;
        const auto wanted = [&](model::WorkflowInstanceId id) { return std::ranges::find(ids, id) != ids.end(); };
        for (const auto& entry : tables().entries | std::views::reverse) {
            if (wanted(entry.instance)) histories[entry.instance].entries.push_back(shown(entry));
        }
        for (const auto& note : tables().notes) {
            const bool used = note.action == ControlAction::ended_release && note.terms &&
                              note.terms->state == model::ReleaseState::used;
            if ((note.action != ControlAction::release && !used) || !note.instance || !wanted(*note.instance)) continue;
            histories[*note.instance].releases.push_back(note);
        }
        return histories;
    });
}

std::vector<model::JournalEntry> FakeJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    return step(JournalOperation::unconfirmed, [&] {
        std::vector<model::JournalEntry> found;
        for (const auto& entry : tables().entries) {
            if (found.size() == limit) break;
            const bool open = entry.receipt == Receipt::awaited || entry.receipt == Receipt::overdue;
            if (open && entry.number > after) found.push_back(shown(entry));
        }
        return found;
    });
}

void FakeJournal::confirm(std::span<const model::JournalEntry> confirmed) {
    step(JournalOperation::confirm, [&] {
        for (const auto& entry : confirmed) {
            const auto found = std::ranges::find(tables().entries, entry.number, &model::JournalEntry::number);
            if (found == tables().entries.end()) continue;
            found->receipt = entry.receipt;
            found->receipt_at = entry.receipt_at;
            found->taken_by = entry.taken_by;
            found->message = entry.message;
        }
    });
}

std::vector<model::JournalEntry> FakeJournal::entries(std::optional<model::WorkflowInstanceId> instance,
                                                      std::size_t limit) {
    return step(JournalOperation::entries, [&] {
        std::vector<model::JournalEntry> found;
        for (const auto& entry : tables().entries | std::views::reverse) {
            if (found.size() == limit) break;
            if (!instance || entry.instance == *instance) found.push_back(shown(entry));
        }
        return found;
    });
}

std::vector<model::ControlNote> FakeJournal::notes(std::size_t limit) {
    return step(JournalOperation::notes, [&] {
        std::vector<model::ControlNote> found;
        for (const auto& note : tables().notes | std::views::reverse) {
            if (found.size() == limit) break;
            found.push_back(note);
        }
        return found;
    });
}

std::optional<model::JournalEntry> FakeJournal::entry(std::int64_t number) {
    return step(JournalOperation::entry, [&]() -> std::optional<model::JournalEntry> {
        const auto found = std::ranges::find(tables().entries, number, &model::JournalEntry::number);
        return found == tables().entries.end() ? std::nullopt : std::optional(shown(*found));
    });
}

std::vector<model::ControlNote> FakeJournal::open_releases() {
    return step(JournalOperation::open_releases, [&] {
        std::vector<model::ControlNote> found;
        for (const auto& note : tables().notes) {
            const bool open = note.terms && (note.terms->state == model::ReleaseState::unbound ||
                                             note.terms->state == model::ReleaseState::bound);
            if (open && note.action == ControlAction::release) found.push_back(note);
        }
        return found;
    });
}

void FakeJournal::settle_releases(std::span<const model::ControlNote> releases) {
    step(JournalOperation::settle_releases, [&] {
        for (const auto& note : releases) {
            const auto found = std::ranges::find(tables().notes, note.number, &model::ControlNote::number);
            if (found == tables().notes.end() || !tables().additions_exist) continue;
            found->action = note.action;
            found->terms = note.terms;
        }
    });
}

model::JournalEntry FakeJournal::shown(model::JournalEntry entry) const {
    journal::bring_into(tables_->zone, entry);
    return entry;
}

std::vector<journal::RecoveryCount> FakeJournal::recoveries(model::Instant since, std::size_t limit) {
    return step(JournalOperation::recoveries, [&] {
        std::vector<journal::RecoveryCount> counts;
        std::vector<std::string> sweeps;
        for (const auto& entry : tables().entries | std::views::reverse) {
            if (entry.at < since) continue;
            std::size_t at = 0;
            while (at < counts.size() && (sweeps[at] != entry.sweep || counts[at].from_host != entry.from_host ||
                                          counts[at].receipt != entry.receipt))
                ++at;
            if (at == counts.size()) {
                counts.push_back({entry.from_host, entry.receipt, 0, entry.at, entry.at, {}, entry.instance});
                sweeps.push_back(entry.sweep);
            }
            auto& count = counts[at];
            ++count.entries;
            count.first_at = std::min(count.first_at, entry.at);
            count.last_at = std::max(count.last_at, entry.at);
            count.receipt_at = std::max(count.receipt_at, entry.receipt_at);
            count.first_instance = std::min(count.first_instance, entry.instance);
        }
        if (counts.size() > limit) counts.resize(limit);
        return counts;
    });
}

std::size_t FakeJournal::purge(model::Instant before, std::size_t most) {
    return step(JournalOperation::purge, [&] {
        std::size_t removed = 0;
        const auto final_states = model::final_states(tables_->facts.generation);
        std::erase_if(tables().entries, [&](const model::JournalEntry& entry) {
            const bool settled = entry.receipt == Receipt::recovered || entry.receipt == Receipt::failed;
            if (removed == most || entry.at >= before || !settled) return false;
            const auto instance = tables_->instances.find(entry.instance.value);
            if (instance != tables_->instances.end()) {
                const auto state = instance->second.row.state;
                if (!state || std::ranges::find(final_states, *state) == final_states.end()) return false;
            }
            ++removed;
            return true;
        });
        return removed;
    });
}

std::uint64_t FakeJournal::size() {
    return step(JournalOperation::size, [&] { return static_cast<std::uint64_t>(tables().entries.size()); });
}

std::vector<model::ShadowEntry> FakeJournal::note_shadow(std::span<const model::ShadowEntry> entries) {
    return step(JournalOperation::note_shadow, [&] {
        std::vector<model::ShadowEntry> fresh;
        for (const auto& entry : entries) {
            const bool noted = std::ranges::any_of(shadow(), [&](const model::ShadowEntry& other) {
                return other.instance == entry.instance && other.from_host == entry.from_host &&
                       model::same_stamp(other.owned_since, entry.owned_since) && other.kind == entry.kind;
            });
            if (noted) continue;
            fresh.push_back(entry);
            shadow().push_back(entry);
            shadow().back().number = ++tables().last_shadow;
        }
        return fresh;
    });
}

std::vector<model::ShadowEntry> FakeJournal::unsettled_shadow(std::int64_t after, std::size_t limit) {
    return step(JournalOperation::unsettled_shadow, [&] {
        std::vector<model::ShadowEntry> found;
        for (const auto& entry : shadow()) {
            if (found.size() == limit) break;
            if (!entry.settled && entry.number > after) found.push_back(entry);
        }
        return found;
    });
}

void FakeJournal::compare_shadow(std::span<const model::ShadowEntry> entries) {
    step(JournalOperation::compare_shadow, [&] {
        for (const auto& entry : entries) {
            const auto found = std::ranges::find(shadow(), entry.number, &model::ShadowEntry::number);
            if (found == shadow().end()) continue;
            found->untouched_at = entry.untouched_at;
            found->compared = entry.compared;
            found->compared_at = entry.compared_at;
            found->settled = entry.settled;
            found->dealt_by = entry.dealt_by;
            found->message = entry.message;
        }
    });
}

model::ComparisonCounts FakeJournal::shadow_counts() {
    return step(JournalOperation::shadow_counts, [&] {
        model::ComparisonCounts counts{};
        for (const auto& entry : shadow()) ++counts[static_cast<std::size_t>(entry.compared)];
        return counts;
    });
}

std::vector<model::ShadowEntry> FakeJournal::shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                            std::size_t limit) {
    return step(JournalOperation::shadow_entries, [&] {
        std::vector<model::ShadowEntry> found;
        for (const auto& entry : shadow() | std::views::reverse) {
            if (found.size() == limit) break;
            if (!instance || entry.instance == *instance) found.push_back(entry);
        }
        return found;
    });
}

std::size_t FakeJournal::purge_shadow(model::Instant before, std::size_t most) {
    return step(JournalOperation::purge_shadow, [&] {
        std::size_t removed = 0;
        std::erase_if(shadow(), [&](const model::ShadowEntry& entry) {
            if (removed == most || entry.at >= before || !entry.settled) return false;
            ++removed;
            return true;
        });
        return removed;
    });
}

}  // namespace dsr::fakes
