// SPDX-License-Identifier: Apache-2.0
#include "commands/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>

#include "alert_channels.hpp"
#include "cluster_identity.hpp"
#include "engine.hpp"
#include "forced_exit.hpp"
#include "http_service.hpp"
#include "ops/health.hpp"
#include "ops/metrics.hpp"
#include "ops/service_manager.hpp"
#include "query/cluster_identity.hpp"
#include "query/sweep_text.hpp"
#include "sweep_log.hpp"
#include "watchdog.hpp"

namespace dsr {

namespace asio = boost::asio;

namespace {

/// The running daemon: shared by the signals and the sweeps, all on the main thread except `engine`.
class Daemon {
public:
    Daemon(config::Config config, const ops::Logging& logging, Reload reload)
        : config_(std::move(config)),
          log_(*logging.logger),
          tag_(*logging.tag),
          reload_(std::move(reload)),
          sweep_log_(log_),
          metrics_(DSR_VERSION, model::system_now()),
          delivery_(io_, log_),
          signals_(io_, SIGTERM, SIGINT, SIGHUP),
          work_(asio::make_work_guard(io_)),
          scheduler_(
              io_, worker_, cadence_of(config_), [this](const std::stop_token& stop) { return sweep(stop); },
              [this](const model::SweepReport& report) { finished(report); }),
          http_({.io = io_,
                 .log = log_,
                 .scheduler = scheduler_,
                 .engine = [this] { return engine_.get(); },
                 .shutdown = shutdown_.get_token(),
                 .metrics = [this] { return metrics_.text(); },
                 .liveness = liveness_}),
          watchdog_(io_, log_, service_, liveness_) {
        signals_.add(SIGUSR1);
        know_config();
    }

    void run() {
        wait_for_signal();
        delivery_.use(outside_channels(config_, delivery_.abandoned()));
        tell_cluster();
        tell_mode();
        build(config_, [this](const std::string& error) { loaded(error); });
        configure_http();
        scheduler_.start();
        if (!config_.sweep.on_start) service_.started();
        watchdog_.start();
        io_.run();
        asio::post(worker_, [this] { engine_.reset(); });
        worker_.join();
    }

private:
    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            on_signal(number);
            wait_for_signal();
        });
    }

    void on_signal(int number) {
        if (number == SIGUSR1) {
            log_.info("SIGUSR1: sweeping now");
            scheduler_.sweep_now();
        } else if (number == SIGHUP) {
            reload();
        } else {
            log_.info("stop requested: finishing the running batch");
            service_.stopping();
            forced_exit_.arm();
            shutdown_.request_stop();
            const bool idle = !scheduler_.running();
            scheduler_.stop();
            stopping_ = true;
            http_.stop([this, idle] {
                if (idle) end();
            });
        }
    }

    /// The last sweep's alerts get one try, but a channel that hangs must not delay the exit.
    void end() {
        delivery_.finish(1, final_delivery, [this] { io_.stop(); });
    }

    /// Once at start, and after a reload that changed it.
    void tell_cluster() {
        auto cluster = query::in_words(query::to_json(identity_of(config_), std::nullopt));
        if (cluster == cluster_told_) return;
        cluster_told_ = std::move(cluster);
        log_.info("cluster {}", cluster_told_);
    }

    void tell_mode() {
        if (config_.sweep.shadow)
            log_.info("failover.mode is shadow: only the journal is written; it records what would have been done");
    }

    void reload() {
        service_.reloading();
        auto fresh = reload_();
        for (const auto& warning : fresh.warnings) log_.warn("SIGHUP: {}", config::to_string(warning));
        if (!fresh.config) {
            std::string errors;
            for (const auto& error : fresh.errors) {
                log_.error("SIGHUP: {}", config::to_string(error));
                errors += (errors.empty() ? "" : "; ") + config::to_string(error);
            }
            constexpr auto wrong = "SIGHUP: the new configuration is invalid; the old one stays in force";
            log_.error(wrong);
            loaded(errors);
            service_.status(wrong);
            service_.reloaded();
            return;
        }
        build(*fresh.config, [this, fresh = *fresh.config](const std::string& error) {
            if (error.empty()) {
                put_in_force(fresh);
            } else {
                log_.error("SIGHUP: the old configuration stays in force");
            }
            loaded(error);
            service_.reloaded();
        });
    }

    /// The engine runs by it from now on. Until then everything that is told is of the old one, which still sweeps.
    void put_in_force(const config::Config& fresh) {
        log_.info("SIGHUP: the new configuration is in force from the next sweep on");
        config_ = fresh;
        log_.set_level(static_cast<spdlog::level::level_enum>(config_.log.level));
        tell_cluster();
        tell_mode();
        scheduler_.set_cadence(cadence_of(config_));
        configure_http();
        delivery_.use(outside_channels(config_, delivery_.abandoned()));
        know_config();
        scheduler_.sweep_now();
    }

    /// A configuration was put in force, or `error` says why not.
    void loaded(const std::string& error) {
        metrics_.config_loaded(error.empty(), model::system_now());
        http_.config_loaded(error);
    }

    /// The HTTP side keeps digests: nothing here needs the tokens from then on.
    void configure_http() {
        http_.configure(config_);
        config_.http.token = {};
        config_.http.read_token = {};
    }

    void know_config() {
        metrics_.cluster(config::cluster_name(config_));
        metrics_.mode(config_.sweep.shadow);
        metrics_.sweep_interval(config_.policy.sweep_interval);
        liveness_.sweep_interval(config_.policy.sweep_interval);
    }

    /// On the worker's thread, after the current sweep: a new engine that takes over the old one's state. `done` then
    /// runs on this thread, with the reason if there is none.
    void build(const config::Config& config, std::function<void(const std::string& error)> done) {
        scheduler_.between_sweeps([this, config, done = std::move(done)] {
            std::string failure;
            try {
                const Dependencies dependencies{
                    log_, io_, [this] { scheduler_.hint(); }, shutdown_.get_token(), delivery_, &metrics_};
                engine_ = std::make_unique<Engine>(config, dependencies, engine_.get());
            } catch (const std::exception& error) {
                log_.error("this configuration cannot be applied: {}", error.what());
                failure = error.what();
            }
            asio::post(io_, [done, failure] { done(failure); });
        });
    }

    model::SweepReport sweep(const std::stop_token& stop) {
        const auto moved = [this](std::uint64_t, std::uint64_t, std::uint64_t) { liveness_.moved(); };
        if (engine_)
            return tagged_sweep(*engine_, {.dry_run = false, .progress = moved, .shadow = false, .named = {}}, stop,
                                tag_);
        model::SweepReport report;
        report.outcome = model::SweepReport::Outcome::failed;
        report.failure = "no configuration could be applied yet";
        return report;
    }

    void finished(const model::SweepReport& report) {
        const ops::SweepTag::Scope lines_of_the_sweep(tag_, report.sweep);
        metrics_.observe(report);
        for (const auto& channel : delivery_.counts(report.channels)) metrics_.alert_channel(channel);
        sweep_log_.tell(report, config_.policy.confirm_within);
        liveness_.sweep_ended();
        service_.status(query::line_of(report));
        service_.started();
        http_.finished(report);
        if (stopping_) end();
    }

    static constexpr std::chrono::seconds final_delivery{3};

    config::Config config_;
    spdlog::logger& log_;
    ops::SweepTag& tag_;
    std::stop_source shutdown_;
    Reload reload_;
    SweepLog sweep_log_;
    ops::Liveness liveness_;
    ops::ServiceManager service_ = ops::ServiceManager::of_this_process();
    ForcedExit forced_exit_;  ///< destroyed last: destroying the others may hang on a resolver
    ops::Metrics metrics_;
    asio::io_context io_;
    alert::Delivery delivery_;  ///< destroyed before its io_context
    asio::signal_set signals_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::unique_ptr<Engine> engine_;  ///< created, used and destroyed on the worker's thread
    sweep::Scheduler scheduler_;
    HttpService http_;
    Watchdog watchdog_;
    asio::thread_pool worker_{1};  ///< joined before what it uses is destroyed
    bool stopping_ = false;
    std::string cluster_told_;  ///< as last logged
};

}  // namespace

Exit run_daemon(config::Config config, const ops::Logging& logging, const Reload& reload) {
    Daemon(std::move(config), logging, reload).run();
    return Exit::nothing_left;
}

}  // namespace dsr
