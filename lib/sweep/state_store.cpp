// SPDX-License-Identifier: Apache-2.0
#include "sweep/state_store.hpp"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "model/failure.hpp"
#include "plan/worker_sightings.hpp"
#include "plan/zone_proof.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr std::chrono::hours purge_every{1};

void restore(const PersistedState& learnt, Memory& memory) {
    memory.zone = plan::merged(std::move(memory.zone), learnt.zone);
    memory.canary = learnt.canary;
    // The leader's evidence counts, and only the leader writes it.
    const auto release = std::max(memory.cluster.release, learnt.cluster.release);
    if (learnt.cluster.standing != ClusterStanding::unknown) memory.cluster = learnt.cluster;
    memory.cluster.release = release;
    memory.workers = plan::joined(std::move(memory.workers), learnt.workers);
    if (!memory.went_back) memory.went_back = learnt.went_back;
    memory.timeline = learnt.timeline;
    // A replica that watched the registry itself has newer membership than the earlier leader saved.
    if (memory.membership.last_view) return;
    memory.membership = learnt.membership;
    memory.membership.resumed = true;
}

/// A remembered member that took up a workflow that we handed over.
std::optional<MasterAddress> recovered_by(const SweepContext& context, const Memory& memory) {
    const auto& membership = memory.membership;
    if (!membership.resumed || membership.present.empty()) return std::nullopt;
    for (const auto& entry : context.journal.entries(std::nullopt, journal::page_entries)) {
        if (entry.receipt != Receipt::recovered || !entry.taken_by) continue;
        const MasterAddress member{*entry.taken_by};
        const auto absence = membership.absent.find(member);
        if (membership.present.contains(member) || (absence != membership.absent.end() && absence->second.witnessed))
            return member;
    }
    return std::nullopt;
}

}  // namespace

journal::JournalState open_journal(const SweepContext& context, const Policy& policy, Memory& memory, bool dry_run,
                                   bool shadow) {
    auto state = context.journal.inspect();
    const bool replicas_ready = state.replicas_ready || !context.registry.in_database();
    const bool whole = state.ready && state.additions_ready && replicas_ready && (state.shadow_ready || !shadow);
    if (!whole && policy.journal_create && !dry_run) {
        try {
            context.journal.create();
            state = context.journal.inspect();
        } catch (const Failure& failure) {
            if (failure.kind() != ErrorKind::permanent) throw;
            auto& lacking = !state.ready                    ? state.why_not_ready
                            : !replicas_ready               ? state.why_no_replicas
                            : !state.shadow_ready && shadow ? state.why_no_shadow
                                                            : state.missing_columns;
            lacking += std::string("; creating it failed: ") + failure.what();
        }
    }
    if (!shadow) state.why_no_shadow.clear();
    const auto identity = state.ready ? context.journal.identity() : journal::Identity{};
    memory.database_identity = identity.database;
    memory.state_owner = identity.owner;
    if (state.ready && !memory.state_loaded) {
        if (const auto learnt = context.journal.load_state()) restore(*learnt, memory);
        if (memory.cluster.standing == ClusterStanding::unknown) memory.recovered_by = recovered_by(context, memory);
        memory.state_loaded = true;
    }
    memory.journal_failed = memory.journal_seen && !state.ready;
    memory.journal_seen = memory.journal_seen || state.ready;
    return state;
}

void identify_database(const SweepContext& context, Memory& memory, Snapshot& snapshot) {
    if (!memory.database_identity.empty()) return;
    context.journal.identify(to_string(boost::uuids::random_generator{}()), context.now());
    memory.database_identity = context.journal.identity().database;
    memory.cluster.of.database = snapshot.cluster->of.database = memory.database_identity;
}

void save_state(const SweepScope& scope) {
    const auto& context = scope.context;
    Memory& memory = scope.memory;
    SweepReport& report = scope.report;
    const Instant now = context.now();
    try {
        context.journal.save_state({memory.membership, memory.zone, memory.canary, memory.cluster, memory.workers,
                                    memory.went_back, memory.timeline},
                                   {scope.snapshot.registry.identity, context.replica, now});
        const bool due = !memory.last_purge || now - *memory.last_purge >= purge_every;
        if (due || report.actions_total > 0) report.journal_entries = context.journal.size();
        if (!due) return;
        const auto purged =
            context.journal.purge(now - scope.snapshot.policy.journal_retention, journal::purged_at_once);
        // A full batch: more entries remain, and the next sweep continues.
        if (purged < journal::purged_at_once) memory.last_purge = now;
        report.journal_entries = *report.journal_entries - std::min<std::uint64_t>(purged, *report.journal_entries);
        if (purged > 0) context.log.debug("journal: {} entries older than journal.retention removed", purged);
    } catch (const Failure& failure) {
        memory.journal_failed = true;
        context.log.warn("the state of this sweep could not be saved in the journal: {}", failure.what());
    }
}

}  // namespace dsr::sweep
