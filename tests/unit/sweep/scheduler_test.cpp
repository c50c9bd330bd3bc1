// SPDX-License-Identifier: Apache-2.0
#include "sweep/scheduler.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <stop_token>
#include <thread>

namespace dsr::scheduler_test {

using namespace dsr::model;
using namespace std::chrono_literals;
using sweep::Cadence;
using sweep::Scheduler;

namespace {

/// No sweep comes by itself within a test.
Cadence far_off() {
    Cadence cadence;
    cadence.interval = 1h;
    cadence.jitter = 0;
    cadence.debounce = 1ms;
    return cadence;
}

/// A scheduler whose sweeps are counted; `during` is called in each.
struct Bench {
    explicit Bench(Cadence cadence = far_off())
        : scheduler(
              io, worker, cadence,
              [this](const std::stop_token& stop) {
                  ++sweeps;
                  if (during) during(stop);
                  SweepReport report;
                  report.outcome = outcome;
                  report.fences = fences;
                  return report;
              },
              [this](const SweepReport&) { ++reports; }) {}
    ~Bench() { worker.join(); }

    /// Goes on until `reports` sweeps were reported.
    void until(int count) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (reports < count && std::chrono::steady_clock::now() < end) {
            io.restart();
            io.run_one_for(100ms);
        }
        REQUIRE(reports == count);
    }

    boost::asio::io_context io;
    boost::asio::thread_pool worker{1};
    SweepReport::Outcome outcome{};
    std::uint64_t fences = 0;
    std::function<void(const std::stop_token&)> during;
    std::atomic<int> sweeps = 0;
    int reports = 0;
    Scheduler scheduler;
};

}  // namespace

TEST_CASE("a sweep goes at start, the next one after the interval") {
    Bench bench;
    bench.scheduler.start();
    CHECK(bench.scheduler.running());
    CHECK(bench.scheduler.running_since());
    CHECK_FALSE(bench.scheduler.next_at());
    bench.until(1);
    CHECK_FALSE(bench.scheduler.running());
    CHECK_FALSE(bench.scheduler.running_since());
    REQUIRE(bench.scheduler.next_at());
    const auto wait = *bench.scheduler.next_at() - std::chrono::steady_clock::now();
    CHECK(wait > 50min);
    CHECK(wait <= 1h);
}

TEST_CASE("without a sweep at start the first one waits for the interval too") {
    auto cadence = far_off();
    cadence.on_start = false;
    Bench bench(cadence);
    bench.scheduler.start();
    CHECK_FALSE(bench.scheduler.running());
    REQUIRE(bench.scheduler.next_at());
    CHECK(*bench.scheduler.next_at() - std::chrono::steady_clock::now() > 50min);
    cadence.interval = 1ms;
    bench.scheduler.set_cadence(cadence);
    bench.scheduler.start();
    bench.until(1);
}

TEST_CASE("a failed sweep is tried again soon") {
    auto cadence = far_off();
    cadence.retry = 1ms;
    Bench bench(cadence);
    bench.outcome = SweepReport::Outcome::failed;
    bench.scheduler.start();
    bench.until(3);
}

TEST_CASE("who asks for a sweep gets one, after the one at hand, and never two at a time") {
    Bench bench;
    SECTION("while none runs") {
        bench.scheduler.sweep_now();
        bench.until(1);
    }
    SECTION("while one runs: one more, however often it was asked") {
        bench.scheduler.start();
        bench.scheduler.sweep_now();
        bench.scheduler.sweep_now();
        bench.scheduler.sweep_now();
        bench.until(1);
        CHECK(bench.scheduler.running());
        bench.until(2);
        CHECK_FALSE(bench.scheduler.running());
        CHECK(bench.sweeps == 2);
    }
}

TEST_CASE("a hint of a change brings the next sweep forward") {
    Bench bench;
    SECTION("while none runs") {
        bench.scheduler.start();
        bench.until(1);
        bench.scheduler.hint();
        bench.scheduler.hint();
        bench.until(2);
        CHECK(*bench.scheduler.next_at() - std::chrono::steady_clock::now() > 50min);
    }
    SECTION("while one runs: it may have looked before the change") {
        bench.during = [&](const std::stop_token&) {
            if (bench.sweeps == 1) bench.scheduler.hint();
        };
        bench.scheduler.start();
        bench.until(2);
        CHECK(*bench.scheduler.next_at() - std::chrono::steady_clock::now() > 50min);
    }
}

TEST_CASE("a stop reaches the sweep at hand, and none follows") {
    Bench bench;
    std::atomic<bool> asked = false;
    bench.during = [&](const std::stop_token& stop) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        asked = stop.stop_requested();
    };
    bench.scheduler.start();
    bench.scheduler.sweep_now();
    bench.scheduler.stop();
    bench.until(1);
    CHECK(asked);
    bench.scheduler.sweep_now();
    bench.scheduler.hint();
    bench.io.restart();
    bench.io.poll();
    CHECK_FALSE(bench.scheduler.running());
    CHECK_FALSE(bench.scheduler.next_at());
    CHECK(bench.sweeps == 1);
}

TEST_CASE("work between sweeps waits for the sweep at hand and is done before the next") {
    Bench bench;
    std::atomic<int> swept_before = -1;
    std::atomic<bool> go = false;
    bench.during = [&](const std::stop_token&) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!go && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    };
    bench.scheduler.start();
    bench.scheduler.between_sweeps([&] { swept_before = bench.sweeps.load(); });
    bench.scheduler.sweep_now();
    CHECK(swept_before == -1);
    go = true;
    bench.until(2);
    CHECK(swept_before == 1);
}

TEST_CASE("hints that come of our own fences bring the next sweep forward less and less") {
    auto cadence = far_off();
    cadence.debounce = 20ms;
    Bench bench(cadence);
    bench.during = [&](const std::stop_token&) { bench.scheduler.hint(); };
    bench.fences = 1;
    bench.scheduler.start();
    const auto next = [&](int sweep) {
        bench.until(sweep);
        REQUIRE(bench.scheduler.next_at());
        return *bench.scheduler.next_at() - std::chrono::steady_clock::now();
    };
    CHECK(next(1) <= 40ms);
    bench.until(4);
    CHECK(next(5) > 300ms);  // 20 ms doubled five times, less what this line took
    bench.fences = 0;
    CHECK(next(6) <= 20ms);  // another wrote
    bench.scheduler.stop();
}

}  // namespace dsr::scheduler_test
