// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "alert/alerts_of_sweep.hpp"
#include "model/failure.hpp"
#include "plan/canary.hpp"
#include "plan/marker_retention.hpp"
#include "plan/shadow_score.hpp"
#include "sweep/apply.hpp"
#include "sweep/cluster_identity.hpp"
#include "sweep/confirm.hpp"
#include "sweep/journal_mark.hpp"
#include "sweep/pace.hpp"
#include "sweep/queues.hpp"
#include "sweep/releases.hpp"
#include "sweep/shadow.hpp"
#include "sweep/state_store.hpp"
#include "sweep/stranded_repair.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Maximum number of markers that one sweep removes, and the number per call.
constexpr std::size_t max_markers = 20'000;
constexpr std::size_t markers_at_once = 1'000;

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
        report.failure = std::string("a fault of this program, please report it: ") + error.what();
    }
    if (!options.dry_run) resign_without_database(report);
    Stopwatch watch(context_.now, report);
    if (recorded) keep_recording(report);
    memory_.last_sweep = context_.now() - report.started_at;
    report.duration = std::chrono::duration_cast<Milliseconds>(memory_.last_sweep);
    if (!options.dry_run && !report.follows) dispatcher_.dispatch(alert::alerts_of(report), context_.now());
    report.channels = dispatcher_.counts();
    watch.ended(Step::report);
    return report;
}

void Sweeper::run(const Options& options, const std::stop_token& stop, SweepReport& report) {
    Stopwatch watch(context_.now, report);
    // A failed or held sweep leaves this empty.
    const auto unheld_before = options.dry_run ? memory_.unheld_at : std::exchange(memory_.unheld_at, std::nullopt);
    const auto schema = inspect(report);
    if (!schema) return;
    const auto journal = open_journal(context_, policy_, memory_, options.dry_run, options.shadow);
    report.why_no_journal = options.shadow && journal.ready ? journal.why_no_shadow : journal.why_not_ready;
    report.journal_missing_columns = journal.missing_columns;
    entry_zone_ = journal.additions_ready ? std::optional(journal.zone) : std::nullopt;

    auto seen = observe(context_, *schema, policy_, memory_);
    Snapshot& snapshot = seen.snapshot;
    report.registry_reached = snapshot.registry.reached;
    require_reached(snapshot.registry);
    snapshot.foresees_releases = options.dry_run;
    snapshot.journal_ready = journal.ready;
    snapshot.will_create_journal = !journal.ready && policy_.journal_create && options.dry_run;
    snapshot.why_no_journal = journal.why_not_ready;
    if (journal.ready) {
        snapshot.control = context_.journal.control();
        check_journal(context_, policy_, memory_);
        snapshot.went_back = unreleased(memory_, snapshot.control);
    }
    learn_who_leads(options, snapshot, report);
    settle_cluster(context_, memory_, snapshot, journal.ready && report.leads.value_or(false));
    report.follows = !snapshot.leads;
    report.leader = snapshot.leader;
    report.pause = snapshot.control.pause;
    if (report.follows) memory_.state_loaded = false;  // when we lead again, read what the leader wrote meanwhile
    report.masters = snapshot.registry.masters;
    report.lost_masters = seen.newly_lost;
    report.all_masters_lost_once = seen.all_masters_lost;
    watch.ended(Step::observe);
    const bool keeps_journal = journal.ready && !options.dry_run && leads_in_session(snapshot.registry);
    bool releases_bound = false;
    if (keeps_journal) {
        confirm(context_, *schema, policy_, memory_, report, stop);
        if (snapshot.registry.fresh) releases_bound = settle_releases(context_, snapshot, memory_, report);
        watch.ended(Step::confirm);
    }

    Observer observer;
    if (recorder_ != nullptr && !options.dry_run)
        observer = [this](const WorkflowInstance& row, const Judgement& judged) { recorder_->saw(row, judged); };
    auto plan_result =
        build_plan(context_, snapshot, memory_, snapshot.registry.taken_at, stop, options.progress, observer);
    const Plan& plan = plan_result.plan;
    if (observer) recorder_->observed(snapshot, snapshot.registry.taken_at, plan.holds);
    report.verdicts = plan.counts;
    report.absent_masters = absent_masters(memory_.membership, snapshot, plan_result);
    report.notices = std::move(plan_result.notices);
    report.beyond_limit = plan.beyond_limit;
    report.more_than_a_plan = plan.beyond_limit > 0;
    report.next_action_at = plan.next_action_at;
    report.holds = plan.holds;
    for (const auto& owner : plan_result.absent_owners) {
        if (std::find(report.lost_masters.begin(), report.lost_masters.end(), owner) == report.lost_masters.end())
            report.lost_masters.push_back(owner);
    }
    const auto& markers = snapshot.registry.markers;
    report.markers.seen = report.markers.kept = markers.size();
    report.markers.malformed =
        static_cast<std::uint64_t>(std::count_if(markers.begin(), markers.end(), plan::malformed));
    report.interrupted = !plan_result.complete;
    if (plan_result.complete) watch.ended(Step::plan);
    if (plan_result.complete && snapshot.registry.fresh && !options.dry_run) return_to_line(journal.ready);
    // Persist before acting, so that a successor resumes from the same state.
    if (keeps_journal && snapshot.registry.fresh) save_state(context_, policy_, memory_, report);
    if (options.shadow) {
        run_shadow(plan_result, snapshot, keeps_journal && journal.shadow_ready, stop, report);
        if (journal.shadow_ready) report.shadow_score = plan::score_of(context_.journal.shadow_counts());
        return;
    }
    if (report.interrupted || !report.holds.empty()) return;
    watch.next_begins();
    act(seen, plan, options, stop, report);
    if (keeps_journal && report.holds.empty()) {
        if (releases_bound) age_releases(context_, snapshot, unheld_before, report);
        if (!report.interrupted) memory_.unheld_at = snapshot.registry.taken_at;
    }
    watch.ended(Step::apply);
}

void Sweeper::learn_who_leads(const Options& options, Snapshot& snapshot, SweepReport& report) {
    if (options.dry_run) return;
    // Without a fresh view no nodes are created.
    if (snapshot.registry.fresh) {
        auto line = memory_.out_of_line ? context_.registry.leadership() : context_.registry.lead();
        memory_.queue_position = QueuePosition{line.leads, std::move(line.leader), snapshot.registry.session_id};
        report.leads = line.leads;
    }
    // Where no leader is known, every replica reports what holds.
    if (!memory_.queue_position) return;
    snapshot.leads = memory_.queue_position->leads;
    snapshot.leader = memory_.queue_position->leader;
}

bool Sweeper::leads_in_session(const RegistryView& view) const {
    return memory_.queue_position && memory_.queue_position->leads &&
           memory_.queue_position->session_id == view.session_id;
}

void Sweeper::resign_without_database(const SweepReport& report) {
    if (report.count(Outcome::unknown) > 0) {
        memory_.commit_unknown = true;
    } else if (report.outcome != SweepReport::Outcome::failed && !report.interrupted) {
        memory_.commit_unknown = false;
    }
    const bool failed = memory_.journal_failed || report.outcome == SweepReport::Outcome::failed;
    if (memory_.commit_unknown || memory_.out_of_line || !failed) return;
    const auto database_fails = [&] {
        if (memory_.journal_failed) return true;
        try {
            context_.store.ping();
            return false;
        } catch (const Failure&) {
            return true;
        }
    };
    try {
        // Ask again: a sweep that failed early has not learned that this replica leads by now.
        const auto line = context_.registry.leadership();
        if (!line.leads || line.replicas.size() < 2 || !database_fails()) return;
        context_.registry.resign();
        memory_.out_of_line = true;
        if (memory_.queue_position) {
            memory_.queue_position->leads = false;
            memory_.queue_position->leader = line.replicas[1];
        }
        context_.log.warn(
            "the database fails here, and another replica ({}) queues: this one gives its leadership up, and queues "
            "again once a whole sweep read the database and the journal was written",
            line.replicas[1]);
    } catch (const Failure& failure) {
        context_.log.debug("who leads could not be asked: {}", failure.what());
    }
}

void Sweeper::return_to_line(bool journal_ready) {
    if (!memory_.out_of_line) return;
    try {
        if (journal_ready) {
            context_.journal.touch();
        } else if (policy_.journal_required) {
            return;
        }
        memory_.out_of_line = false;
        context_.log.info("the database is read and written again: this replica queues for the leadership again");
    } catch (const Failure& failure) {
        context_.log.debug("this replica stays out of the leader's line: {}", failure.what());
    }
}

void Sweeper::run_shadow(const PlanResult& seen, const Snapshot& snapshot, bool noted, const std::stop_token& stop,
                         SweepReport& report) {
    if (report.interrupted) return;
    // Noted losses are compared even when held, because other daemons and people continue.
    if (noted) compare_shadow(context_, snapshot, memory_, stop);
    if (!report.holds.empty()) return;
    if (!noted) return report_dry_run(seen.plan, snapshot, std::numeric_limits<std::uint64_t>::max(), report);
    const Author author{report.sweep, context_.version, context_.replica, entry_zone_};
    note_shadow(context_, seen.plan, snapshot, memory_, author, report, stop);
    report.interrupted = stop.stop_requested();
}

void Sweeper::act(const Observation& seen, const Plan& plan, const Options& options, const std::stop_token& stop,
                  SweepReport& report) {
    const Snapshot& snapshot = seen.snapshot;
    const auto allowed = plan::allowance(plan.planned + plan.beyond_limit, canary(),
                                         snapshot.journal_ready || snapshot.will_create_journal, policy_);
    report.canary = allowed.reason;
    if (options.dry_run) return report_dry_run(plan, snapshot, allowed.most, report);
    if (allowed.ends_canary) memory_.canary.reset();
    const Author author{report.sweep, context_.version, context_.replica, entry_zone_};
    // A slow rate must not delay the next observation by more than an interval; the next sweep continues at once.
    const auto most = std::min<std::uint64_t>(allowed.most, Pace(policy_.rate).within(policy_.sweep_interval));
    report.more_than_a_plan = report.more_than_a_plan || (most < allowed.most && most < plan.planned);
    apply(context_, plan, snapshot, memory_, most, author, report, stop, options.progress);
    if (allowed.begins_canary) {
        const auto ahead = std::find_if(report.actions.begin(), report.actions.end(),
                                        [](const Action& action) { return action.outcome == Outcome::recovered; });
        if (ahead != report.actions.end()) memory_.canary = Canary{ahead->id, report.sweep};
    }
    repair_stranded(context_, plan.stranded, snapshot, author, memory_, report, stop);
    remove_markers(plan.expired_markers, stop, report);
    report.interrupted = stop.stop_requested();
    if (snapshot.journal_ready && (report.actions_total > 0 || allowed.ends_canary))
        save_state(context_, policy_, memory_, report);
}

void Sweeper::keep_recording(const SweepReport& report) {
    const bool acted = !report.shadow && report.actions_total > 0;
    const std::string outcome = report.outcome == SweepReport::Outcome::failed ? "failed"
                                : report.outcome == SweepReport::Outcome::held ? "held"
                                : acted                                        ? "acted"
                                                                               : "done";
    std::string problem;
    try {
        const auto file = recorder_->finish({report.sweep, outcome, context_.version, acted});
        if (file) context_.log.debug("what this sweep observed is in {}", file->string());
    } catch (const std::exception& error) {
        problem = error.what();
    }
    if (!problem.empty() && problem != last_recording_error_) context_.log.warn("{}", problem);
    last_recording_error_ = std::move(problem);
}

std::optional<JournalEntry> Sweeper::canary() {
    if (!memory_.canary) return std::nullopt;
    const auto entries = context_.journal.entries(memory_.canary->instance, 100);
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const JournalEntry& entry) { return entry.sweep == memory_.canary->sweep; });
    const std::vector<WorkflowInstanceId> ids{memory_.canary->instance};
    const auto history = context_.journal.history_of(ids);
    const auto known = history.find(memory_.canary->instance);
    // A release of the canary lets another row go ahead.
    // A release with terms does so when it is settled.
    const bool released = known != history.end() && found != entries.end() &&
                          std::ranges::any_of(known->second.releases, [&](const ControlNote& release) {
                              return !release.terms && release.at >= found->at;
                          });
    // If it was repaired since, the repair's entry counts: the newest.
    if (found != entries.end() && !released) return entries.front();
    memory_.canary.reset();
    return std::nullopt;
}

void Sweeper::report_dry_run(const Plan& plan, const Snapshot& snapshot, std::uint64_t most, SweepReport& report) {
    for (const auto& host : plan.hosts) {
        for (const auto& row : host.rows) {
            if (report.actions_total >= most) {
                ++report.beyond_limit;
            } else {
                report.add({row.id, host.host, row.verdict, Outcome::would_recover, host.reason});
            }
        }
    }
    for (const auto id : repairable(context_, plan.stranded, snapshot, memory_))
        report.add(
            {id, MasterAddress{}, Verdict::stranded, Outcome::would_recover, "claimed, and no command names it"});
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

void Sweeper::remove_markers(const std::vector<FailoverMarker>& expired, const std::stop_token& stop,
                             SweepReport& report) {
    try {
        // The rest waits for the next sweep; markers block nothing.
        const auto all = std::min(expired.size(), max_markers);
        for (std::size_t begin = 0; begin < all && !stop.stop_requested(); begin += markers_at_once) {
            std::vector<FailoverMarker> piece(
                expired.begin() + static_cast<std::ptrdiff_t>(begin),
                expired.begin() + static_cast<std::ptrdiff_t>(std::min(all, begin + markers_at_once)));
            // The scan may be minutes old: a marker without an incarnation protects the unfinished rows of its address.
            std::erase_if(piece, [&](const FailoverMarker& marker) {
                return !marker.startup_time && context_.store.names_host(marker.address);
            });
            const auto done = context_.registry.remove_markers(piece);
            report.markers.removed +=
                static_cast<std::uint64_t>(std::count(done.begin(), done.end(), registry::MarkerRemoval::removed));
        }
    } catch (const Failure& failure) {
        // Recovered rows stay recovered; old markers can wait.
        context_.log.warn("marker cleanup stopped after {} of {}: {}", report.markers.removed, expired.size(),
                          failure.what());
    }
    report.markers.kept = report.markers.seen - report.markers.removed;
}

}  // namespace dsr::sweep
