// SPDX-License-Identifier: Apache-2.0
#include "sweep/observe.hpp"

#include <algorithm>
#include <limits>

#include "model/failure.hpp"
#include "plan/cluster_proof.hpp"
#include "plan/earlier_bound.hpp"
#include "plan/membership.hpp"
#include "plan/worker_sightings.hpp"
#include "plan/zone_proof.hpp"
#include "registry/layout.hpp"

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

/// Whether an owner of unfinished rows is missing: only then do the contents of masters' markers matter.
bool someone_missed(const Membership& membership) {
    return std::any_of(membership.absent.begin(), membership.absent.end(),
                       [](const auto& absence) { return absence.second.owns_rows; });
}

}  // namespace

void require_reached(const RegistryView& view) {
    if (!view.reached) throw Failure(ErrorKind::retry, view.why_not_fresh);
}

Observation observe(const SweepContext& context, const SchemaFacts& schema, const Policy& policy, Memory& memory) {
    Observation seen;
    Snapshot& snapshot = seen.snapshot;
    snapshot.schema = schema;
    snapshot.policy = policy;
    // The database first: a loss in the registry is noted once, and a later database error must not lose it.
    snapshot.newest_start_time = context.store.newest_start_time();
    // Before the registry too: a master registers before it takes up a row, so the host of every row read here is in
    // the view, unless it belongs to another registry.
    const Instant read_at = context.now();
    const auto new_rows = read_new_rows(context, memory);
    plan::ClusterSigns signs;
    signs.newest = read_newest(context, memory);
    snapshot.database_ahead = database_ahead(context);
    snapshot.registry =
        someone_missed(memory.membership) ? context.registry.observe() : context.registry.observe_cached();
    const Instant now = snapshot.registry.taken_at;
    // The first view after a restart cannot show a stall, because no process ran before it.
    if (!memory.membership.resumed) {
        snapshot.late_by = plan::late_by(memory.membership, policy, now, memory.last_sweep);
        snapshot.clock_went_back = plan::went_back(memory.membership, now);
    }
    if (!snapshot.registry.reached) return seen;

    seen.all_masters_lost = plan::all_gone_at_once(memory.membership, snapshot.registry);
    if (seen.all_masters_lost) {
        snapshot.registry.fresh = false;
        snapshot.registry.why_not_fresh =
            "every master vanished from the registry within one view; that is looked at once more before it is "
            "believed";
        memory.membership.all_gone_once = true;
        memory.membership.last_look = now;
    } else if (snapshot.registry.fresh) {
        if (memory.membership.resumed && same_registry(memory.membership, snapshot.registry))
            signs.recovered_by = memory.recovered_by;
        memory.recovered_by.reset();
        auto after = plan::attend(memory.membership, snapshot.registry, policy, now, memory.last_sweep);
        seen.newly_lost = plan::newly_absent(memory.membership, after);
        memory.membership = std::move(after);
        if (schema.marks_tasks())
            memory.workers = plan::sighted(std::move(memory.workers), snapshot.registry, policy.clock_skew);
    }
    snapshot.membership = memory.membership;

    snapshot.layout = policy.lock_layout.value_or(registry::layout_of(schema, snapshot.registry.marker_directory));
    snapshot.layout_contradicted =
        !policy.lock_layout && registry::contradicts(snapshot.layout, snapshot.registry.locks);
    snapshot.clock_skew = plan::measured_skew(snapshot.registry.masters);
    if (snapshot.registry.fresh) {
        // The rows are new only once: with a view that is not fresh they are left to the next sweep.
        std::optional<Instant> previous;
        if (memory.rows_read) previous = memory.rows_read->at;
        // During a stall masters may have come and gone unseen.
        memory.read_before.reset();
        if (memory.rows_read && !snapshot.late_by && !snapshot.clock_went_back) {
            signs.appeared = new_rows.instances;
            memory.read_before = memory.rows_read->at;
        }
        signs.identity = {snapshot.registry.identity, memory.database_identity};
        memory.cluster = plan::weigh(std::move(memory.cluster), signs, snapshot, now);
        plan::weigh(memory.zone, new_rows, previous, now, snapshot);
        note_read(memory, new_rows, read_at);
    }
    snapshot.cluster = memory.cluster;
    snapshot.zone = memory.zone;
    return seen;
}

}  // namespace dsr::sweep
