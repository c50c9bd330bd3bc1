// SPDX-License-Identifier: Apache-2.0
#include "sweep/observe.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/failure.hpp"
#include "plan/cluster_proof.hpp"
#include "plan/earlier_bound.hpp"
#include "plan/membership.hpp"
#include "plan/worker_sightings.hpp"
#include "plan/zone_proof.hpp"
#include "registry/layout.hpp"
#include "sweep/journal_entries.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Maximum number of newest rows that one sweep reads of each table.
constexpr std::size_t max_new_rows = 1000;

/// How far the database's clock is ahead of ours. Nothing when the query took so long that its answer is stale.
std::optional<std::chrono::microseconds> database_ahead(const SweepContext& context) {
    constexpr std::chrono::seconds long_answer{5};
    const Instant before = context.now();
    const Instant answer = context.store.clock();
    const auto took = context.now() - before;
    if (took < std::chrono::microseconds{0} || took > long_answer) return std::nullopt;
    return answer - (before + took / 2);
}

NewRows read_new_rows(const SweepContext& context, const Memory& memory) {
    const auto read = memory.rows_read.value_or(RowsRead{});
    return context.store.new_rows(read.instance, read.task, max_new_rows);
}

/// The newest rows, which may prove the cluster at once; read only while nothing is known of it.
std::vector<NewInstance> read_newest(const SweepContext& context, const Memory& memory) {
    if (memory.cluster.standing != ClusterStanding::unknown) return {};
    constexpr TaskInstanceId no_tasks{std::numeric_limits<std::int32_t>::max()};
    return context.store.new_rows({}, no_tasks, plan::max_proving_rows).instances;
}

/// Whether a remembered member is registered in the same session: the remembered state is then this registry's.
bool same_registry(const Membership& persisted, const RegistryView& view) {
    return std::ranges::any_of(view.masters, [&](const LiveMaster& master) {
        const auto known = persisted.present.find(master.address);
        return known != persisted.present.end() && known->second.session_id == master.session_id;
    });
}

/// Rows that this sweep read are not new to the next one.
void note_read(Memory& memory, const NewRows& rows, Instant read_at) {
    auto& read = memory.rows_read ? *memory.rows_read : memory.rows_read.emplace();
    read.at = read_at;
    if (!rows.instances.empty()) read.instance = rows.instances.back().id;
    if (!rows.tasks.empty()) read.task = rows.tasks.back().id;
}

/// Absent masters whose rows would be handed over now, but whose last registered address accepts connections. An
/// address that this registry never showed may belong to anything, and is not asked.
std::set<MasterAddress> answering(const SweepContext& context, const Snapshot& snapshot, Instant now) {
    if (!context.probes_masters()) return {};
    std::vector<MasterAddress> due;
    for (const auto& [address, absence] : snapshot.membership.absent) {
        if (absence.witnessed && absence.owns_rows &&
            plan::due(absence.since, absence.views, snapshot.policy, now) <= now)
            due.push_back(address);
    }
    return due.empty() ? std::set<MasterAddress>{} : context.probe(due);
}

/// Whether an owner of unfinished rows is missing: only then do the contents of masters' markers matter.
bool someone_missed(const Membership& membership) {
    return std::any_of(membership.absent.begin(), membership.absent.end(),
                       [](const auto& absence) { return absence.second.owns_rows; });
}

}  // namespace

Reading read_cluster(const SweepContext& context, const Memory& memory) {
    Reading reading;
    // The database first: a loss in the registry is noted once, and a later database error must not lose it.
    reading.newest_start_time = context.store.newest_start_time();
    reading.rows_read_at = context.now();
    reading.new_rows = read_new_rows(context, memory);
    reading.newest = read_newest(context, memory);
    reading.database_ahead = database_ahead(context);
    reading.view = someone_missed(memory.membership) ? context.registry.observe() : context.registry.observe_cached();
    reading.all_masters_lost = reading.view.reached && plan::all_gone_at_once(memory.membership, reading.view);
    if (reading.all_masters_lost) {
        reading.view.fresh = false;
        reading.view.why_not_fresh =
            "every master vanished from the registry within one view; the next sweep checks again before this counts "
            "as a loss";
    }
    return reading;
}

void require_reached(const RegistryView& view) {
    if (!view.reached) throw Failure(ErrorKind::retry, view.why_not_fresh);
}

Observation observe(const SweepContext& context, const SchemaFacts& schema, const journal::JournalState& journal,
                    const Policy& policy, Reading reading, const std::optional<QueuePosition>& position, bool foretells,
                    Memory& memory) {
    Observation seen;
    Snapshot& snapshot = seen.snapshot;
    const Instant now = reading.view.taken_at;
    snapshot.schema = schema;
    snapshot.policy = policy;
    snapshot.newest_start_time = reading.newest_start_time;
    snapshot.database_ahead = reading.database_ahead;
    snapshot.foresees_releases = foretells;
    snapshot.will_create_journal = !journal.ready && policy.journal_create && foretells;
    snapshot.journal_ready = journal.ready;
    snapshot.why_no_journal = journal.ready ? journal.why_no_shadow : journal.why_not_ready;
    if (journal.ready) {
        snapshot.control = context.journal.control();
        check_journal(context, policy, memory);
        snapshot.went_back = unreleased(memory, snapshot.control);
    }
    if (position) {
        snapshot.leads = position->leads;
        snapshot.leader = position->leader;
    }
    // The first view after a restart cannot show a stall, because no process ran before it.
    if (!memory.membership.resumed) {
        snapshot.late_by = plan::late_by(memory.membership, policy, now, memory.last_sweep);
        snapshot.clock_went_back = plan::went_back(memory.membership, now);
    }
    snapshot.registry = std::move(reading.view);
    const RegistryView& view = snapshot.registry;
    snapshot.layout = policy.lock_layout.value_or(registry::layout_of(schema, view.marker_directory));
    snapshot.layout_contradicted = !policy.lock_layout && registry::contradicts(snapshot.layout, view.locks);
    snapshot.clock_skew = plan::measured_skew(view.masters);

    if (reading.all_masters_lost) {
        memory.membership.all_gone_once = true;
        memory.membership.last_look = now;
    }
    if (view.fresh) {
        plan::ClusterSigns signs;
        signs.newest = std::move(reading.newest);
        if (memory.membership.resumed && same_registry(memory.membership, view))
            signs.recovered_by = memory.recovered_by;
        memory.recovered_by.reset();
        auto after = plan::attend(memory.membership, view, policy, now, memory.last_sweep);
        seen.newly_lost = plan::newly_absent(memory.membership, after);
        snapshot.membership = memory.membership = std::move(after);
        if (schema.marks_tasks()) memory.workers = plan::sighted(std::move(memory.workers), view, policy.clock_skew);
        // The rows are new only once: with a view that is not fresh they are left to the next sweep.
        std::optional<Instant> previous;
        if (memory.rows_read) previous = memory.rows_read->at;
        // During a stall masters may have come and gone unseen.
        memory.read_before.reset();
        if (previous && !snapshot.late_by && !snapshot.clock_went_back) {
            signs.appeared = reading.new_rows.instances;
            memory.read_before = previous;
        }
        signs.identity = {view.identity, memory.database_identity};
        memory.cluster = plan::weigh(std::move(memory.cluster), signs, snapshot, now);
        plan::take_release(memory.cluster, snapshot.control.cluster_release, now);
        plan::weigh(memory.zone, reading.new_rows, previous, now, snapshot);
        note_read(memory, reading.new_rows, reading.rows_read_at);
    }
    snapshot.membership = memory.membership;
    if (view.fresh) snapshot.answering = answering(context, snapshot, now);
    snapshot.cluster = memory.cluster;
    snapshot.zone = memory.zone;
    return seen;
}

}  // namespace dsr::sweep
