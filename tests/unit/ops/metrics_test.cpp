// SPDX-License-Identifier: Apache-2.0
#include "ops/metrics.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <thread>

#include "support/builders.hpp"
#include "support/exposition.hpp"
#include "support/files.hpp"

namespace dsr::metrics_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

/// Of a sweep that came to see everything.
SweepReport whole_sweep() {
    SweepReport report;
    report.started_at = noon;
    report.duration = 1500ms;
    for (auto& step : report.steps) step = 100ms;
    report.leads = true;
    report.unconfirmed = 0;
    report.masters = {live("10.0.0.8:5678", noon), live("10.0.0.9:5678", noon)};
    return report;
}

class Fixture {
public:
    [[nodiscard]] double at(const std::string& name, const Labels& labels = {}) const {
        return value(metrics.text(), "ds_reconciler_" + name, labels);
    }
    ops::Metrics metrics{"1.2.3", noon};
};

const std::string document_file = std::string(DSR_SOURCE_DIR) + "/docs/metrics.md";

/// The page, with its table of metrics made anew.
std::string document() {
    constexpr std::string_view table_follows = "writes it anew.\n\n";
    ops::Metrics metrics("1.2.3", noon);
    metrics.alert_channel({"log", 0, 0, 0});
    const auto page = support::text_of(document_file);
    return page.substr(0, page.find(table_follows) + table_follows.size()) + metrics_table(exposed(metrics.text()));
}

}  // namespace

// Hidden: run it by its name after a change of the metrics, then look at the difference.
TEST_CASE("write the table of metrics", "[.][generate]") {
    const auto page = document();  // read before the file is emptied
    std::ofstream{document_file, std::ios::binary} << page;
}

TEST_CASE("the table of metrics is what is exported") {
    INFO("run the unit tests with \"[generate]\" to write it anew");
    CHECK(support::text_of(document_file) == document());
}

TEST_CASE_METHOD(Fixture, "every name has its series from the start, at 0") {
    for (const auto& guard : guard_names) {
        CHECK(at("hold", {{"guard", std::string(guard)}}) == 0);
        CHECK(at("held_sweeps_total", {{"guard", std::string(guard)}}) == 0);
    }
    for (const auto& verdict : verdict_names) CHECK(at("workflows", {{"verdict", std::string(verdict)}}) == 0);
    for (const auto& outcome : outcome_names) CHECK(at("failovers_total", {{"outcome", std::string(outcome)}}) == 0);
    for (const auto& step : step_names)
        CHECK(at("sweep_step_duration_seconds_count", {{"step", std::string(step)}}) == 0);
    for (const auto& link : registry_link_names)
        for (const auto& kind : registry_kind_names)
            CHECK(at("registry_session_events_total",
                     {{"registry", std::string(kind)}, {"event", std::string(link)}}) == 0);
    for (const auto& link : registry_link_names)
        CHECK(at("zookeeper_session_events_total", {{"event", std::string(link)}}) == 0);
    for (const auto* outcome : {"done", "held", "failed"}) CHECK(at("sweeps_total", {{"outcome", outcome}}) == 0);
    metrics.cluster("east");
    metrics.cluster("west");
    metrics.cluster("west");
    CHECK(at("build_info", {{"version", "1.2.3"}, {"cluster", "west"}}) == 1);
    CHECK(metrics.text().find("east") == std::string::npos);  // one series, also after a reload that renames it
    CHECK(value(metrics.text(), "process_start_time_seconds") == 1'795'435'200);
    CHECK(value(metrics.text(), "process_resident_memory_bytes") > 100'000);
}

TEST_CASE_METHOD(Fixture, "a refused configuration shows, and keeps the time of the one in force") {
    metrics.config_loaded(true, noon);
    CHECK(at("config_last_reload_successful") == 1);
    CHECK(at("config_last_reload_success_timestamp_seconds") == 1'795'435'200);
    metrics.config_loaded(false, noon + 1h);
    CHECK(at("config_last_reload_successful") == 0);
    CHECK(at("config_last_reload_success_timestamp_seconds") == 1'795'435'200);
}

TEST_CASE_METHOD(Fixture, "the mode in force is 1, the other 0") {
    metrics.mode(true);
    CHECK(at("mode", {{"mode", "shadow"}}) == 1);
    CHECK(at("mode", {{"mode", "act"}}) == 0);
    metrics.mode(false);
    CHECK(at("mode", {{"mode", "shadow"}}) == 0);
    CHECK(at("mode", {{"mode", "act"}}) == 1);
}

TEST_CASE_METHOD(Fixture, "absent masters are counted, and keep their number while the registry is not seen") {
    auto report = whole_sweep();
    report.absent_masters.resize(19);
    metrics.observe(report);
    CHECK(at("absent_masters") == 19);
    report.absent_masters.clear();
    report.holds = {{Guard::registry_not_fresh, "why"}};
    metrics.observe(report);
    CHECK(at("absent_masters") == 19);
    report.holds.clear();
    metrics.observe(report);
    CHECK(at("absent_masters") == 0);
}

TEST_CASE_METHOD(Fixture, "a sweep's numbers arrive") {
    auto report = whole_sweep();
    report.verdicts[static_cast<std::size_t>(Verdict::owned)] = 40;
    report.verdicts[static_cast<std::size_t>(Verdict::orphan)] = 3;
    for (std::int64_t id = 1; id <= 3; ++id)
        report.add({{id}, {"10.0.0.7:5678"}, Verdict::orphan, Outcome::recovered, ""});
    report.receipts[static_cast<std::size_t>(Receipt::overdue)] = 2;
    report.unconfirmed = 5;
    report.beyond_limit = 7;
    report.journal_entries = 1234;
    report.shadow = true;
    report.shadow_score = ShadowScore{31, 27, 1, 2, 1};
    report.markers = {4, 1, 3, 2};
    report.lock_waits.add(30ms);
    for (int i = 0; i < 3; ++i) report.loss_to_recovery.add(200s);
    report.loss_to_takeover.add(250s);
    report.steps[static_cast<std::size_t>(Step::apply)] = 1200ms;
    report.queues.emplace();
    report.queues->stuck_total = 2;
    report.queues->ours.age = 90s;
    report.queues->others.age = 1500ms;
    metrics.observe(report);

    CHECK(at("sweeps_total", {{"outcome", "done"}}) == 1);
    CHECK(at("sweep_duration_seconds_sum") == 1.5);
    CHECK(at("sweep_step_duration_seconds_sum", {{"step", "apply"}}) == 1.2);
    CHECK(at("sweep_step_duration_seconds_bucket", {{"step", "apply"}, {"le", "1"}}) == 0);
    CHECK(at("sweep_step_duration_seconds_bucket", {{"step", "apply"}, {"le", "2.5"}}) == 1);
    CHECK(at("last_sweep_timestamp_seconds") == 1'795'435'201.5);
    CHECK(at("workflows", {{"verdict", "owned"}}) == 40);
    CHECK(at("workflows", {{"verdict", "orphan"}}) == 3);
    CHECK(at("workflows_left_for_later") == 7);
    CHECK(at("failovers_total", {{"outcome", "recovered"}}) == 3);
    CHECK(at("takeovers_total", {{"outcome", "overdue"}}) == 2);
    CHECK(at("unconfirmed_failovers") == 5);
    CHECK(at("stuck_serial_queues") == 2);
    CHECK(at("oldest_unfetched_command_seconds", {{"whose", "ours"}}) == 90);
    CHECK(at("oldest_unfetched_command_seconds", {{"whose", "others"}}) == 1.5);
    CHECK(at("loss_to_recovery_seconds_count") == 3);
    CHECK(at("loss_to_recovery_seconds_sum") == 600);
    CHECK(at("loss_to_takeover_seconds_sum") == 250);
    CHECK(at("lock_wait_seconds_bucket", {{"le", "0.05"}}) == 1);
    CHECK(at("live_masters") == 2);
    CHECK(at("leader") == 1);
    CHECK(at("journal_ready") == 1);
    CHECK(at("journal_entries") == 1234);
    CHECK(at("shadow_losses", {{"compared", "agreed"}}) == 27);
    CHECK(at("shadow_losses", {{"compared", "would_have_doubled"}}) == 1);
    CHECK(at("shadow_losses", {{"compared", "would_have_been_saved"}}) == 2);
    CHECK(at("shadow_losses", {{"compared", "open"}}) == 1);
    CHECK(at("markers") == 3);
    CHECK(at("malformed_markers") == 2);
    CHECK(at("markers_removed_total") == 1);
}

TEST_CASE_METHOD(Fixture, "a guard is 1 while it holds, and no longer") {
    auto report = whole_sweep();
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::paused, "why"}, {Guard::mass_loss, "why"}};
    metrics.observe(report);
    metrics.observe(report);
    CHECK(at("hold", {{"guard", "paused"}}) == 1);
    CHECK(at("hold", {{"guard", "mass_loss"}}) == 1);
    CHECK(at("hold", {{"guard", "clock"}}) == 0);
    CHECK(at("paused") == 1);
    metrics.observe(whole_sweep());
    CHECK(at("hold", {{"guard", "paused"}}) == 0);
    CHECK(at("paused") == 0);
    CHECK(at("held_sweeps_total", {{"guard", "mass_loss"}}) == 2);
    CHECK(at("sweeps_total", {{"outcome", "held"}}) == 2);
}

TEST_CASE_METHOD(Fixture, "what a sweep did not get to see keeps its value") {
    auto report = whole_sweep();
    report.verdicts[static_cast<std::size_t>(Verdict::waiting)] = 3;
    report.outcome = SweepReport::Outcome::held;
    report.holds = {{Guard::mass_loss, "why"}};
    metrics.observe(report);

    SECTION("it failed before it saw anything") {
        SweepReport failed;
        failed.outcome = SweepReport::Outcome::failed;
        failed.started_at = noon + 60s;
        metrics.observe(failed);
        CHECK(at("last_sweep_timestamp_seconds") == 1'795'435'260);
        CHECK(at("sweeps_total", {{"outcome", "failed"}}) == 1);
        CHECK(at("live_masters") == 2);
        CHECK(at("leader") == 1);
        CHECK(at("hold", {{"guard", "mass_loss"}}) == 1);
    }
    SECTION("the view was not fresh") {
        auto blind = whole_sweep();
        blind.masters.clear();
        blind.leads.reset();
        blind.verdicts[static_cast<std::size_t>(Verdict::waiting)] = 3;
        blind.outcome = SweepReport::Outcome::held;
        blind.holds = {{Guard::registry_not_fresh, "why"}};
        metrics.observe(blind);
        CHECK(at("live_masters") == 2);
        CHECK(at("leader") == 1);
        CHECK(at("hold", {{"guard", "mass_loss"}}) == 0);
        CHECK(at("last_successful_sweep_timestamp_seconds") == 1'795'435'201.5);
    }
    SECTION("it was stopped on the way") {
        auto stopped = whole_sweep();
        stopped.interrupted = true;
        stopped.steps[static_cast<std::size_t>(Step::plan)].reset();
        metrics.observe(stopped);
    }
    CHECK(at("workflows", {{"verdict", "waiting"}}) == 3);
    CHECK(at("last_successful_sweep_timestamp_seconds") == 1'795'435'201.5);
}

TEST_CASE_METHOD(Fixture, "a follower is no leader, and neither is one without a session") {
    metrics.registry_link(RegistryKind::etcd, RegistryLink::established);
    metrics.observe(whole_sweep());
    CHECK(at("zookeeper_connected") == 1);
    metrics.registry_link(RegistryKind::etcd, RegistryLink::cut_off);
    CHECK(at("zookeeper_connected") == 0);
    CHECK(at("leader") == 0);
    metrics.registry_link(RegistryKind::etcd, RegistryLink::reconnected);
    CHECK(at("zookeeper_connected") == 1);
    metrics.registry_link(RegistryKind::etcd, RegistryLink::ended);
    CHECK(at("zookeeper_connected") == 0);
    CHECK(at("registry_session_events_total", {{"registry", "etcd"}, {"event", "reconnected"}}) == 1);
    CHECK(at("registry_session_events_total", {{"registry", "jdbc"}, {"event", "reconnected"}}) == 0);
    CHECK(at("zookeeper_session_events_total", {{"event", "reconnected"}}) == 1);

    metrics.observe(whole_sweep());
    auto following = whole_sweep();
    following.leads = false;
    metrics.observe(following);
    CHECK(at("leader") == 0);
}

TEST_CASE_METHOD(Fixture, "a channel's totals are shown as they are told, and never go back") {
    metrics.alert_channel({"webhook", 0, 0, 0});
    CHECK(at("alerts_sent_total", {{"channel", "webhook"}}) == 0);
    CHECK(at("alerts_failed_total", {{"channel", "webhook"}}) == 0);
    CHECK(at("alerts_dropped_total", {{"channel", "webhook"}}) == 0);
    metrics.alert_channel({"webhook", 5, 2, 1});
    metrics.alert_channel({"webhook", 6, 2, 1});
    metrics.alert_channel({"webhook", 3, 2, 1});
    CHECK(at("alerts_sent_total", {{"channel", "webhook"}}) == 6);
    CHECK(at("alerts_failed_total", {{"channel", "webhook"}}) == 2);
    CHECK(at("alerts_dropped_total", {{"channel", "webhook"}}) == 1);
}

TEST_CASE_METHOD(Fixture, "the configured interval is told") {
    metrics.sweep_interval(90s);
    CHECK(at("sweep_interval_seconds") == 90);
}

TEST_CASE_METHOD(Fixture, "a scrape beside a sweep reads whole metrics") {
    auto report = whole_sweep();
    for (int i = 0; i < 50; ++i) report.lock_waits.add(std::chrono::milliseconds{i});
    constexpr int sweeps = 50;
    std::thread sweeping([&] {
        for (int i = 0; i < sweeps; ++i) {
            metrics.observe(report);
            metrics.registry_link(RegistryKind::etcd, RegistryLink::established);
            metrics.alert_channel({"table", static_cast<std::uint64_t>(i), 0, 0});
        }
    });
    double last = 0;
    while (last < sweeps) {
        const auto text = metrics.text();
        const double counted = value(text, "ds_reconciler_sweeps_total", {{"outcome", "done"}});
        CHECK(counted >= last);
        last = counted;
        CHECK(value(text, "ds_reconciler_lock_wait_seconds_bucket", {{"le", "+Inf"}}) ==
              value(text, "ds_reconciler_lock_wait_seconds_count"));
    }
    sweeping.join();
    CHECK(at("lock_wait_seconds_count") == 50 * sweeps);
}

TEST_CASE("durations: equal ones share a run, none is negative, memory is bounded") {
    Durations durations;
    durations.add(-1s);
    durations.add(0s);
    CHECK(durations.runs() == std::vector<Durations::Run>{{0s, 2}});
    for (std::size_t i = 1; i <= 5000; ++i) durations.add(std::chrono::seconds{i});
    CHECK(durations.runs().size() == Durations::max_runs);
    CHECK(test::count_of(durations) == 5002);
}

}  // namespace dsr::metrics_test
