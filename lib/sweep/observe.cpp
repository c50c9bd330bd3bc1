// SPDX-License-Identifier: Apache-2.0
#include "sweep/observe.hpp"

#include <fmt/format.h>

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
#include "sweep/cut_off_masters.hpp"
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

/// Why another registry than this one seems to be in use for this database; empty when nothing says so.
std::string other_registry(const SweepContext& context, const Memory& memory, const Snapshot& snapshot,
                           const std::optional<std::int64_t>& stamp, Instant now) {
    const auto& view = snapshot.registry;
    if (memory.registry_stamp && stamp && *stamp > *memory.registry_stamp)
        return "servers of DolphinScheduler refresh their rows in the tables t_ds_jdbc_registry_* of this database: "
               "they use registry.type jdbc, and this daemon is configured for another registry. The hold ends when "
               "registry.type is right, or these servers are stopped";
    const auto& owner = memory.state_owner;
    const auto fresh_for = 3 * snapshot.policy.sweep_interval;
    if (!owner || !view.fresh || owner->registry == view.identity || owner->replica == context.replica ||
        owner->registry.empty() || now - owner->at > fresh_for)
        return "";
    return fmt::format(
        "{} worked on this database at {} by another registry ({}) than this daemon ({}): replicas of one cluster must "
        "use the same one. Correct registry.* of one of them, or stop it; the hold ends {} after its last sweep",
        owner->replica, rfc3339(owner->at), owner->registry, view.identity, human(fresh_for));
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
    if (!context.registry.in_database()) reading.registry_stamp = context.store.newest_registry_stamp();
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
    if (snapshot.policy.grace < reading.view.least_grace && policy.grace.count() != 0)
        snapshot.policy.grace = reading.view.least_grace;
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
        snapshot.late_by = plan::late_by(memory.membership, snapshot.policy, now, memory.last_sweep);
        snapshot.clock_went_back = plan::went_back(memory.membership, now);
    }
    snapshot.registry = std::move(reading.view);
    const RegistryView& view = snapshot.registry;
    snapshot.layout = policy.lock_layout.value_or(registry::layout_of(schema, view.marker_directory));
    snapshot.layout_contradicted = !policy.lock_layout && registry::contradicts(snapshot.layout, view.locks);
    snapshot.clock_skew = plan::measured_skew(view.masters);

    snapshot.other_registry = other_registry(context, memory, snapshot, reading.registry_stamp, now);
    memory.registry_stamp = reading.registry_stamp;

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
        snapshot.membership = plan::attend(memory.membership, view, snapshot.policy, now, memory.last_sweep);
        // It reads the database, and a database error must not lose a loss that is noted in memory.
        look_for_cut_off_masters(context, snapshot, now);
        seen.newly_lost = plan::newly_absent(memory.membership, snapshot.membership);
        memory.membership = snapshot.membership;
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
    snapshot.cluster = memory.cluster;
    snapshot.zone = memory.zone;
    return seen;
}

}  // namespace dsr::sweep
