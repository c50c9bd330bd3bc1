// SPDX-License-Identifier: Apache-2.0
// The objects of one configuration: registry, database, alert channels, sweeper. Built and used on the sweep's thread;
// only this file and engine.cpp name concrete classes.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alert/channel.hpp"
#include "alert/delivery.hpp"
#include "config/config.hpp"
#include "journal/journal.hpp"
#include "model/failure.hpp"
#include "ops/metrics.hpp"
#include "ops/sweep_tag.hpp"
#include "query/query_service.hpp"
#include "recording/recorder.hpp"
#include "registry/registry.hpp"
#include "store/sql/connection_settings.hpp"
#include "store/sql/soci_store.hpp"
#include "sweep/scheduler.hpp"
#include "sweep/sweeper.hpp"
#include "worker/task_killer.hpp"

namespace dsr {

sweep::Cadence cadence_of(const config::Config& config);
store::ConnectionSettings connection_of(const config::Config& config);

/// Throws Failure(permanent) if the configuration needs something that this program was built without.
void require_of_build(const config::Config& config);

/// Identifies this daemon in its locks and alerts: host and process.
std::string replica_identity();

/// The environment of an engine.
struct Dependencies {
    spdlog::logger& log;
    boost::asio::io_context& io;            ///< runs kill messages; another thread runs it
    std::function<void()> members_changed;  ///< called from any thread when the set of masters changes
    std::stop_token shutdown;               ///< asked for when the process is to end
    alert::Delivery& delivery;              ///< takes alerts for channels outside the cluster
    ops::Metrics* metrics = nullptr;        ///< must outlive the engine; null: no metrics
};

/// A release names an instance that does not exist.
class NoSuchInstance : public model::Failure {
public:
    explicit NoSuchInstance(model::WorkflowInstanceId id);
};

class Engine {
public:
    /// `before`: the engine that this one replaces, or null. Its state (absences, hand-overs, sent alerts) is taken
    /// over, so that a reload loses nothing; its connections too if their configuration did not change, so that the
    /// registry session and the absences counted in it continue. Throws model::Failure(permanent) for a configuration
    /// that cannot work.
    Engine(const config::Config& config, const Dependencies& dependencies, const Engine* before);

    /// Uses failover.mode, regardless of `options`.
    model::SweepReport sweep(sweep::Sweeper::Options options, const std::stop_token& stop);

    /// Queries between two sweeps, with the sweeper's present state. The engine must outlive it.
    [[nodiscard]] query::QueryService query_service(query::QueryService::Role role, std::stop_token stop) const {
        return {sweeper_->context(), policy_, sweeper_->memory(), role, std::move(stop), shadow_};
    }
    /// Writes an operator's command to the journal; returns it as the journal keeps it. Throws Failure(permanent)
    /// without a journal and NoSuchInstance.
    model::ControlNote tell(const model::ControlNote& note);
    /// What its sweeps remember.
    [[nodiscard]] const sweep::Memory& memory() const { return sweeper_->memory(); }
    [[nodiscard]] model::Instant now() const { return sweeper_->context().now(); }

private:
    struct Connections {
        config::Registry registry_settings;
        config::Database database_settings;
        bool watch = true;
        model::Milliseconds sweep_interval{0};
        std::unique_ptr<store::SociStore> store;
        std::unique_ptr<registry::Registry> registry;  ///< jdbc: uses the store's connection
        std::unique_ptr<journal::Journal> journal;     ///< uses the store's connection
        std::string identity;                          ///< of this replica
    };
    static std::shared_ptr<Connections> connect(const config::Config& config, const Dependencies& dependencies,
                                                const Engine* before);

    model::Policy policy_;
    bool shadow_;  ///< failover.mode
    std::shared_ptr<Connections> connections_;
    std::unique_ptr<worker::TaskKiller> killer_;
    std::vector<std::unique_ptr<alert::AlertChannel>> channels_;
    std::unique_ptr<recording::Recorder> recorder_;  ///< null if recording.enabled is false
    std::unique_ptr<sweep::Sweeper> sweeper_;
};

/// A sweep whose log lines carry its id.
model::SweepReport tagged_sweep(Engine& engine, sweep::Sweeper::Options options, const std::stop_token& stop,
                                ops::SweepTag& tag);

}  // namespace dsr
