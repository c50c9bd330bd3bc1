// SPDX-License-Identifier: Apache-2.0
#include "commands/sweep.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <iostream>

#include "alert_channels.hpp"
#include "engine.hpp"
#include "forced_exit.hpp"
#include "model/failure.hpp"
#include "query/sweep_text.hpp"

namespace dsr {

namespace asio = boost::asio;

namespace {

/// Rows that should have been handed over and were not. A row that a live master recovered first does not count.
bool row_missed(const model::SweepReport& report) {
    using model::Outcome;
    return report.count(Outcome::failed) + report.count(Outcome::unknown) + report.count(Outcome::skipped_lock) > 0;
}

Exit exit_of(const model::SweepReport& report) {
    using SweepOutcome = model::SweepReport::Outcome;
    if (report.outcome == SweepOutcome::failed) return Exit::out_of_reach;
    if (report.outcome == SweepOutcome::held || report.interrupted || row_missed(report)) return Exit::held;
    return query::left_for_later(report) ? Exit::waiting : Exit::nothing_left;
}

/// Shows the progress of a long sweep in a line on a terminal. Called from the sweep's thread while it runs.
class ProgressBar {
public:
    ProgressBar(std::ostream& out, bool on) : out_(out), on_(on) {}

    void show(std::uint64_t rows_seen, std::uint64_t done, std::uint64_t planned) {
        if (!on_ || (planned == 0 ? rows_seen : planned) < many_rows) return;
        const auto now = std::chrono::steady_clock::now();
        if (shown_ && now - last_ < between) return;
        last_ = now;
        shown_ = true;
        if (planned == 0) {
            out_ << fmt::format("\r\x1b[Kjudged {} unfinished workflows", rows_seen) << std::flush;
            return;
        }
        const auto filled = done * width / planned;
        out_ << fmt::format("\r\x1b[K[{:=<{}}{:<{}}] {}/{} handed over", "", filled, "", width - filled, done, planned)
             << std::flush;
    }

    void clear() {
        if (shown_) out_ << "\r\x1b[K" << std::flush;
        shown_ = false;
    }

private:
    static constexpr std::chrono::milliseconds between{100};
    static constexpr std::uint64_t width = 30;
    static constexpr std::uint64_t many_rows = 5'000;

    std::ostream& out_;
    bool on_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point last_;
};

// Nothing delivers alerts after this process: a few tries, with a limit.
constexpr int tries_of_alerts = 3;
constexpr std::chrono::seconds alerts_timeout{20};
constexpr std::chrono::seconds final_delivery{3};

}  // namespace

Exit run_remote_sweep(const Configuration& configuration, const NamedDaemon& daemon) {
    const auto answer = tell_daemon(configuration, daemon, "/api/v1/sweep", query::Json::object());
    if (!answer.json)
        throw model::Failure(answer.is_excluded ? model::ErrorKind::permanent : model::ErrorKind::retry,
                             answer.why_none + "; `sweep` without --remote needs no daemon, and --url names another");
    std::cout << (answer.json->at("sweep_running").get<bool>() ? "the daemon sweeps again after the running sweep\n"
                                                               : "the daemon sweeps now\n");
    return Exit::nothing_left;
}

Exit run_sweep(const config::Config& config, const ops::Logging& logging, const SweepCommand& command) {
    auto& log = *logging.logger;
    ForcedExit forced_exit;  // destroyed last: destroying the others may hang on a resolver
    asio::io_context io;
    alert::Delivery delivery(io, log);
    asio::thread_pool worker(1);
    std::unique_ptr<Engine> engine;  // created, used and destroyed on the worker's thread
    model::SweepReport last;
    bool interrupted = false;
    std::stop_source shutdown;

    ProgressBar bar(std::cerr, ::isatty(STDERR_FILENO) == 1 && !command.output.is_data());
    const sweep::Sweeper::Options options{
        command.dry_run,
        [&bar](std::uint64_t rows, std::uint64_t done, std::uint64_t planned) { bar.show(rows, done, planned); }};

    auto cadence = cadence_of(config);
    cadence.on_start = true;
    sweep::Scheduler scheduler(
        io, worker, cadence,
        [&](const std::stop_token& stop) {
            try {
                if (!engine)
                    engine = std::make_unique<Engine>(
                        config, Dependencies{log, io, [] {}, shutdown.get_token(), delivery}, nullptr);
                return tagged_sweep(*engine, options, stop, *logging.tag);
            } catch (const std::exception& error) {
                model::SweepReport report;
                report.outcome = model::SweepReport::Outcome::failed;
                report.failure = error.what();
                return report;
            }
        },
        [&](const model::SweepReport& report) {
            bar.clear();
            last = report;
            // If nothing is handed over, only the end of a grace is worth waiting for.
            const bool changes_nothing = command.dry_run || config.sweep.shadow;
            const bool gets_on = !changes_nothing || report.count(model::Verdict::waiting) > 0;
            const bool again = command.wait && !interrupted && gets_on && exit_of(report) == Exit::waiting;
            if (!again) {
                scheduler.stop();
                delivery.finish(tries_of_alerts, interrupted ? final_delivery : alerts_timeout, [&] { io.stop(); });
            }
        });

    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        interrupted = true;
        forced_exit.arm();
        shutdown.request_stop();
        const bool idle = !scheduler.running();
        scheduler.stop();
        if (idle) io.stop();
    });
    auto work = asio::make_work_guard(io);
    delivery.use(outside_channels(config, delivery.abandoned()));
    scheduler.start();
    io.run();

    asio::post(worker, [&engine] { engine.reset(); });
    worker.join();
    if (command.output.is_data()) {
        std::cout << data_text(query::Json::parse(query::json_of(last)), command.output.form) << std::flush;
    } else {
        query::print(std::cout, last, style_of(command.output));
    }
    return exit_of(last);
}

}  // namespace dsr
