// SPDX-License-Identifier: Apache-2.0
// Clusters drawn at random, small enough that every odd case comes up often.
#pragma once

#include <rapidcheck.h>

#include "support/sweep_bench.hpp"

namespace dsr::test {

/// What a drawn cluster holds before the first sweep, for the independent model to judge by.
struct Drawn {
    model::SchemaFacts schema;
    std::map<std::string, std::optional<model::Instant>> live;  ///< address -> startup, when the heartbeat tells
    std::map<std::int64_t, model::WorkflowInstance> rows;
    std::set<std::int64_t> with_command;
};

inline std::string drawn_address() {
    return "10.0.0." + std::to_string(*rc::gen::inRange(1, 5)) + ":5678";
}

inline model::WorkflowInstance drawn_row(std::int64_t id) {
    const auto state = *rc::gen::element(0, 1, 2, 3, 4, 5, 6, 7, 12, 14, 15, 17, 18, 99);
    const auto age = std::chrono::seconds{*rc::gen::inRange(0, 20)} * 60;
    auto drawn = row(id, drawn_address(), state, noon - age);
    const auto oddity = *rc::gen::inRange(0, 20);
    if (oddity == 0) drawn.host = std::nullopt;
    if (oddity == 1) drawn.host = "";
    if (oddity == 2) drawn.host = "NULL";
    if (oddity == 3) drawn.ownership = {};
    if (oddity == 4) drawn.ownership.form = model::OwnershipTime::Form::unreadable;
    if (oddity == 5) drawn.state = std::nullopt;
    if (oddity == 6) drawn.ownership = owned_since(noon - age, std::chrono::seconds{60});
    return drawn;
}

/// Fills `bench` (policy at_once) and says with what.
inline Drawn draw_cluster(SweepBench& bench) {
    Drawn drawn;
    drawn.schema = bench.tables->facts;
    for (int i = 1; i <= 4; ++i) {
        if (*rc::gen::inRange(0, 2) == 0) continue;
        const auto address = "10.0.0." + std::to_string(i) + ":5678";
        const auto startup = noon - std::chrono::minutes{*rc::gen::inRange(0, 20)};
        bench.cluster->add_master({address}, startup, 100 + i);
        drawn.live[address] = startup;
        if (*rc::gen::inRange(0, 5) == 0) {
            bench.cluster->masters.at({address}).startup_time.reset();
            drawn.live[address] = std::nullopt;
        }
    }
    const auto rows = *rc::gen::inRange(0, 12);
    for (int id = 1; id <= rows; ++id) {
        drawn.rows[id] = drawn_row(id);
        bench.add(drawn.rows[id]);
        if (*rc::gen::inRange(0, 6) == 0) {
            bench.tables->add_command(id);
            drawn.with_command.insert(id);
        }
    }
    if (*rc::gen::inRange(0, 3) != 0) bench.tables->zone = model::Zone("UTC");
    bench.tables->instances[1000].row = row(1000, "", 7, noon);  // finished just now: proves the zone
    bench.tables->instances[1000].start_time = bench.tables->zone.wall(noon);
    return drawn;
}

/// What a person reading the design would say of one row: may it be handed over? Written apart from lib/plan on
/// purpose.
inline bool may_be_handed_over(const Drawn& cluster, const model::WorkflowInstance& instance) {
    using model::Generation;
    if (cluster.live.empty() || !instance.host || instance.host->empty() || instance.host == "NULL" || !instance.state)
        return false;
    if (cluster.with_command.contains(instance.id.value)) return false;
    const std::set<int> states =
        cluster.schema.generation == Generation::process ? std::set{0, 1, 2, 4, 12} : std::set{1, 2, 4};
    if (!states.contains(*instance.state)) return false;
    if (instance.ownership.form == model::OwnershipTime::Form::unreadable) return false;
    const auto live = cluster.live.find(*instance.host);
    if (live == cluster.live.end()) return true;
    if (!live->second || instance.ownership.form == model::OwnershipTime::Form::absent) return false;
    return instance.ownership.latest < *live->second;
}

/// The same of a row that was claimed and has no command. In G2 nothing here tells the state that it had before.
inline bool may_be_repaired(const Drawn& cluster, const model::WorkflowInstance& instance) {
    if (cluster.live.empty() || cluster.schema.generation != model::Generation::process) return false;
    if (instance.host != "NULL" || cluster.with_command.contains(instance.id.value)) return false;
    return instance.state && std::set{0, 1, 2, 4, 12}.contains(*instance.state);
}

}  // namespace dsr::test
