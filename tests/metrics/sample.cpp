// SPDX-License-Identifier: Apache-2.0
// Prints what a daemon would export after so many sweeps of all kinds: `metrics_sample SWEEPS`. For tests that need the
// text without a daemon.
#include <cstdlib>
#include <iostream>
#include <string>

#include "ops/metrics.hpp"
#include "support/builders.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace std::chrono_literals;

namespace {

SweepReport report_of(int sweep, Instant started) {
    SweepReport report;
    report.started_at = started;
    report.duration = std::chrono::milliseconds{20 + sweep % 7 * 30};
    report.leads = true;
    for (auto& step : report.steps) step = report.duration / 5;
    report.masters = {test::live("10.0.0.8:5678", test::noon)};
    report.verdicts[static_cast<std::size_t>(Verdict::owned)] = 40;
    for (const auto outcome : {Outcome::recovered, Outcome::failed, Outcome::skipped_lock})
        report.add({{sweep}, {"10.0.0.7:5678"}, Verdict::orphan, outcome, ""});
    for (auto& receipt : report.receipts) receipt = 1;
    report.unconfirmed = 2;
    report.lock_waits.add(120ms);
    report.loss_to_recovery.add(170s);
    report.loss_to_takeover.add(190s);
    report.markers = {3, 1, 2, 1};
    if (sweep % 5 == 3) {
        report.outcome = SweepReport::Outcome::held;
        report.holds = {{Guard::lock_stuck, "why"}};
    }
    if (sweep % 5 == 4) report.outcome = SweepReport::Outcome::failed;
    return report;
}

}  // namespace

int main(int count, char** arguments) {
    const int sweeps = count > 1 ? std::atoi(arguments[1]) : 1;
    const auto now = system_now();
    ops::Metrics metrics("0.0.0", now - sweeps * 60s);
    metrics.cluster("production");
    metrics.mode(false);
    metrics.sweep_interval(60s);
    metrics.registry_link(RegistryKind::zookeeper, RegistryLink::established);
    for (int sweep = 1; sweep <= sweeps; ++sweep) {
        metrics.observe(report_of(sweep, now - (sweeps - sweep) * 60s));
        const auto told = static_cast<std::uint64_t>(sweep);
        metrics.alert_channel({"table", told, told / 4, told / 20});
        metrics.alert_channel({"log", told, 0, 0});
    }
    std::cout << metrics.text();
}
