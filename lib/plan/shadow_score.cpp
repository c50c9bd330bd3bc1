// SPDX-License-Identifier: Apache-2.0
#include "plan/shadow_score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/instance_states.hpp"
#include "plan/judge.hpp"
#include "plan/owner.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Whether start_time or restart_time changed. Unreadable times did not change.
bool stamped_anew(const ShadowEntry& entry, const WorkflowInstance& row) {
    return row.ownership.form != OwnershipTime::Form::unreadable &&
           !same_stamp(row.ownership.stamped, entry.owned_since);
}

struct Dealt {
    std::optional<std::string> by;
    std::string how;
};

/// The host that the row names.
std::optional<std::string> named(const WorkflowInstance& row) {
    const bool nobody = !row.host || row.host->empty() || row.host == claimed_host_text;
    return nobody ? std::nullopt : row.host;
}

/// What a master or a person did about the loss; nothing while it is untouched.
std::optional<Dealt> dealt_with(const ShadowEntry& entry, const WorkflowInstance* row, const SchemaFacts& schema) {
    if (row == nullptr) return Dealt{std::nullopt, "the instance was deleted"};
    if (row->command_pending) return Dealt{std::nullopt, "a command for it exists"};
    if (entry.kind == EntryKind::repair) {
        if (!claimed(*row, schema)) return Dealt{named(*row), "it is no longer claimed"};
        if (stamped_anew(entry, *row)) return Dealt{std::nullopt, "it was taken up and claimed again"};
        return std::nullopt;
    }
    if (claimed(*row, schema)) return Dealt{std::nullopt, "a master claimed it for failover"};
    if (row->host != entry.from_host.text) {
        if (const auto by = named(*row)) return Dealt{by, "taken up by " + *by};
        return Dealt{std::nullopt, "its host was cleared"};
    }
    if (stamped_anew(entry, *row)) return Dealt{row->host, "taken up again by " + *row->host};
    return std::nullopt;
}

/// Evidence that the run taken for dead goes on, in a row that nobody dealt with.
std::optional<std::string> life_of(const ShadowEntry& entry, const WorkflowInstance& row,
                                   std::optional<Verdict> verdict, const SchemaFacts& schema) {
    if (entry.kind == EntryKind::repair) return std::nullopt;  // claimed: no master runs it
    if (is_final_state(schema, row.state))
        return fmt::format("it ended in state {}, and no master had taken it up", *row.state);
    if (verdict == Verdict::owned) return "its master is registered again and still owns it";
    if (verdict == Verdict::zombie || (row.task_activity && *row.task_activity > entry.at))
        return "its tasks were written since, although its master is absent";
    // A requested pause or stop does not prove a run.
    const bool asked = row.state == state::ready_pause || row.state == state::ready_stop;
    if (asked && row.state != entry.old_state) return std::nullopt;
    if (row.state != entry.old_state)
        return fmt::format("its state changed from {} to {}, and no master had taken it up", entry.old_state,
                           row.state ? std::to_string(*row.state) : "NULL");
    const auto change = row.ownership.last_change();
    if (change && entry.owned_until && *change > *entry.owned_until)
        return fmt::format("its state changed at {}, and no master had taken it up", rfc3339(*change));
    return std::nullopt;
}

bool still_lost(EntryKind kind, std::optional<Verdict> verdict) {
    if (!verdict) return false;
    return kind == EntryKind::repair ? *verdict == Verdict::stranded : calls_for_failover(*verdict);
}

}  // namespace

Milliseconds shadow_window(const Policy& policy) {
    return policy.lock_wait + policy.lock_hold + policy.kill_wait;
}

ShadowEntry compare(ShadowEntry entry, const ShadowLook& look, const SchemaFacts& schema, const Policy& policy,
                    Instant now) {
    if (entry.settled) return entry;
    const auto becomes = [&](Comparison comparison, std::string message) {
        if (entry.compared != comparison) entry.compared_at = now;
        entry.compared = comparison;
        entry.message = std::move(message);
    };
    const auto age = now - entry.at;
    const bool saved = entry.compared == Comparison::would_have_been_saved;
    if (look.handed_over_since) {
        becomes(saved ? entry.compared : Comparison::withdrawn, "this daemon has handed it over since, in mode act");
        entry.settled = true;
        return entry;
    }
    if (auto dealt = dealt_with(entry, look.row, schema)) {
        const auto comparison = saved                ? entry.compared
                                : entry.untouched_at ? Comparison::agreed
                                                     : Comparison::would_have_doubled;
        becomes(comparison, entry.untouched_at
                                ? fmt::format("{}; observed {} after the decision", dealt->how, human(age))
                                : fmt::format("{}; observed {} after the decision, and no observation in between "
                                              "proves that this daemon would have acted first",
                                              dealt->how, human(age)));
        entry.dealt_by = std::move(dealt->by);
        entry.settled = true;
        return entry;
    }
    if (auto life = life_of(entry, *look.row, look.verdict, schema)) {
        becomes(Comparison::would_have_doubled, std::move(*life));
        entry.settled = true;
        return entry;
    }
    if (!entry.untouched_at && age >= shadow_window(policy)) entry.untouched_at = now;
    if (!saved && entry.untouched_at && age >= policy.confirm_within && still_lost(entry.kind, look.verdict))
        becomes(Comparison::would_have_been_saved, fmt::format("nobody recovered it for {}", human(age)));
    return entry;
}

ShadowScore score_of(const ComparisonCounts& counts) {
    const auto count = [&](Comparison comparison) { return counts[static_cast<std::size_t>(comparison)]; };
    ShadowScore score;
    score.agreed = count(Comparison::agreed);
    score.would_have_doubled = count(Comparison::would_have_doubled);
    score.would_have_been_saved = count(Comparison::would_have_been_saved);
    score.open = count(Comparison::open);
    score.losses = score.agreed + score.would_have_doubled + score.would_have_been_saved + score.open;
    return score;
}

std::string in_words(const ShadowScore& score) {
    auto words =
        fmt::format("{} loss{}: {} agreed, {} would have doubled, {} would have been saved", score.losses,
                    score.losses == 1 ? "" : "es", score.agreed, score.would_have_doubled, score.would_have_been_saved);
    if (score.open > 0) words += fmt::format(", {} open", score.open);
    return words;
}

}  // namespace dsr::plan
