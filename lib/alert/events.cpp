// SPDX-License-Identifier: Apache-2.0
#include "alert/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "alert/wording.hpp"

namespace dsr::alert {

using namespace model;

namespace {

Alert lost_master(const MasterAddress& address) {
    // Same text as AlertDao.sendServerStoppedAlert, key order included, because its sign is taken over the text.
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = "lost_master:" + address.text;
    alert.title = "Fault tolerance warning";
    alert.summary = "master " + address.text + " is no longer registered";
    alert.content = content_of({{"type", "MASTER"},
                                {"host", "/nodes/master/" + address.text},
                                {"event", "SERVER_DOWN"},
                                {"warningLevel", "SERIOUS"}});
    alert.as_master_would = true;
    alert.conditions = {master_condition(address)};
    return alert;
}

/// One alert for all that one view missed: a lost rack pages once.
Alert lost_masters(const std::vector<MasterAddress>& addresses) {
    if (addresses.size() == 1) return lost_master(addresses.front());
    const auto named =
        first_few(addresses, addresses.size(), [](const MasterAddress& address) { return address.text; });
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("lost_masters:{}:{}", addresses.front().text, addresses.size());
    alert.title = "ds-reconciler: masters are lost";
    alert.summary = fmt::format(
        "{} masters are no longer registered: {}. `ds-reconcilerd status` lists them, and until when each "
        "is waited for",
        addresses.size(), named);
    for (const auto& address : addresses) alert.conditions.push_back(master_condition(address));
    alert.content = content_of({{"event", "MASTERS_LOST"},
                                {"masters", addresses.size()},
                                {"hosts", named},
                                {"reason", alert.summary},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

Alert held(const SweepReport& report) {
    Alert alert;
    alert.severity = Severity::serious;
    alert.title = "ds-reconciler holds";
    alert.key = "held";
    std::string guards;
    for (const auto& hold : report.holds) {
        alert.key += fmt::format(":{}", name(hold.guard));
        alert.conditions.push_back(hold_condition(hold.guard));
        guards += (guards.empty() ? "" : ", ") + std::string(name(hold.guard));
        alert.summary += (alert.summary.empty() ? "" : " | ") + fmt::format("{}: {}", name(hold.guard), hold.reason);
    }
    const auto orphans = report.count(Verdict::orphan) + report.count(Verdict::orphan_earlier_incarnation);
    alert.content = content_of({{"event", "FAILOVER_HELD"},
                                {"guards", guards},
                                {"reason", alert.summary},
                                {"orphans", orphans},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

std::string first_ids(const std::vector<WorkflowInstanceId>& ids, std::uint64_t all) {
    return first_few(ids, all, [](WorkflowInstanceId id) { return std::to_string(id.value); });
}

/// The actions with one of these outcomes, in words.
struct Named {
    std::string ids;    ///< "1, 2, 3, 4, 5 and 7 more"
    std::string hosts;  ///< likewise
};
Named named_by(const SweepReport& report, std::initializer_list<Outcome> outcomes) {
    std::vector<WorkflowInstanceId> ids;
    std::set<std::string> hosts;
    std::uint64_t all = 0;
    for (const auto outcome : outcomes) all += report.count(outcome);
    for (const auto& action : report.actions) {
        if (std::ranges::find(outcomes, action.outcome) == outcomes.end()) continue;
        ids.push_back(action.id);
        hosts.insert(action.from_host.text);
    }
    return {first_ids(ids, all), first_few(hosts, hosts.size(), [](const std::string& host) { return host; })};
}

Alert acted(const SweepReport& report) {
    const auto handed_over = report.count(Outcome::recovered);
    const auto missed = report.count(Outcome::failed) + report.count(Outcome::unknown);
    std::set<std::string> hosts;
    std::string first_reason;
    for (const auto& action : report.actions) {
        hosts.insert(action.from_host.text);
        if (first_reason.empty() && (action.outcome == Outcome::failed || action.outcome == Outcome::unknown))
            first_reason = action.reason;
    }
    std::string named;
    std::uint64_t needs_person = 0;
    for (const auto& host : hosts) {
        named += (named.empty() ? "" : ", ") + host;
        if (const auto rows = report.owners.find({host}); rows != report.owners.end())
            needs_person += rows->second.needs_person;
    }
    const auto over = named_by(report, {Outcome::recovered});
    const auto not_over = named_by(report, {Outcome::failed, Outcome::unknown});
    Alert alert;
    alert.severity = missed == 0 ? Severity::warning : Severity::serious;
    alert.title =
        missed == 0 ? "ds-reconciler handed workflows over" : "ds-reconciler could not hand all workflows over";
    // A hand-over is reported each time; a repeated failure is not.
    alert.key = handed_over == 0 ? "missed:" + named : fmt::format("acted:{}:{}", named, rfc3339(report.started_at));
    if (handed_over != 0)
        alert.summary =
            fmt::format("{} workflow(s) handed over to live masters: {}, of {}", handed_over, over.ids, over.hosts);
    if (missed != 0)
        alert.summary += fmt::format("{}{} workflow(s) not handed over{}: {}, of {}: {}", handed_over == 0 ? "" : "; ",
                                     missed, report.count(Outcome::unknown) == 0 ? "" : ", or with an unknown outcome",
                                     not_over.ids, not_over.hosts, first_reason);
    if (needs_person != 0)
        alert.summary +=
            fmt::format("; {} more need a person: `ds-reconcilerd verdicts` begins with them", needs_person);
    alert.content = content_of({{"event", "FAILOVER"},
                                {"hosts", named},
                                {"workflowInstanceIds", handed_over == 0 ? not_over.ids : over.ids},
                                {"recovered", handed_over},
                                {"notRecovered", missed},
                                {"needsPerson", needs_person},
                                {"reason", first_reason},
                                {"warningLevel", missed == 0 ? "MIDDLE" : "SERIOUS"}});
    return alert;
}

Alert would_have_acted(const SweepReport& report) {
    std::string named;
    for (const auto& host : report.shadow_hosts) named += (named.empty() ? "" : ", ") + host.text;
    Alert alert;
    alert.severity = Severity::warning;
    alert.title = "ds-reconciler (shadow) would have handed workflows over";
    alert.key = fmt::format("shadow:{}:{}", named, rfc3339(report.started_at));
    alert.summary = fmt::format(
        "{} workflow(s) would have been handed over to live masters: {}, of {}; only the journal was written, which "
        "compares this with what masters and people do",
        report.shadow_noted, first_ids(report.shadow_first, report.shadow_noted), named);
    alert.content = content_of({{"event", "FAILOVER_SHADOW"},
                                {"hosts", named},
                                {"wouldRecover", report.shadow_noted},
                                {"reason", alert.summary},
                                {"warningLevel", "MIDDLE"}});
    return alert;
}

/// What became of one sweep's earlier failovers: one alert for each kind, which names the first few. `all`: how many
/// there are, of which `entries` are the first.
Alert receipts(Receipt kind, const std::vector<JournalEntry>& entries, std::uint64_t all) {
    const bool failed = kind == Receipt::failed;
    const auto& first = entries.front();
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("receipt:{}:{}", first.number, name(kind));
    alert.title = failed ? "ds-reconciler: a recovery failed" : "ds-reconciler: a recovery is overdue";
    alert.summary = fmt::format("workflow instance {} of {}, handed over at {}: {}", first.instance.value,
                                first.from_host.text, rfc3339(first.at), first.message);
    nlohmann::ordered_json content{{"event", failed ? "RECOVERY_FAILED" : "RECOVERY_OVERDUE"},
                                   {"workflowInstanceId", first.instance.value},
                                   {"host", first.from_host.text},
                                   {"handedOverAt", rfc3339(first.at)}};
    if (all > 1) {
        const auto ids =
            first_few(entries, all, [](const JournalEntry& entry) { return std::to_string(entry.instance.value); });
        alert.key += fmt::format(":{}", all);
        alert.title = fmt::format("ds-reconciler: {} recoveries {}", all, failed ? "failed" : "are overdue");
        alert.summary = fmt::format("workflow instances {}; the first: {}", ids, alert.summary);
        content["workflowInstances"] = all;
    }
    content["reason"] = all > 1 ? alert.summary : first.message;
    content["warningLevel"] = "SERIOUS";
    alert.content = content_of(content);
    return alert;
}

void add_receipts(const SweepReport& report, std::vector<Alert>& alerts) {
    for (const auto kind : {Receipt::overdue, Receipt::failed}) {
        std::vector<JournalEntry> entries;
        std::ranges::copy_if(report.receipts_to_tell, std::back_inserter(entries),
                             [&](const JournalEntry& entry) { return entry.receipt == kind; });
        const auto all = std::max<std::uint64_t>(entries.size(), report.receipts[static_cast<std::size_t>(kind)]);
        if (!entries.empty()) alerts.push_back(receipts(kind, entries, all));
    }
}

/// The user who gave the release expects the workflow to run.
Alert ended_releases(const std::vector<ControlNote>& releases) {
    const auto& release = releases.front();
    const auto& terms = *release.terms;
    const auto instance = release.instance.value_or(WorkflowInstanceId{}).value;
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("release:{}", release.number);
    alert.title = "ds-reconciler: a release had no effect";
    alert.summary = fmt::format("the release of workflow instance {} that {} gave at {} is {}: {}", instance,
                                release.who, rfc3339(release.at), name(terms.state), terms.why);
    if (releases.size() > 1) {
        const auto ids = first_few(releases, releases.size(), [](const ControlNote& each) {
            return std::to_string(each.instance.value_or(WorkflowInstanceId{}).value);
        });
        alert.summary = fmt::format("the releases of {} workflow instances, {}, had no effect; the first: {}",
                                    releases.size(), ids, alert.summary);
    }
    alert.content = content_of({{"event", "RELEASE_ENDED"},
                                {"workflowInstanceId", instance},
                                {"state", std::string(name(terms.state))},
                                {"by", release.who},
                                {"releases", releases.size()},
                                {"reason", alert.summary},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

/// One alert for all of them, which names the first; sent again when their number changes.
Alert stuck_queues(const QueueReport& queues) {
    const auto& queue = queues.stuck.front();
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("stuck_queues:{}:{}", queue.serial_command, queues.stuck_total);
    alert.title = "ds-reconciler: a serial queue is stuck";
    alert.summary = queue.reason + ". To free it: " + queue.statement;
    if (queues.stuck_total > 1)
        alert.summary +=
            fmt::format(" {} more queue(s) are stuck: see `ds-reconcilerd status`", queues.stuck_total - 1);
    alert.content = content_of({{"event", "SERIAL_QUEUE_STUCK"},
                                {"workflowDefinitionCode", queue.definition_code},
                                {"workflowDefinitionVersion", queue.definition_version},
                                {"workflowInstanceId", queue.instance.value},
                                {"waiting", queue.waiting},
                                {"statement", queue.statement},
                                {"stuckQueues", queues.stuck_total},
                                {"reason", queue.reason},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

Alert unfetched(const Unfetched& waiting, std::string_view whose) {
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("unfetched:{}", whose);
    alert.title = "ds-reconciler: no master fetches commands";
    alert.summary = waiting.notice;
    alert.content = content_of({{"event", "COMMANDS_UNFETCHED"},
                                {"whose", std::string(whose)},
                                {"commands", waiting.commands},
                                {"oldest", waiting.oldest.value_or(0)},
                                {"oldestSeconds", waiting.age.count() / 1000},
                                {"reason", waiting.notice},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

/// Rows of one verdict that need a manual decision; sent again when their number grows.
Alert verdict(const SweepReport& report, Verdict of, const std::string& what) {
    const auto first = std::find_if(report.notices.begin(), report.notices.end(),
                                    [&](const Notice& notice) { return notice.judgement.verdict == of; });
    Alert alert;
    alert.severity = Severity::serious;
    alert.key = fmt::format("verdict:{}:{}", name(of), report.count(of));
    alert.title = "ds-reconciler: " + what;
    alert.summary = fmt::format("{} workflow instance(s): {}", report.count(of), what);
    if (first != report.notices.end())
        alert.summary += fmt::format("; the first is {}: {}", first->id.value, first->judgement.reason);
    alert.content = content_of({{"event", std::string(name(of))},
                                {"workflowInstances", report.count(of)},
                                {"reason", alert.summary},
                                {"warningLevel", "SERIOUS"}});
    return alert;
}

}  // namespace

std::string hold_condition(Guard guard) {
    return "hold:" + std::string(name(guard));
}

std::string master_condition(const MasterAddress& address) {
    return "master:" + address.text;
}

std::vector<Alert> alerts_of(const SweepReport& report) {
    std::vector<Alert> alerts;
    if (report.dry_run || report.all_masters_lost_once) return alerts;
    // In shadow mode one alert says what would have been done; the other alerts are for mode act.
    if (report.shadow) {
        if (report.shadow_noted > 0) alerts.push_back(would_have_acted(report));
        return alerts;
    }
    const bool nobody_lives = std::any_of(report.holds.begin(), report.holds.end(),
                                          [](const Hold& hold) { return hold.guard == Guard::no_live_master; });
    // With no master left, one alert covers everything.
    if (!nobody_lives && !report.lost_masters.empty()) alerts.push_back(lost_masters(report.lost_masters));
    if (!report.holds.empty()) alerts.push_back(held(report));
    if (report.count(Outcome::recovered) + report.count(Outcome::failed) + report.count(Outcome::unknown) > 0)
        alerts.push_back(acted(report));
    add_receipts(report, alerts);
    if (!report.ended_releases.empty()) alerts.push_back(ended_releases(report.ended_releases));
    if (report.count(Verdict::zombie) > 0)
        alerts.push_back(verdict(report, Verdict::zombie, "an absent master still writes"));
    if (report.count(Verdict::quarantined) > 0)
        alerts.push_back(verdict(report, Verdict::quarantined, "quarantined after repeated losses"));
    if (!report.queues) return alerts;
    if (!report.queues->stuck.empty()) alerts.push_back(stuck_queues(*report.queues));
    // Without a master no command is fetched; the alert for that is sent already.
    if (nobody_lives) return alerts;
    if (!report.queues->ours.notice.empty()) alerts.push_back(unfetched(report.queues->ours, "ours"));
    if (!report.queues->others.notice.empty()) alerts.push_back(unfetched(report.queues->others, "others"));
    return alerts;
}

}  // namespace dsr::alert
