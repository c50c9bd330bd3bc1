// SPDX-License-Identifier: Apache-2.0
// The real sweeper, planner and schedule over a simulated cluster with a virtual clock: sweeps follow one another as
// the daemon's scheduler would have them, masters go and come back as drawn, until every lost row is recovered. Time
// passes only by what database and registry are asked. One thread.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "fakes/fake_registry.hpp"
#include "model/policy.hpp"
#include "simulate/instances.hpp"
#include "simulate/journal.hpp"
#include "simulate/meter.hpp"
#include "simulate/store.hpp"
#include "support/sweep_bench.hpp"
#include "sweep/scheduler.hpp"
#include "sweep/sweeper.hpp"

namespace dsr::simulate {

struct Size {
    std::size_t masters = 1'000;
    std::size_t workers = 5'000;
    std::uint64_t rows = 10'000'000;  ///< unfinished instances, all the time
    std::size_t single_losses = 10;   ///< masters that go one by one
    std::size_t rack = 10;            ///< that go in the same second
    std::chrono::seconds within{120};
    std::uint64_t seed = 1;
    Pace pace;
};

/// What one sweep saw and took.
struct SweepSeen {
    model::Instant began;
    std::chrono::microseconds took{0};  ///< on the virtual clock
    double computed = 0;                ///< seconds of this machine
    Load load;
    std::uint64_t recovered = 0;
    std::uint64_t memory = 0;  ///< resident, after it
};

class Simulation {
public:
    explicit Simulation(const Size& size);

    /// One sweep now. Throws std::runtime_error when it failed.
    SweepSeen sweep();
    /// Sweeps until every lost row has its receipt. Throws when that does not come within a day of virtual time.
    void run();

    [[nodiscard]] const std::vector<SweepSeen>& sweeps() const { return sweeps_; }
    [[nodiscard]] const Instances& instances() const { return instances_; }
    /// How long each recovered row was lost, by batch: from the loss of its master to the committed command.
    [[nodiscard]] std::vector<std::pair<std::chrono::microseconds, std::uint64_t>> recovery_times() const;

private:
    struct Change {
        model::Instant at;
        std::size_t master = 0;
        bool comes = false;
    };

    static std::vector<Loss> draw_losses(const Size& size, model::Instant begin);
    /// What happened to masters until now.
    void pass_time();
    void registry_asked(fakes::Operation operation, fakes::Moment moment);
    /// When the next sweep begins: by the schedule, or by the watch on the masters.
    [[nodiscard]] model::Instant next_sweep(const model::SweepReport& report);

    Size size_;
    Meter meter_;
    Instances instances_;
    std::vector<Change> changes_;
    std::size_t changed_ = 0;            ///< of changes_, from the front
    std::size_t changed_when_seen_ = 0;  ///< the same, when the registry was last looked at
    std::shared_ptr<fakes::FakeCluster> cluster_ = std::make_shared<fakes::FakeCluster>();
    fakes::FakeRegistry registry_;
    SimulatedStore store_;
    SimulatedJournal journal_;
    test::FakeKiller killer_;
    spdlog::logger log_;
    sweep::Cadence cadence_;
    std::mt19937_64 dice_;
    sweep::Sweeper sweeper_;
    std::optional<model::SweepReport> last_;
    std::vector<SweepSeen> sweeps_;
};

}  // namespace dsr::simulate
