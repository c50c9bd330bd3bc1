// SPDX-License-Identifier: Apache-2.0
#include "query/query_service.hpp"

#include <algorithm>
#include <map>

#include "model/failure.hpp"
#include "model/instance_states.hpp"
#include "plan/release_terms.hpp"
#include "plan/shadow_score.hpp"
#include "query/verdict_since.hpp"
#include "sweep/observe.hpp"
#include "sweep/queues.hpp"
#include "sweep/state_store.hpp"

namespace dsr::query {

using namespace model;

namespace {

constexpr std::size_t task_page = 500;  // instances per query of tasks

VerdictRow shown(const WorkflowInstance& row, const Judgement& judged) {
    return {row.id, row.name, row.state, row.host, judged, row.definition_code, {}};
}

std::optional<Owner> owner_of(const WorkflowInstance& row, const Snapshot& snapshot) {
    if (!row.host || row.host->empty() || row.host == claimed_host_text) return std::nullopt;
    Owner owner;
    owner.address = {*row.host};
    const auto& masters = snapshot.registry.masters;
    const auto live = std::ranges::find(masters, owner.address, &LiveMaster::address);
    if (live != masters.end()) {
        owner.registered = true;
        owner.startup_time = live->startup_time;
        owner.process_id = live->process_id;
        owner.registered_at = live->registered_at;
        return owner;
    }
    if (const auto absence = snapshot.membership.absent.find(owner.address);
        absence != snapshot.membership.absent.end()) {
        owner.absence = absence->second;
        if (const auto& lost = absence->second.last_incarnation) {
            owner.startup_time = lost->startup_time;
            owner.process_id = lost->process_id;
        }
    }
    return owner;
}

bool would_be_rerun(Verdict verdict) {
    return calls_for_failover(verdict) || verdict == Verdict::waiting;
}

}  // namespace

QueryService::QueryService(sweep::SweepContext context, const Policy& policy, sweep::Memory memory, Role role,
                           std::stop_token stop, bool shadow)
    : context_(std::move(context)),
      policy_(policy),
      memory_(std::move(memory)),
      role_(role),
      stop_(std::move(stop)),
      shadow_(shadow) {}

QueryService::Look QueryService::look() const {
    Look seen{{}, memory_, false};
    context_.store.ping();
    const auto schema = context_.store.inspect();
    const auto journal = sweep::open_journal(context_, policy_, seen.memory, true, shadow_);
    seen.shadow_ready = journal.shadow_ready;
    seen.journal_missing_columns = journal.missing_columns;
    auto reading = sweep::read_cluster(context_, seen.memory);
    sweep::require_reached(reading.view);
    std::optional<sweep::QueuePosition> position;
    if (reading.view.fresh) {
        const auto line = context_.registry.leadership();
        position = {role_ == Role::observer || line.leads, line.leader, reading.view.session_id};
    }
    seen.snapshot =
        sweep::observe(context_, schema, journal, policy_, std::move(reading), position, true, seen.memory).snapshot;
    return seen;
}

sweep::PlanResult QueryService::build_plan(Look& seen, const sweep::Observer& observer,
                                           const std::stop_token& enough) const {
    std::stop_source end;
    const auto request = [&end] { end.request_stop(); };
    const std::stop_callback asked(stop_, request);
    const std::stop_callback found(enough, request);
    auto result = sweep::build_plan(context_, seen.snapshot, seen.memory, seen.snapshot.registry.taken_at,
                                    end.get_token(), {}, observer);
    if (!result.complete && !enough.stop_requested())
        throw Failure(ErrorKind::retry, "stopped before every row was judged");
    return result;
}

Verdicts QueryService::verdicts(const VerdictFilter& filter, const std::string& after, std::size_t limit) const {
    auto seen = look();
    Verdicts answer;
    answer.taken_at = seen.snapshot.registry.taken_at;
    std::map<std::int64_t, Project> projects;
    const auto project_of = [&](std::int64_t code) {
        const auto known = projects.find(code);
        if (known != projects.end()) return known->second;
        const std::vector<std::int64_t> codes{code};
        auto read = context_.store.projects_of(codes);
        return projects[code] = read[code];
    };
    VerdictPage page(filter, after, limit, project_of);
    const auto plan_result =
        build_plan(seen, [&](const WorkflowInstance& row, const Judgement& judged) { page.see(row, judged); });
    std::move(page).finish(answer);
    std::vector<VerdictRow*> rows;
    rows.reserve(answer.rows.size());
    for (auto& row : answer.rows) rows.push_back(&row);
    add_projects(rows);
    answer.counts = plan_result.plan.counts;
    answer.holds = plan_result.plan.holds;
    return answer;
}

Explanation QueryService::explain(WorkflowInstanceId id) const {
    auto seen = look();
    return explain(id, seen);
}

Explanation QueryService::explain(WorkflowInstanceId id, Look& seen) const {
    Explanation explained;
    explained.id = id;
    explained.taken_at = seen.snapshot.registry.taken_at;
    explained.grace = seen.snapshot.policy.grace;
    explained.confirmations = policy_.confirmations;
    tell_history(explained, seen);

    const std::vector<WorkflowInstanceId> ids{id};
    auto rows = context_.store.read(ids);
    explained.stuck_queue = stuck_queue_of(id, rows.empty() ? nullptr : &rows.front(), seen);
    if (rows.empty()) {
        const bool in_journal = !explained.journal.empty() || !explained.notes.empty();
        explained.standing =
            in_journal || explained.stuck_queue ? Explanation::Standing::gone : Explanation::Standing::unknown;
        explained.reason =
            in_journal ? "the workflow instance no longer exists in the database; the journal has entries for it"
            : explained.stuck_queue
                ? "the workflow instance no longer exists in the database; a serial queue still names it"
                : "there is no such workflow instance, and the journal has no entry for it";
        explained.next_step.sentence = "nothing";
        return explained;
    }
    // Judged while a whole plan is built, like in a sweep, because parents must come before their sub-workflows.
    std::stop_source enough;
    std::optional<Judgement> judged;
    const auto plan_result = build_plan(
        seen,
        [&](const WorkflowInstance& row, const Judgement& judgement) {
            if (row.id < id) return;
            enough.request_stop();
            if (row.id != id) return;
            rows.front() = row;
            judged = judgement;
        },
        enough.get_token());
    const auto& row = rows.front();
    explained.row = row;
    explained.times = context_.store.times_of(id);
    const auto projects = projects_of({row.definition_code});
    if (const auto project = projects.find(row.definition_code); project != projects.end())
        explained.project = project->second;
    explained.holds = plan_result.plan.holds;
    if (!judged) {
        explained.standing = Explanation::Standing::finished;
        explained.reason = "it has finished: there is nothing to hand over";
        explained.next_step.sentence = "nothing";
        return explained;
    }
    explained.standing = Explanation::Standing::unfinished;
    explained.owner = owner_of(row, seen.snapshot);
    auto reasoning = plan::gates(row, seen.snapshot, explained.taken_at);
    explained.verdict = reasoning.judgement.verdict;
    explained.state_since = verdict_since(row, *explained.verdict, seen.snapshot);
    explained.reason = reasoning.judgement.reason;
    explained.next_step = next_step_of(reasoning, row, seen.snapshot.schema.generation, explained.holds);
    explained.gates = std::move(reasoning.gates);
    if (shadow_) explained.next_step = in_shadow(std::move(explained.next_step));
    return explained;
}

std::optional<std::string> QueryService::release_refused(WorkflowInstanceId id) const {
    try {
        auto seen = look();
        // Releasing this one lets another go first, whatever its result.
        if (seen.memory.canary && seen.memory.canary->instance == id) return std::nullopt;
        const auto explained = explain(id, seen);
        if (explained.standing == Explanation::Standing::finished) return explained.reason;
        if (explained.standing != Explanation::Standing::unfinished) return std::nullopt;
        const bool seen_whole = !explained.gates.empty() && explained.gates.front().passed == true;
        if (!seen_whole) return std::nullopt;
        plan::Reasoning reasoning;
        reasoning.judgement.verdict = *explained.verdict;
        reasoning.judgement.reason = explained.reason;
        reasoning.gates = explained.gates;
        const auto fits = plan::fits(reasoning);
        return fits.gate ? std::nullopt : std::optional(fits.why);
    } catch (const Failure& failure) {
        // Without the registry the release stays unbound until a sweep binds it.
        context_.log.debug("whether instance {} can be released is unknown yet: {}", id.value, failure.what());
        return std::nullopt;
    }
}

void QueryService::tell_history(Explanation& explained, const Look& seen) const {
    if (!seen.snapshot.journal_ready) return;
    explained.journal = context_.journal.entries(explained.id, Explanation::max_entries);
    for (auto& note : context_.journal.notes(History::most)) {
        if (note.instance == explained.id && explained.notes.size() < Explanation::max_entries)
            explained.notes.push_back(std::move(note));
    }
}

QueueReport QueryService::queues(Look& seen) const {
    return sweep::look_at_queues(context_, policy_, seen.snapshot.registry.masters, seen.snapshot.journal_ready,
                                 seen.memory, role_ == Role::observer ? sweep::Sightings::one : sweep::Sightings::two);
}

std::optional<StuckQueue> QueryService::stuck_queue_of(WorkflowInstanceId id, const WorkflowInstance* row,
                                                       Look& seen) const {
    auto report = queues(seen);
    for (auto& queue : report.stuck) {
        const bool waits = row != nullptr && row->state == state::serial_wait &&
                           row->definition_code == queue.definition_code &&
                           row->definition_version == queue.definition_version;
        if (queue.instance == id || waits) return std::move(queue);
    }
    return std::nullopt;
}

Impact QueryService::impact() const {
    auto seen = look();
    Impact answer;
    answer.taken_at = seen.snapshot.registry.taken_at;
    const auto plan_result = build_plan(seen, [&](const WorkflowInstance& row, const Judgement& judged) {
        if (!would_be_rerun(judged.verdict)) return;
        ++(judged.verdict == Verdict::waiting ? answer.waiting : answer.orphans);
        if (answer.workflows.size() < Impact::max_workflows) {
            answer.workflows.push_back({shown(row, judged), {}});
        } else {
            answer.complete = false;
        }
    });
    answer.holds = plan_result.plan.holds;

    std::vector<VerdictRow*> rows;
    std::map<WorkflowInstanceId, std::size_t> places;
    for (std::size_t i = 0; i < answer.workflows.size(); ++i) {
        rows.push_back(&answer.workflows[i].row);
        places[answer.workflows[i].row.id] = i;
    }
    add_projects(rows);
    std::size_t left = Impact::max_tasks;
    for (std::size_t first = 0; first < answer.workflows.size(); first += task_page) {
        std::vector<WorkflowInstanceId> ids;
        for (std::size_t i = first; i < std::min(first + task_page, answer.workflows.size()); ++i)
            ids.push_back(answer.workflows[i].row.id);
        auto tasks = context_.store.running_tasks(ids, left + 1);
        if (tasks.size() > left) {
            answer.complete = false;
            tasks.resize(left);
        }
        left -= tasks.size();
        for (auto& task : tasks) answer.workflows[places.at(task.workflow_instance)].tasks.push_back(std::move(task));
    }
    for (const auto& workflow : answer.workflows) {
        if (workflow.tasks.size() > Impact::max_tasks_of_one) answer.complete = false;
    }
    return answer;
}

std::map<std::int64_t, Project> QueryService::projects_of(std::vector<std::int64_t> codes) const {
    std::ranges::sort(codes);
    codes.erase(std::ranges::unique(codes).begin(), codes.end());
    try {
        return context_.store.projects_of(codes);
    } catch (const Failure& failure) {
        // If the user may not read the projects' table, only the project is missing.
        if (failure.kind() != ErrorKind::permanent) throw;
        return {};
    }
}

void QueryService::add_projects(const std::vector<VerdictRow*>& rows) const {
    std::vector<std::int64_t> codes;
    codes.reserve(rows.size());
    for (const auto* row : rows) codes.push_back(row->definition_code);
    const auto projects = projects_of(std::move(codes));
    for (auto* row : rows) {
        if (const auto project = projects.find(row->definition_code); project != projects.end())
            row->project = project->second;
    }
}

History QueryService::history(std::optional<WorkflowInstanceId> instance, std::size_t limit) const {
    context_.store.ping();
    (void)context_.store.inspect();
    const auto state = context_.journal.inspect();
    if (!state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    const std::size_t most = std::clamp<std::size_t>(limit, 1, History::most);
    History answer;
    answer.instance = instance;
    answer.entries = context_.journal.entries(instance, most);
    if (state.shadow_ready) answer.shadow = context_.journal.shadow_entries(instance, most);
    for (auto& note : context_.journal.notes(History::most)) {
        if (answer.notes.size() < most && (!instance || note.instance == instance))
            answer.notes.push_back(std::move(note));
    }
    return answer;
}

TimelineAnswer QueryService::timeline() const {
    context_.store.ping();
    (void)context_.store.inspect();
    const auto state = context_.journal.inspect();
    if (!state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    TimelineAnswer answer;
    answer.taken_at = context_.now();
    const Instant since = answer.taken_at - Timeline::kept;
    // Read from the journal, because another replica may lead.
    if (auto learnt = context_.journal.load_state()) answer.timeline = std::move(learnt->timeline);
    const auto counts = context_.journal.recoveries(since, TimelineAnswer::max_counts);
    answer.notes = context_.journal.notes(TimelineAnswer::max_entries);
    std::vector<ShadowEntry> shadow;
    if (state.shadow_ready) shadow = context_.journal.shadow_entries(std::nullopt, TimelineAnswer::max_entries);
    const auto cut = [&](const auto& newest_first) {
        return newest_first.size() == TimelineAnswer::max_entries && newest_first.back().at >= since;
    };
    answer.complete = counts.size() < TimelineAnswer::max_counts && !cut(answer.notes) && !cut(shadow);
    std::erase_if(shadow, [&](const ShadowEntry& entry) { return entry.at < since; });
    answer.recoveries = grouped(counts);
    answer.shadow = grouped(counts_of(shadow));
    return answer;
}

DaemonStatus QueryService::daemon_status() const {
    auto seen = look();
    const auto plan_result = build_plan(seen, {});
    SweepReport report;
    report.dry_run = true;
    report.started_at = seen.snapshot.registry.taken_at;
    report.masters = seen.snapshot.registry.masters;
    report.absent_masters = sweep::absent_masters(seen.memory.membership, seen.snapshot, plan_result);
    report.verdicts = plan_result.plan.counts;
    report.owners = plan_result.plan.owners;
    report.need_person = plan_result.plan.need_person;
    report.holds = plan_result.plan.holds;
    report.outcome = report.holds.empty() ? SweepReport::Outcome::done : SweepReport::Outcome::held;
    report.next_action_at = plan_result.plan.next_action_at;
    report.why_no_journal = seen.snapshot.why_no_journal;
    report.journal_missing_columns = seen.journal_missing_columns;
    report.pause = seen.snapshot.control.pause;
    report.schema = seen.snapshot.schema;
    report.layout = seen.snapshot.layout;
    report.queues = queues(seen);
    report.shadow = shadow_;
    if (shadow_ && seen.shadow_ready) report.shadow_score = plan::score_of(context_.journal.shadow_counts());
    DaemonStatus daemon_status;
    daemon_status.shadow = shadow_;
    daemon_status.answered_by = AnsweredBy::journal;
    daemon_status.version = context_.version;
    daemon_status.replica = context_.replica;
    daemon_status.policy = policy_;
    daemon_status.leader = seen.snapshot.leader;
    if (seen.snapshot.journal_ready) {
        if (const auto learnt = context_.journal.load_state())
            daemon_status.journal_view_at = learnt->membership.last_view;
    }
    daemon_status.last = daemon_status.last_whole = std::move(report);
    return daemon_status;
}

}  // namespace dsr::query
