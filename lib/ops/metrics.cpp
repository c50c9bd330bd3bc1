// SPDX-License-Identifier: Apache-2.0
#include "ops/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "ops/metric_sheet.hpp"

namespace dsr::ops {

using namespace model;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

namespace {

constexpr std::array<std::string_view, 3> takeover_outcomes{"recovered", "overdue", "failed"};
constexpr std::array<std::string_view, 4> shadow_names{name(Comparison::open), name(Comparison::agreed),
                                                       name(Comparison::would_have_doubled),
                                                       name(Comparison::would_have_been_saved)};
constexpr std::array<std::string_view, 2> modes{"act", "shadow"};
constexpr std::array<std::string_view, 2> command_writers{"ours", "others"};
constexpr std::array<std::string_view, 2> cut_off_signs{"connection", "database_session"};
constexpr std::array<Receipt, 3> takeover_receipts{Receipt::recovered, Receipt::overdue, Receipt::failed};

bool holds(const SweepReport& report, Guard guard) {
    return std::any_of(report.holds.begin(), report.holds.end(), [&](const Hold& hold) { return hold.guard == guard; });
}

double unix_seconds(Instant time) {
    return seconds(time.time_since_epoch());
}

}  // namespace

std::uint64_t resident_memory() {
    std::ifstream pages{"/proc/self/statm"};
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    if (!(pages >> all >> resident)) return 0;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

struct Metrics::Sheet {
    // Seconds. From a sweep without work (milliseconds) to one that waits for locks and workers.
    const MetricSheet::Buckets sweep_buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};
    // Up to twice the default failover.lock_wait and beyond.
    const MetricSheet::Buckets lock_buckets{0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60};
    // The grace is minutes; a loss over a weekend, days.
    const MetricSheet::Buckets loss_buckets{5,   15,  30,    60,    90,     120,    180,    240,
                                            300, 600, 1'800, 3'600, 10'800, 43'200, 86'400, 259'200};

    MetricSheet make{};

    Family<Gauge>& build_info = make.gauges(
        "build_info",
        "Always 1; the labels have the version of the daemon and the name of its cluster (alerts.cluster).");
    Gauge& process_start = make.process_gauge("start_time_seconds", "When the process started, in seconds since 1970.");
    Gauge& process_memory = make.process_gauge("resident_memory_bytes", "Resident memory of the process.");

    ByName<Counter, 3> sweeps =
        make.each(make.counters("sweeps_total",
                                "Sweeps that ended: done, held (a guard held the whole sweep or one host of it) or "
                                "failed (ZooKeeper or the database was unreachable)."),
                  "outcome", sweep_outcome_names);
    Histogram& sweep_duration =
        make.histogram("sweep_duration_seconds", "Duration of sweeps, without the delivery of alerts.", sweep_buckets);
    ByName<Histogram, step_names.size()> steps = make.each(
        make.histograms("sweep_step_duration_seconds", "Duration of the steps of sweeps; only steps that completed."),
        "step", step_names, sweep_buckets);
    Gauge& last_sweep =
        make.gauge("last_sweep_timestamp_seconds",
                   "When the last sweep ended, with any outcome, in seconds since 1970; 0 before the first.");
    Gauge& last_success =
        make.gauge("last_successful_sweep_timestamp_seconds",
                   "When the last sweep without a failure ended, in seconds since 1970; 0 before the first.");
    Gauge& interval = make.gauge("sweep_interval_seconds", "Time between two sweeps, as configured: sweep.interval.");
    Gauge& config_successful = make.gauge("config_last_reload_successful",
                                          "1 if the configuration that was last read, at start or by a reload, is in "
                                          "force; 0 if it was refused, and the one before stays in force.");
    Gauge& config_loaded = make.gauge("config_last_reload_success_timestamp_seconds",
                                      "When the configuration in force was read, in seconds since 1970.");

    ByName<Gauge, verdict_count> verdicts =
        make.each(make.gauges("workflows",
                              "Unfinished workflow instances by verdict, in the last sweep that judged all of them."),
                  "verdict", verdict_names);
    Gauge& beyond_limit = make.gauge("workflows_left_for_later",
                                     "Orphans that the last sweep left for the next one (failover.max_per_sweep, or a "
                                     "canary is handed over first).");

    ByName<Counter, outcome_names.size()> failovers = make.each(
        make.counters("failovers_total",
                      "Planned failovers and repairs of workflow instances, by outcome; recovered: handed over. "
                      "takeovers_total counts what became of them."),
        "outcome", outcome_names);
    ByName<Counter, 3> takeovers = make.each(
        make.counters("takeovers_total",
                      "Receipts of earlier failovers: recovered (a live master owns it, or it ended), overdue (not "
                      "taken up within failover.confirm_within), failed (its command is in t_ds_error_command)."),
        "outcome", takeover_outcomes);
    Gauge& unconfirmed = make.gauge("unconfirmed_failovers",
                                    "Failovers in the journal that no master has taken up yet, as far as observed.");
    Gauge& stuck_queues =
        make.gauge("stuck_serial_queues", "Serial queues (3.4.0 and later) that are stuck, as observed in two sweeps.");
    ByName<Gauge, 2> unfetched = make.each(make.gauges("oldest_unfetched_command_seconds",
                                                       "Age of the oldest command in t_ds_command, of those that this "
                                                       "daemon wrote (ours) and of all others; 0 if there is none."),
                                           "whose", command_writers);
    Histogram& loss_to_recovery = make.histogram("loss_to_recovery_seconds",
                                                 "From the observed loss of the owner to the commit of the recovery "
                                                 "command; one observation for each workflow instance.",
                                                 loss_buckets);
    Histogram& loss_to_takeover = make.histogram(
        "loss_to_takeover_seconds",
        "From the observed loss of the owner to the sweep that found the workflow instance taken up or ended.",
        loss_buckets);
    Histogram& lock_wait =
        make.histogram("lock_wait_seconds",
                       "Waits for DolphinScheduler's failover lock, whether or not it was acquired.", lock_buckets);

    ByName<Gauge, guard_count> hold = make.each(
        make.gauges("hold", "1 while the guard holds: nothing is handed over (lock_stuck: nothing of one host)."),
        "guard", guard_names);
    ByName<Counter, guard_count> held_sweeps =
        make.each(make.counters("held_sweeps_total", "Sweeps in which the guard held."), "guard", guard_names);
    Gauge& paused = make.gauge("paused", "1 while a pause is in force.");
    ByName<Gauge, 2> mode = make.each(
        make.gauges("mode", "failover.mode, as configured: 1 for the mode in force, 0 for the other."), "mode", modes);

    Gauge& absent_masters = make.gauge("absent_masters",
                                       "Masters missing from the registry that were observed in it, or that unfinished "
                                       "workflow instances name; by the last sweep that judged all of them.");
    Gauge& live_masters = make.gauge("live_masters", "Masters registered in the registry, in the last fresh view.");
    ByName<Gauge, 2> cut_off = make.each(
        make.gauges(
            "cut_off_masters",
            "Absent masters that seem to run on without the registry, so that their workflows wait (etcd, JDBC): "
            "their address accepts connections, or the database has an active session from it."),
        "sign", cut_off_signs);
    Gauge& leader = make.gauge("leader", "1 while this replica leads; only the leader acts.");
    Gauge& connected =
        make.gauge("zookeeper_connected", "1 while the registry's session is connected, as last observed.");
    Family<Counter>& links =
        make.counters("registry_session_events_total",
                      "Events of registry sessions: established, cut_off (disconnected), reconnected (the same "
                      "session), ended (expired or closed); registry: zookeeper, etcd or jdbc.");
    ByName<Counter, registry_link_names.size()> old_links =
        make.each(make.counters("zookeeper_session_events_total",
                                "As registry_session_events_total, of any registry; goes with the next release."),
                  "event", registry_link_names);
    Gauge& markers = make.gauge("markers", "Failover-finish markers after the last sweep.");
    Gauge& malformed_markers =
        make.gauge("malformed_markers", "Failover-finish markers whose name or value cannot be parsed; they are kept.");
    Counter& removed_markers =
        make.counter("markers_removed_total", "Failover-finish markers removed because of markers.retention.");
    Gauge& journal_ready = make.gauge("journal_ready", "1 if the journal's tables exist and can be written.");
    Gauge& journal_entries = make.gauge(
        "journal_entries", "Entries of the journal; counted once an hour, and after each sweep that wrote some.");
    ByName<Gauge, shadow_names.size()> shadow = make.each(
        make.gauges(
            "shadow_losses",
            "Shadow entries of the journal, by comparison with what masters and people then did; 0 in mode act."),
        "compared", shadow_names);

    Family<Counter>& alerts_sent = make.counters("alerts_sent_total", "Alerts sent, by channel.");
    Family<Counter>& alerts_failed =
        make.counters("alerts_failed_total", "Failed attempts to send an alert, by channel; the alert is retried.");
    Family<Counter>& alerts_dropped = make.counters(
        "alerts_dropped_total", "Alerts dropped, by channel: too many waiting, too old, or the process ended.");
};

Metrics::Metrics(const std::string& version, Instant started) : sheet_(std::make_unique<Sheet>()) {
    version_ = version;
    cluster("");
    sheet_->process_start.Set(unix_seconds(started));
    for (const auto& kind : registry_kind_names) {
        for (const auto& event : registry_link_names)
            sheet_->links.Add({{"registry", std::string(kind)}, {"event", std::string(event)}});
    }
}

Metrics::~Metrics() = default;

void Metrics::observe(const SweepReport& report) {
    auto& to = *sheet_;
    const bool failed = report.outcome == SweepReport::Outcome::failed;
    const double ended = unix_seconds(report.started_at + report.duration);
    to.sweeps[static_cast<std::size_t>(report.outcome)]->Increment();
    to.sweep_duration.Observe(seconds(report.duration));
    for (std::size_t i = 0; i < step_names.size(); ++i) {
        if (report.steps[i]) to.steps[i]->Observe(seconds(*report.steps[i]));
    }
    to.last_sweep.Set(ended);
    if (!failed) to.last_success.Set(ended);

    for (std::size_t i = 0; i < outcome_names.size(); ++i)
        to.failovers[i]->Increment(static_cast<double>(report.outcomes[i]));
    for (std::size_t i = 0; i < takeover_receipts.size(); ++i)
        to.takeovers[i]->Increment(
            static_cast<double>(report.receipts[static_cast<std::size_t>(takeover_receipts[i])]));
    feed(to.loss_to_recovery, report.loss_to_recovery);
    feed(to.loss_to_takeover, report.loss_to_takeover);
    feed(to.lock_wait, report.lock_waits);
    to.removed_markers.Increment(static_cast<double>(report.markers.removed));
    if (report.unconfirmed) to.unconfirmed.Set(static_cast<double>(*report.unconfirmed));
    if (report.queues && report.queues->unread.empty()) {
        to.stuck_queues.Set(static_cast<double>(report.queues->stuck_total));
        to.unfetched[0]->Set(seconds(report.queues->ours.age));
        to.unfetched[1]->Set(seconds(report.queues->others.age));
    }
    if (report.leads) to.leader.Set(*report.leads ? 1 : 0);

    if (report.took(Step::observe)) {
        // A view that is not fresh does not show the live masters.
        if (!holds(report, Guard::registry_not_fresh)) to.live_masters.Set(static_cast<double>(report.masters.size()));
        to.cut_off[0]->Set(static_cast<double>(report.cut_off.accepting));
        to.cut_off[1]->Set(static_cast<double>(report.cut_off.with_session));
        to.journal_ready.Set(report.why_no_journal.empty() ? 1 : 0);
    }
    if (report.journal_entries) to.journal_entries.Set(static_cast<double>(*report.journal_entries));
    if (report.shadow_score || !report.shadow) {
        const auto score = report.shadow_score.value_or(ShadowScore{});
        const std::array counts{score.open, score.agreed, score.would_have_doubled, score.would_have_been_saved};
        for (std::size_t i = 0; i < counts.size(); ++i) to.shadow[i]->Set(static_cast<double>(counts[i]));
    }
    if (report.took(Step::plan)) {
        for (std::size_t i = 0; i < verdict_count; ++i) to.verdicts[i]->Set(static_cast<double>(report.verdicts[i]));
        if (!holds(report, Guard::registry_not_fresh))
            to.absent_masters.Set(static_cast<double>(report.absent_masters.size()));
        to.beyond_limit.Set(static_cast<double>(report.beyond_limit));
        to.markers.Set(static_cast<double>(report.markers.kept));
        to.malformed_markers.Set(static_cast<double>(report.markers.malformed));
    }
    // A failed sweep did not evaluate every guard.
    if (!failed) {
        for (std::size_t i = 0; i < guard_count; ++i) {
            const bool held = holds(report, static_cast<Guard>(i));
            to.hold[i]->Set(held ? 1 : 0);
            if (held) to.held_sweeps[i]->Increment();
        }
        if (report.took(Step::plan)) to.paused.Set(holds(report, Guard::paused) ? 1 : 0);
    }
}

void Metrics::cluster(const std::string& name) {
    auto& info = sheet_->build_info.Add({{"version", version_}, {"cluster", name}});
    info.Set(1);
    if (auto* before = std::exchange(build_info_, &info); before != nullptr && before != &info)
        sheet_->build_info.Remove(before);
}

void Metrics::mode(bool shadow) {
    sheet_->mode[0]->Set(shadow ? 0 : 1);
    sheet_->mode[1]->Set(shadow ? 1 : 0);
}

void Metrics::sweep_interval(Milliseconds interval) {
    sheet_->interval.Set(seconds(interval));
}

void Metrics::config_loaded(bool in_force, Instant at) {
    sheet_->config_successful.Set(in_force ? 1 : 0);
    if (in_force) sheet_->config_loaded.Set(unix_seconds(at));
}

void Metrics::registry_link(RegistryKind kind, RegistryLink link) {
    const bool connected = link == RegistryLink::established || link == RegistryLink::reconnected;
    sheet_->connected.Set(connected ? 1 : 0);
    const auto event = std::string(name(link));
    sheet_->links.Add({{"registry", std::string(name(kind))}, {"event", event}}).Increment();
    sheet_->old_links[static_cast<std::size_t>(link)]->Increment();
    if (!connected) sheet_->leader.Set(0);
}

void Metrics::alert_channel(const ChannelCounts& counts) {
    const auto raise = [&](Family<Counter>& family, std::uint64_t total) {
        auto& counter = family.Add({{"channel", counts.name}});
        counter.Increment(std::max(0.0, static_cast<double>(total) - counter.Value()));
    };
    raise(sheet_->alerts_sent, counts.sent);
    raise(sheet_->alerts_failed, counts.failed);
    raise(sheet_->alerts_dropped, counts.dropped);
}

std::string Metrics::text() const {
    sheet_->process_memory.Set(static_cast<double>(resident_memory()));
    return prometheus::TextSerializer().Serialize(sheet_->make.registry().Collect());
}

}  // namespace dsr::ops
