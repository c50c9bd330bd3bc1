// SPDX-License-Identifier: Apache-2.0
#include "plan/cluster_proof.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dsr::plan {

using namespace model;

namespace {

constexpr std::chrono::hours release_valid{1};
/// Columns of whole seconds are rounded.
constexpr std::chrono::seconds rounding{1};

bool names_host(const std::optional<std::string>& host) {
    return host && !host->empty() && *host != claimed_host_text;
}

const LiveMaster* registered(const std::string& host, const RegistryView& view) {
    const auto found = std::ranges::find(view.masters, MasterAddress{host}, &LiveMaster::address);
    return found == view.masters.end() ? nullptr : &*found;
}

bool after_startup(Instant taken_up, const LiveMaster& master, const Snapshot& snapshot) {
    return taken_up - rounding - snapshot.clock_skew >= master.startup_time.value_or(master.registered_at);
}

/// When the named host owned the row for certain; nothing when the row does not tell. Up to 3.2, others than the owner
/// also write state_history.
std::optional<Instant> owned_at(const NewInstance& row, Generation generation) {
    std::optional<Instant> latest;
    for (std::size_t i = 0; i < row.times.size(); ++i) {
        const bool of_owner =
            generation == Generation::workflow || i != static_cast<std::size_t>(OwnershipColumn::state_history);
        if (of_owner && row.times[i]) latest = std::max(latest.value_or(*row.times[i]), *row.times[i]);
    }
    return latest;
}

std::string proof(WorkflowInstanceId id, const std::string& host, Instant at) {
    return fmt::format("workflow instance {} was taken up at {}, after the startup of {}, which was registered then",
                       id.value, rfc3339(at), host);
}

/// The reason given by the newest row that proves the cluster; empty when none does.
std::string proof_in(const std::vector<NewInstance>& rows, const Snapshot& snapshot) {
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (!names_host(row->host)) continue;
        const auto* master = registered(*row->host, snapshot.registry);
        const auto at = owned_at(*row, snapshot.schema.generation);
        if (master != nullptr && at && after_startup(*at, *master, snapshot)) return proof(row->id, *row->host, *at);
    }
    return "";
}

/// Registered in this view, or seen to leave. A host that only rows have named does not belong to this registry.
bool known_here(const MasterAddress& host, const Snapshot& snapshot) {
    const auto& membership = snapshot.membership;
    if (membership.present.contains(host)) return true;
    const auto absence = membership.absent.find(host);
    return absence != membership.absent.end() && absence->second.witnessed;
}

std::string disproof_in(const std::vector<NewInstance>& rows, const Snapshot& snapshot) {
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (names_host(row->host) && !known_here({*row->host}, snapshot)) {
            return fmt::format(
                "workflow instance {} is new since the last sweep and names {}, which was never registered in this "
                "registry",
                row->id.value, *row->host);
        }
    }
    return "";
}

void set(ClusterEvidence& evidence, ClusterStanding standing, std::string because, Instant now) {
    evidence.standing = standing;
    evidence.because = std::move(because);
    evidence.at = now;
}

}  // namespace

ClusterEvidence weigh(ClusterEvidence before, const ClusterSigns& signs, const Snapshot& snapshot, Instant now) {
    ClusterEvidence evidence;
    evidence.of = signs.identity;
    evidence.release = before.release;
    if (before.of == signs.identity) evidence = std::move(before);

    if (snapshot.registry.in_database) {
        if (evidence.standing != ClusterStanding::proven)
            set(evidence, ClusterStanding::proven, "the registry is in the database of the workflows", now);
        return evidence;
    }
    if (auto disproof = disproof_in(signs.appeared, snapshot); !disproof.empty()) {
        set(evidence, ClusterStanding::disproved, std::move(disproof), now);
        return evidence;
    }
    if (evidence.standing == ClusterStanding::proven) return evidence;
    auto found = proof_in(signs.appeared, snapshot);
    if (found.empty() && evidence.standing == ClusterStanding::unknown) found = proof_in(signs.newest, snapshot);
    if (found.empty() && evidence.standing == ClusterStanding::unknown && signs.recovered_by)
        found = fmt::format("{}, a member of this registry, took up a workflow that was handed over before",
                            signs.recovered_by->text);
    if (!found.empty()) set(evidence, ClusterStanding::proven, std::move(found), now);
    return evidence;
}

void note_take_up(ClusterEvidence& evidence, const WorkflowInstance& row, const Snapshot& snapshot, Instant last_read,
                  Instant now) {
    if (evidence.standing == ClusterStanding::proven || !names_host(row.host)) return;
    const auto& owned = row.ownership;
    if (owned.form != OwnershipTime::Form::known || owned.earliest - snapshot.clock_skew <= last_read) return;
    const auto* master = registered(*row.host, snapshot.registry);
    if (master != nullptr && after_startup(owned.earliest, *master, snapshot))
        set(evidence, ClusterStanding::proven, proof(row.id, *row.host, owned.earliest), now);
}

void take_release(ClusterEvidence& evidence, const std::optional<ControlNote>& release, Instant now) {
    if (!release || release->number <= evidence.release) return;
    evidence.release = release->number;
    if (now - release->at <= release_valid) {
        set(evidence, ClusterStanding::proven,
            fmt::format("{} released it at {}: {}", release->who, rfc3339(release->at), release->why), now);
    } else if (evidence.standing == ClusterStanding::unknown) {
        evidence.because =
            fmt::format("the release of {} is more than an hour old and was not used", rfc3339(release->at));
    }
}

}  // namespace dsr::plan
