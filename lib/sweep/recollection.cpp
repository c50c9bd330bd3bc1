// SPDX-License-Identifier: Apache-2.0
#include "sweep/recollection.hpp"

#include <algorithm>

#include "model/failure.hpp"
#include "plan/worker_sightings.hpp"
#include "plan/zone_proof.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr std::chrono::hours purge_every{1};

void take_up(const Remembered& learnt, Memory& memory) {
    memory.zone = plan::merged(std::move(memory.zone), learnt.zone);
    memory.canary = learnt.canary;
    // The leader's word counts, and only the leader writes it.
    const auto release = std::max(memory.cluster.release, learnt.cluster.release);
    if (learnt.cluster.standing != ClusterStanding::unknown) memory.cluster = learnt.cluster;
    memory.cluster.release = release;
    memory.workers = plan::joined(std::move(memory.workers), learnt.workers);
    if (!memory.went_back) memory.went_back = learnt.went_back;
    // Who watched the registry himself knows better than what the leader of then wrote down.
    if (memory.attendance.last_view) return;
    memory.attendance = learnt.attendance;
    memory.attendance.resumed = true;
}

/// A remembered member that took up a workflow which we handed over.
std::optional<MasterAddress> recovered_by(const Hands& hands, const Memory& memory) {
    const auto& attendance = memory.attendance;
    if (!attendance.resumed || attendance.present.empty()) return std::nullopt;
    for (const auto& entry : hands.journal.entries(std::nullopt, journal::page_entries)) {
        if (entry.receipt != Receipt::recovered || !entry.taken_by) continue;
        const MasterAddress member{*entry.taken_by};
        const auto absence = attendance.absent.find(member);
        if (attendance.present.contains(member) || (absence != attendance.absent.end() && absence->second.witnessed))
            return member;
    }
    return std::nullopt;
}

}  // namespace

journal::JournalState open_journal(const Hands& hands, const Policy& policy, Memory& memory, bool dry_run,
                                   bool shadow) {
    auto state = hands.journal.inspect();
    const bool whole = state.ready && state.additions_ready && (state.shadow_ready || !shadow);
    if (!whole && policy.journal_create && !dry_run) {
        try {
            hands.journal.create();
            state = hands.journal.inspect();
        } catch (const Failure& failure) {
            if (failure.meaning() != Meaning::refused) throw;
            auto& lacking = !state.ready                    ? state.lacking
                            : !state.shadow_ready && shadow ? state.shadow_lacking
                                                            : state.additions_lacking;
            lacking += std::string("; making it failed: ") + failure.what();
        }
    }
    memory.database_identity = state.ready ? hands.journal.identity() : "";
    if (state.ready && !memory.recalled) {
        if (const auto learnt = hands.journal.recall()) take_up(*learnt, memory);
        if (memory.cluster.standing == ClusterStanding::unknown) memory.recovered_by = recovered_by(hands, memory);
        memory.recalled = true;
    }
    memory.journal_failed = memory.journal_seen && !state.ready;
    memory.journal_seen = memory.journal_seen || state.ready;
    return state;
}

void keep(const Hands& hands, const Policy& policy, Memory& memory, SweepReport& report) {
    const Instant now = hands.now();
    try {
        hands.journal.remember(
            {memory.attendance, memory.zone, memory.canary, memory.cluster, memory.workers, memory.went_back}, now);
        const bool due = !memory.last_purge || now - *memory.last_purge >= purge_every;
        if (due || report.actions_total > 0) report.journal_entries = hands.journal.size();
        if (!due) return;
        const auto purged = hands.journal.purge(now - policy.journal_retention, journal::purged_at_once);
        // A full batch: there is more, the next sweep goes on.
        if (purged < journal::purged_at_once) memory.last_purge = now;
        report.journal_entries = *report.journal_entries - std::min<std::uint64_t>(purged, *report.journal_entries);
        if (purged > 0) hands.log.debug("journal: {} entries older than journal.retention removed", purged);
    } catch (const Failure& failure) {
        memory.journal_failed = true;
        hands.log.warn("what this sweep learnt could not be kept in the journal: {}", failure.what());
    }
}

}  // namespace dsr::sweep
