// SPDX-License-Identifier: Apache-2.0
// When sweeps run: at start, every interval with jitter, earlier when an action is due or the registry hints at a
// change, at once on request; never two at a time. Lives on the io_context's thread; the sweep itself runs on the
// worker thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <stop_token>

#include "model/sweep_report.hpp"

namespace dsr::sweep {

struct Cadence {
    model::Milliseconds interval{60'000};
    double jitter = 0.1;  ///< each wait is interval times 1 - jitter to 1 + jitter
    bool on_start = true;
    model::Milliseconds debounce{1'000};  ///< a hint waits this long for further hints
    model::Milliseconds retry{5'000};     ///< the wait after a failed sweep, doubled each time up to the interval
};

/// How long to wait after a sweep. Pure. `failures`: consecutive failed sweeps, this one included. `dice` in [0, 1).
model::Milliseconds wait_after(const model::SweepReport& report, const Cadence& cadence, int failures, double dice,
                               model::Instant now);

/// Whether a hint during this sweep may come from its own writes, or would only repeat a failure. Pure.
bool may_have_caused_hint(const model::SweepReport& report);

/// How long to wait after a hint. Pure. `in_vain`: consecutive sweeps that may have caused their hints.
model::Milliseconds wait_after_hint(const Cadence& cadence, int in_vain);

class Scheduler {
public:
    using Sweep = std::function<model::SweepReport(std::stop_token)>;
    using Done = std::function<void(const model::SweepReport&)>;

    /// `sweep` runs on `worker`, `done` on `io`.
    Scheduler(boost::asio::io_context& io, boost::asio::thread_pool& worker, Cadence cadence, Sweep sweep, Done done);

    void start();
    /// Brings the next sweep forward because the registry changed. Any thread.
    void hint();
    /// Starts a sweep as soon as none is running.
    void sweep_now();
    /// Asks a running sweep to end early; no further one starts.
    void stop();
    void set_cadence(Cadence cadence) { cadence_ = cadence; }
    /// Runs `work` on the worker thread when no sweep is running, before the next one.
    void between_sweeps(std::function<void()> work);
    [[nodiscard]] bool running() const { return running_; }
    /// When the running sweep started; nothing when none is running.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> running_since() const {
        return running_ ? std::optional(begun_) : std::nullopt;
    }
    /// When the next sweep is due; nothing while one runs.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_at() const {
        return running_ || stopped_ ? std::nullopt : std::optional(timer_.expiry());
    }

private:
    void arm(model::Milliseconds wait);
    void begin();
    void finished(const model::SweepReport& report);

    boost::asio::io_context& io_;
    boost::asio::thread_pool& worker_;
    boost::asio::steady_timer timer_;
    Cadence cadence_;
    Sweep sweep_;
    Done done_;
    std::mt19937 dice_;
    std::stop_source stop_;
    int failures_ = 0;
    int in_vain_ = 0;  ///< consecutive sweeps that may have caused their hints
    bool running_ = false;
    std::chrono::steady_clock::time_point begun_;
    bool again_ = false;
    bool hinted_ = false;
    bool stopped_ = false;
};

}  // namespace dsr::sweep
