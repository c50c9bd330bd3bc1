// SPDX-License-Identifier: Apache-2.0
#include "query/sweep_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/text.hpp"
#include "plan/shadow_score.hpp"
#include "query/json.hpp"
#include "query/table.hpp"
#include "query/time_text.hpp"

namespace dsr::query {

using namespace model;

namespace {

QueueReport queues_of(const SweepReport& report) {
    return report.queues.value_or(QueueReport{});
}

/// A workflow is recovered once a master took it up.
std::string_view in_words(Receipt receipt) {
    return receipt == Receipt::recovered ? "taken up" : name(receipt);
}

/// "; of earlier hand-overs: 3 taken up, 2 not taken up yet", if any receipt arrived.
std::string receipts_in_words(const SweepReport& report) {
    std::string words;
    for (std::size_t i = 1; i < receipt_names.size(); ++i) {
        if (report.receipts[i] > 0)
            words += fmt::format("{}{} {}", words.empty() ? "; of earlier hand-overs: " : ", ", report.receipts[i],
                                 in_words(static_cast<Receipt>(i)));
    }
    if (const auto left = report.unconfirmed.value_or(0); left > 0 && !words.empty())
        words += fmt::format(", {} not taken up yet", left);
    return words;
}

}  // namespace

std::string_view in_words(Outcome outcome) {
    switch (outcome) {
        case Outcome::recovered:
            return "handed over";
        case Outcome::would_recover:
            return "would be handed over";
        default:
            return name(outcome);
    }
}

std::string sentence_of_hand_overs(const SweepReport& report, Milliseconds confirm_within) {
    const auto handed_over = report.shadow ? 0 : report.count(Outcome::recovered);
    if (handed_over == 0 || !report.why_no_journal.empty()) return {};  // without a journal nothing becomes overdue
    return fmt::format(
        "{} workflow(s) were handed over and are pending until a master takes them up; what is not taken up by {} is "
        "overdue (failover.confirm_within)",
        handed_over, rfc3339(report.started_at + report.duration + confirm_within));
}

bool left_for_later(const SweepReport& report) {
    return report.count(Verdict::waiting) > 0 || report.beyond_limit > 0;
}

std::string json_of(const SweepReport& report) {
    Json json;
    json["outcome"] = name(report.outcome);
    json["failure"] = text_json(report.failure);
    json["dry_run"] = report.dry_run;
    json["mode"] = report.shadow ? "shadow" : "act";
    json["shadow"] = nullptr;
    if (const auto& score = report.shadow_score) {
        json["shadow"] = {{"losses", score->losses},
                          {"agreed", score->agreed},
                          {"would_have_doubled", score->would_have_doubled},
                          {"would_have_been_saved", score->would_have_been_saved},
                          {"open", score->open},
                          {"noted_now", report.shadow_noted}};
    }
    json["started_at"] = rfc3339(report.started_at);
    json["holds"] = holds_json(report.holds);
    json["masters"] = Json::array();
    for (const auto& master : report.masters) {
        json["masters"].push_back({{"address", master.address.text},
                                   {"startup_time", time_json(master.startup_time)},
                                   {"process_id", or_null(master.process_id)}});
    }
    json["registry_remarks"] = report.registry_remarks;
    json["verdicts"] = counts_json(report.verdicts);
    json["actions"] = Json::array();
    for (const auto& action : report.actions) {
        json["actions"].push_back({{"workflow_instance_id", action.id.value},
                                   {"from_host", action.from_host.text},
                                   {"verdict", name(action.verdict)},
                                   {"outcome", name(action.outcome)},
                                   {"reason", action.reason}});
    }
    json["actions_total"] = report.actions_total;
    json["beyond_limit"] = report.beyond_limit;
    json["notices"] = Json::array();
    for (const auto& notice : report.notices) {
        json["notices"].push_back({{"workflow_instance_id", notice.id.value},
                                   {"host", or_null(notice.host)},
                                   {"verdict", name(notice.judgement.verdict)},
                                   {"reason", notice.judgement.reason},
                                   {"acts_at", time_json(notice.judgement.acts_at)}});
    }
    json["notices_total"] = report.notices_total;
    json["ended_releases"] = Json::array();
    for (const auto& release : report.ended_releases) {
        json["ended_releases"].push_back({{"number", release.number},
                                          {"workflow_instance_id", release.instance->value},
                                          {"state", name(release.terms->state)},
                                          {"reason", release.terms->why}});
    }
    const auto queues = queues_of(report);
    json["stuck_queues"] = Json::array();
    json["unfetched"] = Json::array();
    json["queues_unread"] = text_json(queues.unread);
    for (const auto& queue : queues.stuck) {
        json["stuck_queues"].push_back({{"serial_command_id", queue.serial_command},
                                        {"workflow_instance_id", queue.instance.value},
                                        {"reason", queue.reason},
                                        {"statement", queue.statement}});
    }
    for (const auto& notice : {queues.ours.notice, queues.others.notice}) {
        if (!notice.empty()) json["unfetched"].push_back(notice);
    }
    json["next_action_at"] = time_json(report.next_action_at);
    json["sweep"] = report.sweep;
    json["follows"] = report.follows;
    json["receipts"] = Json::object();
    for (std::size_t i = 0; i < receipt_names.size(); ++i)
        json["receipts"][std::string(receipt_names[i])] = report.receipts[i];
    json["canary"] = text_json(report.canary);
    json["journal"] = report.why_no_journal.empty() ? Json("ready") : Json(report.why_no_journal);
    json["journal_missing_columns"] = text_json(report.journal_missing_columns);
    json["markers"] = {{"seen", report.markers.seen},
                       {"removed", report.markers.removed},
                       {"kept", report.markers.kept},
                       {"malformed", report.markers.malformed}};
    json["duration_ms"] = report.duration.count();
    return dump(json);
}

std::string sentence_of(const ControlNote& release) {
    return fmt::format("the release of workflow instance {}, by {}, is {}: {}", release.instance->value, release.who,
                       name(release.terms->state), release.terms->why);
}

std::string line_of(const SweepReport& report) {
    if (report.outcome == SweepReport::Outcome::failed) return "sweep failed: " + report.failure;
    std::string line = fmt::format("sweep {}: {} master(s)", name(report.outcome), report.masters.size());
    for (std::size_t i = 0; i < verdict_count; ++i) {
        if (report.verdicts[i] > 0) line += fmt::format(", {} {}", report.verdicts[i], verdict_names[i]);
    }
    for (std::size_t i = 0; i < outcome_names.size(); ++i) {
        if (report.outcomes[i] > 0)
            line += fmt::format("; {} {}", report.outcomes[i], in_words(static_cast<Outcome>(i)));
    }
    line += receipts_in_words(report);
    if (!report.canary.empty()) line += "; " + report.canary;
    if (report.shadow_score) line += "; shadow: " + plan::in_words(*report.shadow_score);
    if (report.markers.removed > 0) line += fmt::format("; {} marker(s) removed", report.markers.removed);
    if (report.markers.malformed > 0) line += fmt::format("; {} marker(s) malformed", report.markers.malformed);
    for (const auto& hold : report.holds) line += fmt::format("; HELD by {}: {}", name(hold.guard), hold.reason);
    return line + fmt::format("; {}", human(report.duration));
}

bool eventful(const SweepReport& report) {
    if (report.follows && report.outcome != SweepReport::Outcome::failed) return false;  // the leader logs it
    for (std::size_t i = 1; i < receipt_names.size(); ++i) {
        if (report.receipts[i] > 0) return true;
    }
    const bool acted = report.shadow ? report.shadow_noted > 0 : report.actions_total > 0;
    return report.outcome != SweepReport::Outcome::done || acted || report.markers.removed > 0 ||
           left_for_later(report);
}

void print(std::ostream& out, const SweepReport& report, Style style) {
    const auto sentence = [&style](const std::string& text) {
        return with_clock_texts(base::printable(text), style.clock);
    };
    out << fmt::format("Sweep of {}: {} in {}{}\n", clock_text(report.started_at, style.clock), name(report.outcome),
                       human(report.duration),
                       report.dry_run  ? " (dry run: nothing was written)"
                       : report.shadow ? " (shadow mode: only the journal was written)"
                                       : "");
    if (report.shadow_score) out << "Shadow: " << plan::in_words(*report.shadow_score) << "\n";
    if (!report.failure.empty()) out << "  " << base::printable(report.failure) << "\n";
    for (const auto& hold : report.holds)
        out << fmt::format("\nHELD  {}\n      {}\n", name(hold.guard), sentence(hold.reason));

    if (!report.masters.empty()) out << "\n";
    Table masters({"live master", "up since", "process"});
    for (const auto& master : report.masters) {
        masters.add({{base::printable(master.address.text)},
                     {master.startup_time ? time_text(*master.startup_time, style.clock) : "-", "", false, true},
                     {master.process_id ? std::to_string(*master.process_id) : "-", "", true}});
    }
    masters.print(out, style.width);
    if (std::any_of(report.verdicts.begin(), report.verdicts.end(), [](auto count) { return count > 0; }))
        out << "\nUnfinished workflows\n";
    for (std::size_t i = 0; i < verdict_count; ++i) {
        if (report.verdicts[i] > 0) out << fmt::format("  {:>9}  {}\n", report.verdicts[i], verdict_names[i]);
    }
    if (report.actions_total > 0) {
        out << "\n";
        Table actions({"instance", "from host", "verdict", "outcome", "why"});
        constexpr std::size_t max_lines = 50;
        for (std::size_t i = 0; i < std::min(max_lines, report.actions.size()); ++i) {
            const auto& action = report.actions[i];
            actions.add({{std::to_string(action.id.value), "", true},
                         {base::printable(action.from_host.text)},
                         {std::string(name(action.verdict)), "", false, true},
                         {std::string(in_words(action.outcome)), "", false, true},
                         {sentence(action.reason)}});
        }
        actions.print(out, style.width);
        if (report.actions_total > max_lines)
            out << fmt::format("  … and {} more: --json has the first {}{}\n", report.actions_total - max_lines,
                               SweepReport::kept_actions,
                               report.dry_run ? ", `ds-reconcilerd verdicts` lists all" : "");
        out << "  ";
        for (std::size_t i = 0; i < outcome_names.size(); ++i) {
            if (report.outcomes[i] > 0)
                out << fmt::format("{} {}  ", report.outcomes[i], in_words(static_cast<Outcome>(i)));
        }
        out << "\n";
    }
    for (std::size_t i = 1; i < receipt_names.size(); ++i) {
        if (report.receipts[i] > 0)
            out << fmt::format("\n{} earlier failover(s) are now {}\n", report.receipts[i],
                               in_words(static_cast<Receipt>(i)));
    }
    for (const auto& entry : report.receipts_to_tell)
        out << fmt::format("  {:>10}  {:<14} {}\n", entry.instance.value, name(entry.receipt),
                           base::printable(entry.message));
    if (!report.canary.empty()) out << "\n" << base::printable(report.canary) << "\n";
    for (const auto& remark : report.registry_remarks) out << "\nRegistry: " << base::printable(remark) << "\n";
    if (!report.why_no_journal.empty()) out << "\nNo journal: " << base::printable(report.why_no_journal) << "\n";
    if (!report.journal_missing_columns.empty())
        out << "\nOutdated journal: " << base::printable(report.journal_missing_columns) << "\n";
    constexpr std::size_t max_notices = 20;
    if (!report.notices.empty()) out << "\n";
    Table notices({"notice of", "verdict", "why"});
    for (std::size_t i = 0; i < std::min(max_notices, report.notices.size()); ++i) {
        const auto& notice = report.notices[i];
        notices.add({{std::to_string(notice.id.value), "", true},
                     {std::string(name(notice.judgement.verdict))},
                     {sentence(notice.judgement.reason)}});
    }
    notices.print(out, style.width, Table::Fit::wrap);
    if (const auto shown = std::min(max_notices, report.notices.size()); report.notices_total > shown)
        out << fmt::format("  … and {} more: `ds-reconcilerd verdicts` lists all\n", report.notices_total - shown);
    const auto queues = queues_of(report);
    if (!queues.unread.empty()) out << "\nQueues not read: " << base::printable(queues.unread) << "\n";
    for (const auto& queue : queues.stuck)
        out << "\nStuck queue: " << base::printable(queue.reason) << "\n  To free it: " << queue.statement << "\n";
    for (const auto& notice : {queues.ours.notice, queues.others.notice}) {
        if (!notice.empty()) out << "\nNot fetched: " << base::printable(notice) << "\n";
    }
    for (const auto& release : report.ended_releases) out << "\n" << base::printable(sentence_of(release)) << "\n";
    if (report.beyond_limit > 0)
        out << fmt::format(
            "\n{} more orphan(s) are left for the next sweep (failover.max_per_sweep, or the memory limit)\n",
            report.beyond_limit);
    if (report.markers.seen > 0) {
        out << fmt::format("\nFailover markers: {} seen, {} removed, {} kept, {} malformed\n", report.markers.seen,
                           report.markers.removed, report.markers.kept, report.markers.malformed);
    }
}

}  // namespace dsr::query
