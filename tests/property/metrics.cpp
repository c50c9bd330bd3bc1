// SPDX-License-Identifier: Apache-2.0
// What is exported agrees with the reports that it was fed, whatever they say.
#include "ops/metrics.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "support/builders.hpp"
#include "support/exposition.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

Durations drawn_durations() {
    Durations durations;
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) durations.add(std::chrono::milliseconds{*rc::gen::inRange(0, 400'000)});
    return durations;
}

template <std::size_t N>
void draw(std::array<std::uint64_t, N>& counts) {
    for (auto& count : counts) count = *rc::gen::inRange<std::uint64_t>(0, 5);
}

SweepReport drawn_report() {
    SweepReport report;
    report.started_at = noon;
    report.duration = Milliseconds{*rc::gen::inRange(0, 10'000)};
    report.outcome = static_cast<SweepReport::Outcome>(*rc::gen::inRange(0, 3));
    for (auto& step : report.steps) {
        if (*rc::gen::arbitrary<bool>()) step = std::chrono::milliseconds{*rc::gen::inRange(0, 5'000)};
    }
    for (std::size_t guard = 0; guard < guard_count; ++guard) {
        if (*rc::gen::inRange(0, 6) == 0) report.holds.push_back({static_cast<Guard>(guard), "why"});
    }
    draw(report.verdicts);
    draw(report.outcomes);
    draw(report.receipts);
    report.masters.resize(*rc::gen::inRange<std::size_t>(0, 3));
    report.markers.removed = *rc::gen::inRange<std::uint64_t>(0, 3);
    report.lock_waits = drawn_durations();
    report.loss_to_recovery = drawn_durations();
    report.loss_to_takeover = drawn_durations();
    if (*rc::gen::arbitrary<bool>()) report.leads = *rc::gen::arbitrary<bool>();
    return report;
}

/// Every series that only counts, by name and labels.
using Counters = std::map<std::pair<std::string, Labels>, double>;

Counters counters(const std::string& text) {
    Counters found;
    for (const auto& metric : exposed(text)) {
        if (metric.type == "gauge") continue;
        for (const auto& series : metric.samples) found[{series.name, series.labels}] = series.value;
    }
    return found;
}

/// What the reports say a counter must be.
class Expected {
public:
    void add(const SweepReport& report) {
        const std::array<std::string, 3> sweeps{"done", "held", "failed"};
        plus("sweeps_total", "outcome", sweeps.at(static_cast<std::size_t>(report.outcome)), 1);
        for (std::size_t i = 0; i < outcome_names.size(); ++i)
            plus("failovers_total", "outcome", outcome_names[i], static_cast<double>(report.outcomes[i]));
        for (const auto receipt : {Receipt::recovered, Receipt::overdue, Receipt::failed})
            plus("takeovers_total", "outcome", name(receipt),
                 static_cast<double>(report.receipts[static_cast<std::size_t>(receipt)]));
        for (std::size_t i = 0; i < step_names.size(); ++i) {
            if (!report.steps[i]) continue;
            plus("sweep_step_duration_seconds_count", "step", step_names[i], 1);
            plus("sweep_step_duration_seconds_sum", "step", step_names[i],
                 std::chrono::duration<double>(*report.steps[i]).count());
        }
        for (const auto& [metric, durations] : {std::pair{"lock_wait_seconds", &report.lock_waits},
                                                std::pair{"loss_to_recovery_seconds", &report.loss_to_recovery},
                                                std::pair{"loss_to_takeover_seconds", &report.loss_to_takeover}}) {
            plus(std::string(metric) + "_count", {}, static_cast<double>(count_of(*durations)));
            for (const auto& run : durations->runs())
                plus(std::string(metric) + "_sum", {},
                     std::chrono::duration<double>(run.took).count() * static_cast<double>(run.times));
        }
        plus("markers_removed_total", {}, static_cast<double>(report.markers.removed));
        if (report.outcome == SweepReport::Outcome::failed) return;
        for (const auto& hold : report.holds) plus("held_sweeps_total", "guard", name(hold.guard), 1);
    }
    void check(const Counters& counted) const {
        for (const auto& [series, sum] : sums_) {
            const auto& [metric, labels] = series;
            RC_ASSERT(std::abs(counted.at({"ds_reconciler_" + metric, labels}) - sum) < 1e-6);
        }
    }

private:
    void plus(const std::string& metric, const Labels& labels, double by) { sums_[{metric, labels}] += by; }
    void plus(const std::string& metric, const std::string& label, std::string_view label_value, double by) {
        plus(metric, {{label, std::string(label_value)}}, by);
    }
    std::map<std::pair<std::string, Labels>, double> sums_;
};

}  // namespace

TEST_CASE("metrics: counters never go back, sums agree with the reports, no series comes or goes") {
    CHECK(rc::check("metrics", [] {
        ops::Metrics metrics("0.0.0", noon);
        Expected expected;
        auto before = counters(metrics.text());
        const int sweeps = *rc::gen::inRange(1, 5);
        for (int i = 0; i < sweeps; ++i) {
            const auto report = drawn_report();
            metrics.observe(report);
            expected.add(report);
            const auto text = metrics.text();
            const auto after = counters(text);
            RC_ASSERT(after.size() == before.size());
            for (const auto& [series, count] : before) RC_ASSERT(after.at(series) >= count);
            before = after;
            expected.check(after);
            if (report.took(Step::plan)) {
                const auto v = *rc::gen::inRange<std::size_t>(0, verdict_count);
                RC_ASSERT(value(text, "ds_reconciler_workflows", {{"verdict", std::string(verdict_names[v])}}) ==
                          static_cast<double>(report.verdicts[v]));
            }
        }
    }));
}
