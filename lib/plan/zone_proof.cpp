// SPDX-License-Identifier: Apache-2.0
#include "plan/zone_proof.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

namespace {

constexpr std::chrono::minutes zone_proof_window{5};
/// From UTC-12 to UTC+14.
constexpr std::chrono::hours max_zone_difference{26};
/// Consecutive new rows that end a doubt.
constexpr int fits_that_end_doubt = 3;

void note(ZoneEvidence& evidence, const std::string& host, std::optional<Instant> written, const Snapshot& snapshot,
          Instant now) {
    if (!written || std::chrono::abs(*written - now) > zone_proof_window) return;
    if (evidence.disproved_at && *written <= *evidence.disproved_at) return;
    const auto& masters = snapshot.registry.masters;
    const auto master = std::find_if(masters.begin(), masters.end(),
                                     [&](const LiveMaster& candidate) { return candidate.address.text == host; });
    if (master == masters.end() || !master->startup_time) return;
    // An earlier incarnation wrote older times, perhaps in another zone.
    if (*written < master->registered_at + snapshot.clock_skew) return;
    evidence.proofs[master->address] = {*master->startup_time, master->process_id, now};
}

void disprove(ZoneEvidence& evidence, const ZoneDoubt& doubt) {
    evidence.proofs.clear();
    evidence.doubt = doubt;
    evidence.disproved_at = doubt.until;
}

/// Compares the times of one new row with the time between the two sweeps.
void compare(ZoneEvidence& evidence, const NewInstance& row, Instant previous, Instant now) {
    bool any = false;
    for (std::size_t i = 0; i < row.times.size(); ++i) {
        const auto& time = row.times.at(i);
        if (!time) continue;
        any = true;
        if (*time < std::min(previous, now) - zone_proof_window || *time > now + zone_proof_window)
            return disprove(evidence, {row.id, static_cast<OwnershipColumn>(i), *time, previous, now});
    }
    if (any && evidence.doubt && ++evidence.doubt->fitting >= fits_that_end_doubt) evidence.doubt.reset();
}

/// The latest of the columns that a master writes.
std::optional<Instant> written_by_owner(const NewInstance& row, const SchemaFacts& schema) {
    const auto time = [&](OwnershipColumn column) { return row.times.at(static_cast<std::size_t>(column)); };
    return schema.generation == Generation::workflow
               ? time(OwnershipColumn::state_history)
               : std::max(time(OwnershipColumn::start_time), time(OwnershipColumn::restart_time));
}

void drop_before(ZoneEvidence& evidence, std::optional<Instant> disproved_at) {
    if (!disproved_at) return;
    std::erase_if(evidence.proofs, [&](const auto& proof) { return proof.second.at <= *disproved_at; });
}

}  // namespace

bool earlier_in_any_zone(Instant latest, Instant bound) {
    return latest + max_zone_difference < bound;
}

bool zone_proven(const LiveMaster& master, const ZoneEvidence& evidence) {
    const auto proof = evidence.proofs.find(master.address);
    return proof != evidence.proofs.end() && proof->second.startup_time == master.startup_time &&
           proof->second.process_id == master.process_id;
}

void weigh(ZoneEvidence& evidence, const NewRows& rows, std::optional<Instant> previous, Instant now,
           const Snapshot& snapshot) {
    for (const auto& row : rows.instances) {
        if (previous) compare(evidence, row, *previous, now);
        if (row.host) note(evidence, *row.host, written_by_owner(row, snapshot.schema), snapshot, now);
    }
    for (const auto& task : rows.tasks) {
        if (task.host) note(evidence, *task.host, task.submitted_at, snapshot, now);
    }
    std::map<MasterAddress, ZoneProof> standing;
    for (const auto& master : snapshot.registry.masters) {
        if (zone_proven(master, evidence)) standing.emplace(master.address, evidence.proofs.at(master.address));
    }
    evidence.proofs = std::move(standing);
}

void note_take_up(ZoneEvidence& evidence, const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    if (!row.host) return;
    note(evidence, *row.host,
         snapshot.schema.generation == Generation::workflow ? row.ownership.changed : row.ownership.stamped, snapshot,
         now);
}

ZoneEvidence merged(ZoneEvidence ours, const ZoneEvidence& learnt) {
    drop_before(ours, learnt.disproved_at);
    for (const auto& [address, proof] : learnt.proofs) {
        if (!ours.disproved_at || proof.at > *ours.disproved_at) ours.proofs.try_emplace(address, proof);
    }
    if (!ours.disproved_at || (learnt.disproved_at && *learnt.disproved_at > *ours.disproved_at)) {
        ours.doubt = learnt.doubt;
        ours.disproved_at = learnt.disproved_at;
    }
    return ours;
}

}  // namespace dsr::plan
