// SPDX-License-Identifier: Apache-2.0
#include "query/verdict_since.hpp"

#include <algorithm>

#include "plan/membership.hpp"

namespace dsr::query {

using namespace model;

namespace {

std::optional<Instant> if_past(Instant time, const Snapshot& snapshot) {
    return time <= snapshot.registry.taken_at ? std::optional(time) : std::nullopt;
}

std::optional<Instant> waiting_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    if (row.claimed_since) return row.claimed_since;
    const auto absence = snapshot.membership.absent.find({row.host.value_or("")});
    if (absence == snapshot.membership.absent.end()) return std::nullopt;
    // Its owner was alive when it wrote the row.
    return std::max(absence->second.since, row.ownership.last_change().value_or(absence->second.since));
}

/// The end of the grace.
std::optional<Instant> orphan_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    const auto waited = waiting_since(row, snapshot);
    if (row.claimed_since || !waited) return std::nullopt;
    const auto begin = std::max(*waited, row.task_activity.value_or(*waited));
    const int views = snapshot.membership.absent.at({*row.host}).views;
    return if_past(plan::due(begin, views, snapshot.policy, snapshot.registry.taken_at), snapshot);
}

/// It is unrecoverable since it is lost, if its definition was gone then: nothing shows when that was deleted.
std::optional<Instant> lost_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    if (const auto waited = waiting_since(row, snapshot)) return waited;
    const auto presence = snapshot.membership.present.find({row.host.value_or("")});
    return presence == snapshot.membership.present.end() ? std::nullopt : presence->second.startup_time;
}

/// A serial queue's row has its state from its start; of the others the last change of state is known, if any.
std::optional<Instant> parked_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    const auto since = row.state == state::serial_wait ? row.ownership.last_change() : row.ownership.changed;
    return since ? if_past(*since, snapshot) : std::nullopt;
}

std::optional<Instant> new_incarnation_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    const auto presence = snapshot.membership.present.find({row.host.value_or("")});
    if (presence == snapshot.membership.present.end()) return std::nullopt;
    const auto& [address, seen] = *presence;
    if (snapshot.schema.generation == Generation::process) return seen.startup_time;
    // The masters of this generation scan when they start, which comes first.
    return if_past(plan::due(seen.since, seen.views, snapshot.policy, snapshot.registry.taken_at), snapshot);
}

std::optional<Instant> answered_at(const WorkflowInstance& row) {
    return row.history.answer ? std::optional(row.history.answer->at) : row.handed_over;
}

std::optional<Instant> receipt_since(const WorkflowInstance& row, Receipt receipt) {
    const auto& answer = row.history.answer;
    return answer && answer->receipt == receipt ? answer->receipt_at : std::nullopt;
}

std::optional<Instant> overdue_since(const WorkflowInstance& row, const Snapshot& snapshot) {
    if (const auto seen = receipt_since(row, Receipt::overdue)) return seen;
    const auto answered = answered_at(row);
    return answered ? if_past(*answered + snapshot.policy.confirm_within, snapshot) : std::nullopt;
}

}  // namespace

std::optional<Instant> verdict_since(const WorkflowInstance& row, Verdict verdict, const Snapshot& snapshot) {
    switch (verdict) {
        case Verdict::owned:
            return row.ownership.form == OwnershipTime::Form::known ? std::optional(row.ownership.latest)
                                                                    : std::nullopt;
        case Verdict::waiting:
            return waiting_since(row, snapshot);
        case Verdict::orphan:
            return orphan_since(row, snapshot);
        case Verdict::unrecoverable:
            return lost_since(row, snapshot);
        case Verdict::parked:
            return parked_since(row, snapshot);
        case Verdict::orphan_earlier_incarnation:
            return new_incarnation_since(row, snapshot);
        case Verdict::stranded:
            return row.claimed_since ? if_past(*row.claimed_since + snapshot.policy.grace, snapshot) : std::nullopt;
        case Verdict::pending:
        case Verdict::recovering:
            return answered_at(row);
        case Verdict::overdue:
            return overdue_since(row, snapshot);
        case Verdict::failed:
            return receipt_since(row, Receipt::failed);
        default:
            return std::nullopt;
    }
}

}  // namespace dsr::query
