// SPDX-License-Identifier: Apache-2.0
#include "plan/recovers_in_place.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/history.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Whether another master was registered between two views that do not show it, at `since` or later.
bool passed_unseen(Instant since, const MasterAddress& host, const Snapshot& snapshot) {
    const auto& membership = snapshot.membership;
    if (membership.unseen_change && *membership.unseen_change >= since) return true;
    return std::ranges::any_of(snapshot.registry.last_signs, [&](const auto& sign) {
        if (sign.first == host || sign.second < since) return false;
        const auto lost = membership.absent.find(sign.first);
        return lost == membership.absent.end() || !lost->second.witnessed || sign.second > lost->second.lost_at();
    });
}

/// Whether some master, living or lost since, may have started after `since`: its startup scan takes orphans over.
bool started_after(Instant since, const Snapshot& snapshot) {
    const auto& masters = snapshot.registry.masters;
    const bool living = std::any_of(masters.begin(), masters.end(), [&](const LiveMaster& master) {
        return !master.startup_time || *master.startup_time > since;
    });
    const auto& absent = snapshot.membership.absent;
    return living || std::any_of(absent.begin(), absent.end(), [&](const auto& entry) {
               return entry.second.witnessed &&
                      (!entry.second.last_incarnation || entry.second.last_incarnation->startup_time > since);
           });
}

/// Evidence in the row itself that a master ran it after its host was last seen.
std::optional<std::string> sign_of_life(const WorkflowInstance& row, Instant last_seen) {
    if (row.task_activity && *row.task_activity > last_seen)
        return fmt::format(
            "a task of this workflow was submitted or ended at {}, after its host was last seen: another master may "
            "run it, and this build leaves the lost host in the row",
            rfc3339(*row.task_activity));
    if (row.ownership.form == OwnershipTime::Form::known && row.ownership.earliest > last_seen)
        return fmt::format(
            "its state changed at {}, after its host was last seen: another master may run it, and this build leaves "
            "the lost host in the row",
            rfc3339(row.ownership.latest));
    return std::nullopt;
}

/// Whether the marker names that incarnation: its writer took it for dead, whatever the clocks say.
bool names(const FailoverMarker& marker, const std::optional<Incarnation>& incarnation) {
    return incarnation && marker.startup_time &&
           epoch_ms(*marker.startup_time) == epoch_ms(incarnation->startup_time) &&
           (!marker.process_id || *marker.process_id == incarnation->process_id);
}

/// Whether it is our own fence of the lost incarnation.
bool ours(const FailoverMarker& marker, const Absence& lost) {
    return lost.fenced && names(marker, lost.last_incarnation) && marker.value_time &&
           epoch_ms(*marker.value_time) == epoch_ms(*lost.fenced);
}

/// Whether another master was lost, or began a new epoch, since then: it may have taken rows over and died before
/// writing its marker, which masters write last. The same view counts as since, because the order within one view is
/// unknown.
bool others_changed(const MasterAddress& host, const Absence& lost, const Snapshot& snapshot) {
    if (passed_unseen(lost.lost_at(), host, snapshot)) return true;
    const auto& membership = snapshot.membership;
    const bool another_lost = std::any_of(membership.absent.begin(), membership.absent.end(), [&](const auto& other) {
        return other.first != host && other.second.witnessed && other.second.lost_at() >= lost.lost_at();
    });
    return another_lost || std::any_of(membership.present.begin(), membership.present.end(),
                                       [&](const auto& other) { return other.second.since >= lost.lost_at(); });
}

/// Whether a master marked the host's rows as taken over after the operator's release.
std::optional<std::string> marked_since(const MasterAddress& host, Instant released, const Snapshot& snapshot) {
    const auto absence = snapshot.membership.absent.find(host);
    if (!recovers_in_place(snapshot) || absence == snapshot.membership.absent.end()) return std::nullopt;
    const auto& markers = snapshot.registry.markers;
    const auto marker = std::ranges::find_if(markers, [&](const FailoverMarker& candidate) {
        return candidate.modified_at > released && (!candidate.name_parsed || candidate.address == host.text) &&
               !ours(candidate, absence->second);
    });
    if (marker == markers.end()) return std::nullopt;
    return fmt::format(
        "the failover marker {} was written after the release: a master may have taken it over, and this build leaves "
        "the lost host in the row",
        marker->name);
}

}  // namespace

bool recovers_in_place(const Snapshot& snapshot) {
    if (snapshot.schema.generation != Generation::workflow) return false;
    const auto said = snapshot.policy.recovers_in_place;
    return said == RecoversInPlace::automatic ? snapshot.schema.may_recover_in_place() : said == RecoversInPlace::yes;
}

std::optional<std::string> may_run_elsewhere(const WorkflowInstance& row, const MasterAddress& host,
                                             const Snapshot& snapshot) {
    const auto absence = snapshot.membership.absent.find(host);
    if (absence == snapshot.membership.absent.end() || !absence->second.witnessed || !absence->second.last_seen)
        return "the loss of its host was not observed, and this build leaves the lost host in a row that another "
               "master took over";
    const Absence& lost = absence->second;
    if (auto sign = sign_of_life(row, *lost.last_seen)) return sign;
    if (lost.last_incarnation && row.ownership.stamped && *row.ownership.stamped < lost.last_incarnation->startup_time)
        return "it is older than the last lost incarnation of its host: a master's startup scan may have taken it over "
               "while the host was registered, and this build leaves the host in the row";
    if (snapshot.registry.marker_directory) {
        const auto& markers = snapshot.registry.markers;
        // ZooKeeper's clock wrote one of the times, ours the other. With etcd, which keeps no times, a marker has the
        // time when this process first saw it: never earlier than written, so that it may only be taken for newer than
        // it is.
        const Instant since = *lost.last_seen - snapshot.policy.clock_skew;
        const auto marker = std::find_if(markers.begin(), markers.end(), [&](const FailoverMarker& candidate) {
            if (candidate.name_parsed && candidate.address != host.text) return false;
            if (ours(candidate, lost)) return false;
            return candidate.modified_at >= since || names(candidate, lost.last_incarnation);
        });
        if (marker == markers.end()) {
            if (!others_changed(host, lost, snapshot)) return std::nullopt;
            return "another master was lost or started since its host was lost: it may have taken the row over and "
                   "crashed before it wrote the failover marker, and this build leaves the lost host in the row";
        }
        return fmt::format(
            "the failover marker {} was written after its host was lost: a master may have taken it over, and this "
            "build leaves the lost host in the row",
            marker->name);
    }
    if (row.ownership.form != OwnershipTime::Form::known)
        return "the row contains no time, so it is unknown which masters started after it was taken up";
    if (lost.others_registered)
        return "other masters were registered when its host was lost and may have taken it over; this build leaves the "
               "lost host in the row, and without a marker directory this cannot be determined";
    if (started_after(row.ownership.earliest, snapshot) || passed_unseen(row.ownership.earliest, host, snapshot))
        return "a master started after the row was taken up and may have taken it over; this build leaves the lost "
               "host in the row, and without a marker directory this cannot be determined";
    return std::nullopt;
}

std::optional<std::string> kept_in_place(const WorkflowInstance& row, Verdict verdict, const Snapshot& snapshot) {
    if (const auto until = waived(row, Gate::not_recovered_in_place))
        return marked_since(MasterAddress{*row.host}, *until, snapshot);
    if (!snapshot.journal_ready && !snapshot.will_create_journal && snapshot.schema.may_recover_in_place())
        return "this build may recover a row and leave the lost host in it; without a journal such a row cannot be "
               "distinguished from an orphan";
    if (!recovers_in_place(snapshot)) return std::nullopt;
    if (verdict == Verdict::orphan_earlier_incarnation)
        return "its host is registered again, and this build leaves the lost host in a row that another master took "
               "over";
    return may_run_elsewhere(row, MasterAddress{*row.host}, snapshot);
}

}  // namespace dsr::plan
