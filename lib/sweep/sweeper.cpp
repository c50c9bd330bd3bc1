// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/failure.hpp"
#include "plan/markers.hpp"
#include "plan/shadow_score.hpp"
#include "plan/timeline.hpp"
#include "sweep/apply.hpp"
#include "sweep/confirm.hpp"
#include "sweep/leadership.hpp"
#include "sweep/observe.hpp"
#include "sweep/queues.hpp"
#include "sweep/shadow.hpp"
#include "sweep/state_store.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Records in the report how long each step took, measured from the end of the previous step.
class Stopwatch {
public:
    Stopwatch(const Clock& now, SweepReport& report) : now_(now), report_(report), began_(now()) {}
    void ended(Step step) {
        const Instant now = now_();
        report_.steps[static_cast<std::size_t>(step)] = std::max(now - began_, std::chrono::microseconds{0});
        began_ = now;
    }
    void next_begins() { began_ = now_(); }

private:
    const Clock& now_;
    SweepReport& report_;
    Instant began_;
};

void report_observation(const Observation& seen, bool all_masters_lost, SweepReport& report) {
    const Snapshot& snapshot = seen.snapshot;
    report.follows = !snapshot.leads;
    report.leader = snapshot.leader;
    report.pause = snapshot.control.pause;
    report.schema = snapshot.schema;
    report.layout = snapshot.layout;
    report.masters = snapshot.registry.masters;
    report.registry_remarks = snapshot.registry.remarks;
    report.lost_masters = seen.newly_lost;
    report.cut_off = {snapshot.answering.size(), snapshot.sessions.size()};
    report.all_masters_lost_once = all_masters_lost;
    const auto& markers = snapshot.registry.markers;
    report.markers.seen = report.markers.kept = markers.size();
    report.markers.malformed = static_cast<std::uint64_t>(std::ranges::count_if(markers, plan::malformed));
}

/// Logs each remark once, as long as it stands.
void log_remarks(const SweepContext& context, const std::vector<std::string>& remarks, std::vector<std::string>& told) {
    for (const auto& remark : remarks) {
        if (std::ranges::find(told, remark) == told.end()) context.log.warn("{}", remark);
    }
    told = remarks;
}

void report_plan(PlanResult& result, SweepReport& report) {
    const Plan& plan = result.plan;
    report.verdicts = plan.counts;
    report.owners = plan.owners;
    report.need_person = plan.need_person;
    report.notices = std::move(result.notices);
    report.notices_total = result.notices_total;
    report.beyond_limit = plan.beyond_limit;
    report.more_than_a_plan = plan.beyond_limit > 0;
    report.next_action_at = plan.next_action_at;
    report.holds = plan.holds;
    report.interrupted = !result.complete;
    for (const auto& owner : result.absent_owners) {
        if (std::ranges::find(report.lost_masters, owner) == report.lost_masters.end())
            report.lost_masters.push_back(owner);
    }
}

}  // namespace

Sweeper::Sweeper(SweepContext context, alert::AlertDispatcher dispatcher, const Policy& policy,
                 recording::Recorder* recorder)
    : context_(std::move(context)), dispatcher_(std::move(dispatcher)), policy_(policy), recorder_(recorder) {}

void Sweeper::inherit(const Sweeper& before, Kept kept) {
    memory_ = before.memory_;
    if (!kept.registry) {
        memory_.membership = {};
        memory_.queue_position.reset();
        memory_.workers = {};
    }
    if (!kept.registry || !kept.database) {
        memory_.rows_read.reset();
        // A changed zone needs a new proof: a wrong one makes rows of live masters look like an earlier incarnation's.
        memory_.zone = {};
    }
    if (!kept.database) {
        memory_.state_loaded = false;
        memory_.canary.reset();
        memory_.out_of_line = memory_.commit_unknown = memory_.journal_seen = false;
        memory_.cluster = {};
        memory_.queues = {};
        memory_.timeline = {};
    }
    dispatcher_.inherit(before.dispatcher_);
}

SweepReport Sweeper::sweep(const Options& options, const std::stop_token& stop) {
    SweepReport report;
    report.dry_run = options.dry_run;
    report.shadow = options.shadow;
    report.started_at = context_.now();
    report.sweep = fmt::format("{}/{}", rfc3339(report.started_at), context_.replica);
    if (options.named) options.named(report.sweep);
    const bool recorded = recorder_ != nullptr && !options.dry_run;  // a dry run writes nothing anywhere
    if (recorded) recorder_->begin();
    try {
        run(options, stop, report);
        if (report.took(Step::observe) && !report.interrupted) {
            const bool journal = report.why_no_journal.empty();
            report.queues = look_at_queues(context_, policy_, report.masters, journal, memory_);
        }
        report.outcome = !report.failure.empty() ? SweepReport::Outcome::failed
                         : report.holds.empty()  ? SweepReport::Outcome::done
                                                 : SweepReport::Outcome::held;
    } catch (const Failure& failure) {
        report.outcome = SweepReport::Outcome::failed;
        report.failure = failure.what();
    } catch (const std::exception& error) {
        report.outcome = SweepReport::Outcome::failed;
        report.failure = std::string("internal error; please report it: ") + error.what();
    }
    if (!options.dry_run) resign_without_database(context_, memory_, report);
    Stopwatch watch(context_.now, report);
    if (recorded) keep_recording(report);
    memory_.last_sweep = context_.now() - report.started_at;
    report.duration = std::chrono::duration_cast<Milliseconds>(memory_.last_sweep);
    if (!options.dry_run && !report.follows) dispatcher_.dispatch_report(report, context_.now());
    report.channels = dispatcher_.counts();
    watch.ended(Step::report);
    return report;
}

void Sweeper::run(const Options& options, const std::stop_token& stop, SweepReport& report) {
    Stopwatch watch(context_.now, report);
    // A failed or held sweep leaves this empty.
    const auto unheld_before = options.dry_run ? memory_.unheld_at : std::exchange(memory_.unheld_at, std::nullopt);

    // Observe.
    const auto schema = inspect(report);
    if (!schema) return;
    const auto journal = open_journal(context_, policy_, memory_, options.dry_run, options.shadow);
    report.why_no_journal = journal.ready ? journal.why_no_shadow : journal.why_not_ready;
    report.journal_missing_columns = journal.missing_columns;
    auto reading = read_cluster(context_, memory_);
    report.registry_reached = reading.view.reached;
    require_reached(reading.view);
    const bool all_masters_lost = reading.all_masters_lost;
    if (reading.view.fresh && !options.dry_run) {  // a dry run takes no place in the line
        queue_for_leadership(context_, reading.view, memory_);
        report.leads = memory_.queue_position->leads;
    }
    const auto position = options.dry_run ? std::nullopt : memory_.queue_position;
    auto seen = observe(context_, *schema, journal, policy_, std::move(reading), position, options.dry_run, memory_);
    Snapshot& snapshot = seen.snapshot;
    const bool fresh = snapshot.registry.fresh;
    if (journal.ready && fresh && report.leads.value_or(false)) identify_database(context_, memory_, snapshot);
    report_observation(seen, all_masters_lost, report);
    log_remarks(context_, report.registry_remarks, memory_.remarks_told);
    if (report.follows) memory_.state_loaded = false;  // when we lead again, read what the leader wrote meanwhile
    watch.ended(Step::observe);

    std::uint64_t planned = 0;
    const SweepScope scope{context_,
                           snapshot,
                           memory_,
                           report,
                           journal.additions_ready ? std::optional(journal.zone) : std::nullopt,
                           stop,
                           [&] {
                               if (options.progress) options.progress(0, report.actions_total, planned);
                           }};

    // Confirm.
    const bool keeps_journal = journal.ready && !options.dry_run && leads_in_session(memory_, snapshot.registry) &&
                               snapshot.other_registry.empty();
    bool releases_bound = false;
    if (keeps_journal) {
        confirm(scope);
        if (fresh) releases_bound = settle_releases(scope);
        watch.ended(Step::confirm);
    }

    // Plan.
    Observer observer;
    if (recorder_ != nullptr && !options.dry_run)
        observer = [this](const WorkflowInstance& row, const Judgement& judged) { recorder_->saw(row, judged); };
    auto result = build_plan(context_, snapshot, memory_, snapshot.registry.taken_at, stop, options.progress, observer);
    const Plan& plan = result.plan;
    planned = plan.planned;
    if (observer) recorder_->observed(snapshot, snapshot.registry.taken_at, plan.holds);
    report.absent_masters = absent_masters(memory_.membership, snapshot, result);
    report_plan(result, report);
    if (result.complete) watch.ended(Step::plan);
    if (result.complete && fresh && !options.dry_run) return_to_line(context_, policy_, memory_, journal.ready);
    if (keeps_journal && result.complete) {
        if (fresh)
            plan::note_masters(memory_.timeline, report.masters, report.absent_masters, snapshot.registry.taken_at);
        plan::note_holds(memory_.timeline, plan.holds, snapshot.registry.taken_at);
    }
    // Persist before acting, so that a successor resumes from the same state.
    if (keeps_journal && fresh) save_state(scope);

    // Apply.
    if (options.shadow) {
        if (result.complete) run_shadow(scope, plan, keeps_journal && journal.shadow_ready);
        if (journal.shadow_ready) report.shadow_score = plan::score_of(context_.journal.shadow_counts());
        return;
    }
    if (!result.complete || !plan.holds.empty()) return;
    watch.next_begins();
    if (options.dry_run) {
        report_dry_run(scope, plan);
    } else {
        apply(scope, plan);
    }
    if (keeps_journal && report.holds.empty()) {
        if (releases_bound) age_releases(scope, unheld_before);
        if (!report.interrupted) memory_.unheld_at = snapshot.registry.taken_at;
    }
    watch.ended(Step::apply);
}

void Sweeper::keep_recording(const SweepReport& report) {
    const bool acted = !report.shadow && report.actions_total > 0;
    const bool done = report.outcome == SweepReport::Outcome::done;
    const std::string outcome(acted && done ? "acted" : name(report.outcome));
    std::string problem;
    try {
        const auto file = recorder_->finish({report.sweep, outcome, context_.version, acted});
        if (file) context_.log.debug("this sweep is recorded in {}", file->string());
    } catch (const std::exception& error) {
        problem = error.what();
    }
    if (!problem.empty() && problem != last_recording_error_) context_.log.warn("{}", problem);
    last_recording_error_ = std::move(problem);
}

std::optional<SchemaFacts> Sweeper::inspect(SweepReport& report) {
    context_.store.ping();
    try {
        return context_.store.inspect();
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        report.holds.push_back({Guard::unknown_schema, failure.what()});
        return std::nullopt;
    }
}

}  // namespace dsr::sweep
