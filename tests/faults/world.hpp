// SPDX-License-Identifier: Apache-2.0
// What one trial is about, drawn from its seed: the cluster, its tables and its registry, the daemons' policy, the
// clock, the judge, and the story of what happens.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "faults/fault.hpp"
#include "faults/judge.hpp"
#include "faults/killer.hpp"
#include "faults/masters.hpp"
#include "faults/trial.hpp"
#include "model/policy.hpp"
#include "model/sweep_report.hpp"
#include "support/builders.hpp"
#include "support/master_tables.hpp"

namespace dsr::faults {

/// The address of a master.
std::string address(int number);

struct World {
    World(std::uint64_t seed, test::Tables& tables, const TrialOptions& options);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] bool second_generation() const { return schema.generation == model::Generation::workflow; }
    [[nodiscard]] bool by_zookeeper() const { return options.registry == RegistryKind::zookeeper; }
    [[nodiscard]] bool in_database() const { return options.registry == RegistryKind::jdbc; }

    void move_clock(std::chrono::seconds by);
    /// A line of the story.
    void tell(const std::string& what);
    void tell(const model::SweepReport& report);

    Draw draw;
    test::Tables& tables;
    const TrialOptions options;
    const model::SchemaFacts schema;
    model::Policy policy;
    model::Instant now = test::noon;
    Masters masters;
    fakes::FakeCluster& cluster;
    const std::array<std::string, 2> workers{"10.0.1.1:1234", "10.0.1.2:1234"};
    const std::string foreign_worker = "10.0.1.9:1234";  ///< only task rows name it
    DrawnKiller killer;
    test::Client client;  ///< people's, and the judge's: without faults
    Judge judge;
    std::string story;

private:
    void draw_policy();
    void draw_cluster();
    void draw_workflows(int masters_drawn);
};

}  // namespace dsr::faults
