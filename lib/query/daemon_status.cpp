// SPDX-License-Identifier: Apache-2.0
#include "query/daemon_status.hpp"

#include <algorithm>
#include <numeric>

#include "query/answers.hpp"

namespace dsr::query {

using namespace model;

namespace {

Json summary_json(const SweepSummary& sweep) {
    Json outcomes = Json::object();
    for (std::size_t i = 0; i < outcome_names.size(); ++i) outcomes[std::string(outcome_names[i])] = sweep.outcomes[i];
    return {{"sweep", sweep.sweep},
            {"started_at", rfc3339(sweep.started_at)},
            {"duration_ms", ms_json(sweep.duration)},
            {"outcome", name(sweep.outcome)},
            {"failure", text_json(sweep.failure)},
            {"interrupted", sweep.interrupted},
            {"follows", sweep.follows},
            {"masters", sweep.masters},
            {"unfinished", sweep.unfinished},
            {"found", sweep.found},
            {"recovered", sweep.recovered},
            {"verdicts", counts_json(sweep.verdicts)},
            {"outcomes", outcomes},
            {"holds", holds_json(sweep.holds)},
            {"next_action_at", time_json(sweep.next_action_at)}};
}

Json live_json(const LiveMaster& master) {
    return {{"address", master.address.text},
            {"state", "live"},
            {"state_since", rfc3339(master.registered_at)},
            {"startup_time", time_json(master.startup_time)},
            {"process_id", or_null(master.process_id)},
            {"registered_at", rfc3339(master.registered_at)},
            {"absent_since", nullptr},
            {"witnessed", nullptr},
            {"views", nullptr},
            {"grace_over_at", nullptr},
            {"owns_rows", nullptr}};
}

Json absent_json(const AbsentMaster& master) {
    const auto& incarnation = master.incarnation;
    return {{"address", master.address.text},
            {"state", master.zombie ? "zombie" : "absent"},
            {"state_since", rfc3339(master.since)},
            {"startup_time", incarnation ? Json(rfc3339(incarnation->startup_time)) : Json(nullptr)},
            {"process_id", incarnation ? Json(incarnation->process_id) : Json(nullptr)},
            {"registered_at", nullptr},
            {"absent_since", rfc3339(master.since)},
            {"witnessed", master.witnessed},
            {"views", std::max(0, master.views)},
            {"grace_over_at", time_json(master.grace_over_at)},
            {"owns_rows", master.owns_rows}};
}

Json masters_json(const std::optional<SweepReport>& seen) {
    Json json = Json::array();
    if (!seen) return json;
    const auto add = [&](const MasterAddress& address, Json master) {
        const auto counted = seen->owners.find(address);
        const auto rows = counted == seen->owners.end() ? OwnerCounts{} : counted->second;
        master["owned"] = rows.owned;
        master["waiting"] = rows.waiting;
        master["orphan"] = rows.orphan;
        master["other"] = rows.other;
        json.push_back(std::move(master));
    };
    for (const auto& master : seen->masters) add(master.address, live_json(master));
    for (const auto& master : seen->absent_masters) add(master.address, absent_json(master));
    const auto address = [](const Json& master) { return master.at("address").get<std::string>(); };
    std::stable_sort(json.begin(), json.end(),
                     [&](const Json& one, const Json& other) { return address(one) < address(other); });
    return json;
}

std::string_view state_of(const DaemonStatus& daemon_status) {
    if (daemon_status.answered_by == AnsweredBy::journal) return "unknown";
    if (!daemon_status.last) return "starting";
    if (daemon_status.last->outcome == SweepReport::Outcome::failed) return "failing";
    if (daemon_status.last->follows) return "following";
    if (daemon_status.last->outcome == SweepReport::Outcome::held) return "held";
    return daemon_status.last->shadow ? "shadowing" : "acting";
}

/// Whether hand-overs go on: the last sweep saw everything, and nothing holds but single hosts.
bool acts(const DaemonStatus& daemon_status) {
    const auto& last = daemon_status.last;
    return last && last->outcome != SweepReport::Outcome::failed && held_words(last->holds).empty();
}

std::string_view session_of(const DaemonStatus& daemon_status) {
    // A sweep that failed because of the database has no information on the registry.
    if (!daemon_status.last || !daemon_status.last->registry_reached) return "unknown";
    return *daemon_status.last->registry_reached ? "connected" : "lost";
}

Json pause_json(const std::optional<SweepReport>& seen, Instant now) {
    if (!seen || !seen->pause) return nullptr;
    const auto& pause = *seen->pause;
    if (pause.until && *pause.until <= now) return nullptr;
    return {{"at", rfc3339(pause.at)}, {"until", time_json(pause.until)}, {"by", pause.who}, {"reason", pause.why}};
}

Json queues_json(const std::optional<SweepReport>& seen) {
    if (!seen || !seen->queues) return nullptr;
    const auto& queues = *seen->queues;
    Json stuck = Json::array();
    for (const auto& queue : queues.stuck) stuck.push_back(stuck_json(queue));
    return {{"stuck", stuck},
            {"stuck_total", queues.stuck_total},
            {"unfetched_ours", unfetched_json(queues.ours)},
            {"unfetched_others", unfetched_json(queues.others)},
            {"unread", text_json(queues.unread)}};
}

/// What a person must act upon.
Json needs_person_json(const std::optional<SweepReport>& seen) {
    if (!seen) return nullptr;
    std::uint64_t workflows = 0;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        if (needs_person(static_cast<Verdict>(i))) workflows += seen->verdicts.at(i);
    }
    Json first = Json::array();
    for (const auto& id : seen->need_person) first.push_back(id.value);
    return {{"workflows", workflows}, {"first", first}};
}

Json leads_json(const DaemonStatus& daemon_status) {
    if (daemon_status.answered_by == AnsweredBy::journal || !daemon_status.last_whole) return nullptr;
    return !daemon_status.last_whole->follows;
}

}  // namespace

SweepSummary summary_of(const SweepReport& report) {
    SweepSummary summary;
    summary.sweep = report.sweep;
    summary.started_at = report.started_at;
    summary.duration = report.duration;
    summary.outcome = report.outcome;
    summary.failure = report.failure;
    summary.interrupted = report.interrupted;
    summary.follows = report.follows;
    summary.masters = report.masters.size();
    summary.unfinished = std::accumulate(report.verdicts.begin(), report.verdicts.end(), std::uint64_t{0});
    summary.found = report.count(Verdict::orphan) + report.count(Verdict::orphan_earlier_incarnation) +
                    report.count(Verdict::stranded);
    summary.recovered = report.count(Outcome::recovered);
    summary.verdicts = report.verdicts;
    summary.outcomes = report.outcomes;
    summary.holds = report.holds;
    summary.next_action_at = report.next_action_at;
    return summary;
}

void DaemonStatus::finished(const SweepReport& report) {
    sweeps.push_front(summary_of(report));
    if (sweeps.size() > kept_sweeps) sweeps.pop_back();
    const auto before = state_of(*this);
    last = report;
    if (!state_since || state_of(*this) != before) state_since = report.started_at;
    if (report.outcome != SweepReport::Outcome::failed) last_whole = report;
    sweep_running_since.reset();
}

Json status(const DaemonStatus& daemon_status, Instant now) {
    const auto& seen = daemon_status.last_whole;
    const Policy& policy = daemon_status.policy;
    const std::string leader = seen && !seen->leader.empty() ? seen->leader : daemon_status.leader;
    Json json;
    json["now"] = rfc3339(now);
    json["answered_by"] = daemon_status.answered_by == AnsweredBy::daemon ? "daemon" : "journal";
    json["version"] = daemon_status.version;
    json["replica"] = daemon_status.replica;
    json["cluster"] = to_json(daemon_status.cluster, seen);
    json["started_at"] = time_json(daemon_status.started_at);
    json["state"] = state_of(daemon_status);
    json["state_since"] = time_json(daemon_status.last ? daemon_status.state_since : daemon_status.started_at);
    json["leads"] = leads_json(daemon_status);
    json["leader"] = text_json(leader);
    json["registry_session"] = session_of(daemon_status);
    json["registry_remarks"] = seen ? Json(seen->registry_remarks) : Json::array();
    json["config_error"] = text_json(daemon_status.config_error);
    json["failover_enabled"] = policy.failover_enabled;
    json["mode"] = daemon_status.shadow ? "shadow" : "act";
    json["shadow"] = score_json(daemon_status.shadow && seen ? seen->shadow_score : std::nullopt);
    json["journal_ready"] = seen ? Json(seen->why_no_journal.empty()) : Json(nullptr);
    json["journal_lacking"] = seen ? text_json(seen->why_no_journal) : Json(nullptr);
    json["journal_missing_columns"] = seen ? text_json(seen->journal_missing_columns) : Json(nullptr);
    json["canary"] = seen ? text_json(seen->canary) : Json(nullptr);
    json["index_advice"] = seen ? text_json(seen->index_advice) : Json(nullptr);
    json["queues"] = queues_json(seen);
    json["journal_view_at"] = time_json(daemon_status.journal_view_at);
    json["dolphinscheduler_ui_url"] = text_json(daemon_status.ui_url);
    json["sweep_interval_ms"] = ms_json(policy.sweep_interval);
    json["grace_ms"] = ms_json(policy.grace);
    json["confirmations"] = policy.confirmations;
    json["sweep_running_since"] = time_json(daemon_status.sweep_running_since);
    json["next_sweep_at"] = time_json(daemon_status.next_sweep_at);
    json["last_sweep"] = daemon_status.sweeps.empty() ? Json(nullptr) : summary_json(daemon_status.sweeps.front());
    json["next_action_at"] = acts(daemon_status) ? time_json(seen->next_action_at) : Json(nullptr);
    json["pause"] = pause_json(seen, now);
    json["holds"] = daemon_status.last ? holds_json(daemon_status.last->holds) : Json::array();
    json["verdicts"] = seen ? counts_json(seen->verdicts) : Json(nullptr);
    json["needs_person"] = needs_person_json(seen);
    json["masters"] = masters_json(seen);
    json["seen_at"] = seen ? Json(rfc3339(seen->started_at)) : Json(nullptr);
    return json;
}

Json clusters(const std::vector<ClusterAnswer>& answers, Instant now) {
    Json list = Json::array();
    for (const auto& [name, status, error] : answers)
        list.push_back({{"name", name}, {"status", status}, {"error", error.empty() ? Json(nullptr) : Json(error)}});
    return {{"now", rfc3339(now)}, {"clusters", list}};
}

Json sweeps(const DaemonStatus& daemon_status, std::size_t limit, Instant now) {
    Json list = Json::array();
    for (std::size_t i = 0; i < std::min(limit, daemon_status.sweeps.size()); ++i)
        list.push_back(summary_json(daemon_status.sweeps[i]));
    return {{"now", rfc3339(now)}, {"sweeps", list}};
}

}  // namespace dsr::query
