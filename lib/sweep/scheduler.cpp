// SPDX-License-Identifier: Apache-2.0
#include "sweep/scheduler.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cmath>

namespace dsr::sweep {

namespace asio = boost::asio;
using model::Milliseconds;
using model::SweepReport;

Milliseconds wait_after(const SweepReport& report, const Cadence& cadence, int failures, double dice,
                        model::Instant now) {
    if (report.outcome == SweepReport::Outcome::failed) {
        const int doublings = std::clamp(failures - 1, 0, 16);
        return std::min<Milliseconds>(cadence.interval, cadence.retry * (1LL << doublings));
    }
    // More orphans than one plan holds: continue at once, unless this sweep recovered none.
    if (report.more_than_a_plan && report.count(model::Outcome::recovered) > 0) return Milliseconds{0};
    const double factor = 1.0 + cadence.jitter * (2.0 * dice - 1.0);
    Milliseconds wait{std::llround(static_cast<double>(cadence.interval.count()) * factor)};
    for (const auto& at : {report.next_action_at, report.look_again_at}) {
        if (!at) continue;
        const auto due = std::chrono::ceil<Milliseconds>(*at - now) + Milliseconds{10};
        wait = std::min(wait, std::max(due, Milliseconds{100}));
    }
    return wait;
}

bool may_have_caused_hint(const SweepReport& report) {
    return report.fences > 0 || (report.actions_total > 0 && report.count(model::Outcome::recovered) == 0);
}

Milliseconds wait_after_hint(const Cadence& cadence, int in_vain) {
    return std::min<Milliseconds>(cadence.interval, cadence.debounce * (1LL << std::clamp(in_vain, 0, 16)));
}

Scheduler::Scheduler(asio::io_context& io, asio::thread_pool& worker, Cadence cadence, Sweep sweep, Done done)
    : io_(io),
      worker_(worker),
      timer_(io),
      cadence_(cadence),
      sweep_(std::move(sweep)),
      done_(std::move(done)),
      dice_(std::random_device{}()) {}

void Scheduler::start() {
    if (cadence_.on_start) {
        begin();
    } else {
        arm(cadence_.interval);
    }
}

void Scheduler::hint() {
    asio::post(io_, [this] {
        if (stopped_ || hinted_) return;
        hinted_ = true;
        if (!running_) arm(cadence_.debounce);
    });
}

void Scheduler::sweep_now() {
    if (stopped_) return;
    if (running_) {
        again_ = true;
    } else {
        begin();
    }
}

void Scheduler::stop() {
    stopped_ = true;
    timer_.cancel();
    stop_.request_stop();
}

void Scheduler::between_sweeps(std::function<void()> work) {
    // The worker has one thread, so posted work waits for the running sweep.
    asio::post(worker_, std::move(work));
}

void Scheduler::arm(Milliseconds wait) {
    timer_.expires_after(wait);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) begin();
    });
}

void Scheduler::begin() {
    if (running_ || stopped_) return;
    running_ = true;
    begun_ = std::chrono::steady_clock::now();
    again_ = false;
    hinted_ = false;
    timer_.cancel();
    asio::post(worker_, [this, stop = stop_.get_token()] {
        auto report = sweep_(stop);
        asio::post(io_, [this, report = std::move(report)] { finished(report); });
    });
}

void Scheduler::finished(const SweepReport& report) {
    running_ = false;
    failures_ = report.outcome == SweepReport::Outcome::failed ? failures_ + 1 : 0;
    in_vain_ = may_have_caused_hint(report) ? in_vain_ + 1 : 0;
    done_(report);
    if (stopped_) return;
    if (again_) return begin();
    const double dice = std::uniform_real_distribution<double>(0.0, 1.0)(dice_);
    const auto now = model::system_now();
    auto wait = wait_after(report, cadence_, failures_, dice, now);
    if (hinted_) wait = std::min(wait, wait_after_hint(cadence_, in_vain_));
    hinted_ = false;  // hints from now on come from other writers
    arm(wait);
}

}  // namespace dsr::sweep
