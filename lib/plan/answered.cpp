// SPDX-License-Identifier: Apache-2.0
#include "plan/answered.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dsr::plan {

using namespace model;

namespace {

/// Why the master that took a row up, which the row does not name, may be gone by now; nothing when no possible taker
/// was lost since.
std::optional<std::string> taker_may_be_gone(const JournalEntry& answer, const Snapshot& snapshot) {
    for (const auto& [address, absence] : snapshot.membership.absent) {
        if (absence.witnessed && absence.last_seen && *absence.last_seen >= answer.at)
            return fmt::format("master {} was lost since and may be the one that took it up", address.text);
    }
    const auto& masters = snapshot.registry.masters;
    const Instant taken_by_then = answer.receipt_at.value_or(answer.at);
    const bool somebody = std::any_of(masters.begin(), masters.end(), [&](const LiveMaster& master) {
        return !master.startup_time || *master.startup_time <= taken_by_then;
    });
    if (somebody) return std::nullopt;
    return "every master that was registered at that time is lost";
}

}  // namespace

std::string overdue_from(Instant handed_over, const Policy& policy) {
    return fmt::format("not taken up yet; overdue at {}, a person must then find out why",
                       rfc3339(handed_over + policy.confirm_within));
}

std::optional<Judgement> answered(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    if (!row.history.answer) return std::nullopt;
    const JournalEntry& answer = *row.history.answer;
    const std::string how =
        fmt::format("{} at {} (journal entry {})", answer.kind == EntryKind::repair ? "repaired" : "handed over",
                    rfc3339(answer.at), answer.number);
    if (answer.receipt == Receipt::failed)
        return Judgement{
            Verdict::failed,
            fmt::format("{}, but its command failed: {}; fix the cause, then run `ds-reconcilerd release {}`", how,
                        answer.message, row.id.value),
            std::nullopt};
    if (answer.receipt == Receipt::recovered) {
        const std::string taken = how + " and taken up since; this build leaves the lost host in the row";
        if (const auto gone = taker_may_be_gone(answer, snapshot))
            return Judgement{
                Verdict::ambiguous,
                fmt::format("{}, and {}; check that no master runs it, then run `ds-reconcilerd release {}`", taken,
                            *gone, row.id.value),
                std::nullopt};
        return Judgement{Verdict::owned, taken, std::nullopt};
    }
    if (now - answer.at >= snapshot.policy.confirm_within)
        return Judgement{Verdict::overdue,
                         fmt::format("{} and not taken up within {}; check whether the masters fetch commands", how,
                                     human(snapshot.policy.confirm_within)),
                         std::nullopt};
    return Judgement{Verdict::recovering, how + ", " + overdue_from(answer.at, snapshot.policy), std::nullopt};
}

}  // namespace dsr::plan
