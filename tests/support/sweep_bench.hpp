// SPDX-License-Identifier: Apache-2.0
// A whole sweep over the fakes: a cluster, its tables, a killer that answers as told, a clock that stands until moved.
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <vector>

#include "fakes/fake_journal.hpp"
#include "fakes/fake_registry.hpp"
#include "fakes/fake_workflow_store.hpp"
#include "support/builders.hpp"
#include "support/proven_cluster.hpp"
#include "sweep/sweeper.hpp"

namespace dsr::test {

class FakeKiller final : public worker::TaskKiller {
public:
    std::map<model::TaskInstanceId, worker::KillAnswer> answers;  ///< killed, when not named
    std::vector<model::TaskInstanceId> asked;
    std::set<model::WorkerAddress> unreachable;         ///< whatever `answers` says
    std::vector<std::set<model::WorkerAddress>> calls;  ///< the addresses of each call
    std::function<void()> on_kill;                      ///< before it answers; may be empty

    [[nodiscard]] std::vector<worker::KillAnswer> kill(worker::KillMessageTypes,
                                                       std::span<const worker::KillRequest> requests,
                                                       model::Milliseconds, std::stop_token) override {
        if (on_kill) on_kill();
        std::vector<worker::KillAnswer> result;
        calls.emplace_back();
        for (const auto& request : requests) {
            asked.push_back(request.task);
            calls.back().insert(request.worker);
            const auto told = answers.find(request.task);
            result.push_back(unreachable.contains(request.worker) ? worker::KillAnswer::unreachable
                             : told == answers.end()              ? worker::KillAnswer::killed
                                                                  : told->second);
        }
        return result;
    }
};

class FakeChannel final : public alert::AlertChannel {
public:
    std::vector<alert::Alert> told;
    [[nodiscard]] std::string name() const override { return "fake"; }
    void send(const alert::Alert& alert, model::Instant) override { told.push_back(alert); }
};

class SweepBench {
public:
    explicit SweepBench(model::Policy policy = at_once(), model::SchemaFacts schema = schema_3_1())
        : policy_(policy), log_("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(*logged)) {
        cluster->now = [this] { return now; };
        tables->facts = schema;
        prove_cluster(*tables, *cluster);
        restart();
    }

    /// The daemon's process ends and another one starts: nothing in memory is left.
    void restart() {
        sweeper.reset();
        registry.reset();  // its session ends before the next one begins
        registry = std::make_unique<fakes::FakeRegistry>(cluster, "replica 1");
        store = std::make_unique<fakes::FakeWorkflowStore>(tables);
        journal = std::make_unique<fakes::FakeJournal>(tables, store.get());
        sweeper = std::make_unique<sweep::Sweeper>(
            sweep::SweepContext{*registry, *store, *journal, killer, log_, [this] { return now; }, "0.0.0", "replica 1",
                                [this](model::Milliseconds time, const std::stop_token& stop) { sleep(time, stop); },
                                [this](std::span<const model::MasterAddress> addresses) { return probe(addresses); }},
            alert::AlertDispatcher(channels, std::chrono::minutes{60}, log_), policy_, recorder.get());
    }
    /// From the next start on, every sweep is recorded in that folder.
    void record_in(const std::filesystem::path& folder) {
        recorder = std::make_unique<recording::Recorder>(folder, recording::Keep{});
        restart();
    }

    /// Which of the addresses accept connections.
    std::set<model::MasterAddress> probe(std::span<const model::MasterAddress> addresses) {
        std::set<model::MasterAddress> result;
        for (const auto& address : addresses) {
            probed.push_back(address.text);
            if (accepting.contains(address.text)) result.insert(address);
        }
        return result;
    }

    /// The sweep paces itself.
    void sleep(model::Milliseconds time, const std::stop_token& stop) {
        rested += time;
        if (on_rest) on_rest();
        if (!stop.stop_requested()) now += time;
    }

    model::SweepReport sweep(bool dry_run = false, const std::stop_token& stop = {}) {
        tables->now = now;
        return sweeper->sweep({dry_run, {}, shadow}, stop);
    }

    [[nodiscard]] const model::Policy& policy() const { return policy_; }
    void add(model::WorkflowInstance instance) { tables->add(std::move(instance)); }
    /// A master takes the commands up that wait: the rows are its own from now on.
    void take_up(const std::string& master) {
        for (const auto& command : tables->commands) {
            auto& row = tables->instances.at(command.instance).row;
            row.host = master;
            row.ownership = owned_since(now);
            if (row.state == model::state::failover) row.state = model::state::running_execution;
        }
        tables->commands.clear();
    }
    /// A row that its master took up just now, so that the zone is proven for that one.
    void add_fresh_row(std::int64_t id, const std::string& host) {
        auto& added = tables->add(row(id, host, model::state::running_execution, now));
        added.start_time = tables->zone.wall(now);
        added.state_history = "[{\"time\":\"" + *added.start_time + "\"}]";
    }
    [[nodiscard]] int commands_for(std::int64_t instance) const {
        int count = 0;
        for (const auto& command : tables->commands) count += command.instance == instance ? 1 : 0;
        return count;
    }

    model::Instant now = noon;
    model::Milliseconds rested{0};    ///< by failover.rate, so far
    std::function<void()> on_rest;    ///< may be empty
    std::set<std::string> accepting;  ///< addresses that accept connections
    std::vector<std::string> probed;  ///< addresses that were connected to
    bool shadow = false;              ///< failover.mode of the sweeps to come
    std::shared_ptr<fakes::FakeCluster> cluster = std::make_shared<fakes::FakeCluster>();
    std::shared_ptr<fakes::FakeTables> tables = std::make_shared<fakes::FakeTables>();
    FakeKiller killer;
    FakeChannel people;
    std::vector<alert::AlertChannel*> channels{&people};
    std::unique_ptr<fakes::FakeRegistry> registry;
    std::unique_ptr<fakes::FakeWorkflowStore> store;
    std::unique_ptr<fakes::FakeJournal> journal;
    std::unique_ptr<recording::Recorder> recorder;  ///< none unless record_in() was called
    std::shared_ptr<std::ostringstream> logged = std::make_shared<std::ostringstream>();
    std::unique_ptr<sweep::Sweeper> sweeper;

private:
    model::Policy policy_;
    spdlog::logger log_;
};

}  // namespace dsr::test
