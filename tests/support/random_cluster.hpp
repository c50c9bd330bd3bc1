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
    std::map<std::string, model::Instant> registered;           ///< address -> when its node was made
    std::set<std::string> writes_in_zone;                       ///< addresses whose master was seen to write just now
    std::map<std::int64_t, model::WorkflowInstance> rows;
    std::set<std::int64_t> with_command;
};

inline std::string drawn_address() {
    return "10.0.0." + std::to_string(*rc::gen::inRange(1, 5)) + ":5678";
}

inline model::WorkflowInstance drawn_row(std::int64_t id) {
    const auto state = *rc::gen::element(0, 1, 2, 3, 4, 5, 6, 7, 12, 14, 15, 17, 18, 99);
    const bool ancient = *rc::gen::inRange(0, 8) == 0;
    const auto age = std::chrono::minutes{*rc::gen::inRange(0, 20)} + std::chrono::hours{ancient ? 27 : 0};
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

/// A finished row that the master of `address` wrote just now, in the zone.
inline void add_proof(SweepBench& bench, const std::string& address) {
    const auto id = 1000 + static_cast<std::int64_t>(bench.tables->instances.size());
    auto& written = bench.tables->instances[id];
    written.row = row(id, address, 7, noon);
    written.start_time = bench.tables->zone.wall(noon);
    written.state_history = "[{\"time\":\"" + bench.tables->zone.wall(noon).substr(0, 19) + "\"}]";
}

/// Fills `bench` (policy at_once) and says with what. `proven`: every master was seen to write in the zone.
inline Drawn draw_cluster(SweepBench& bench, bool proven = false) {
    Drawn drawn;
    drawn.schema = bench.tables->facts;
    for (int i = 1; i <= 4; ++i) {
        if (*rc::gen::inRange(0, 2) == 0) continue;
        const auto address = "10.0.0." + std::to_string(i) + ":5678";
        const auto startup = noon - std::chrono::minutes{*rc::gen::inRange(0, 20)};
        bench.cluster->add_master({address}, startup, 100 + i);
        drawn.live[address] = startup;
        auto& master = bench.cluster->masters.at({address});
        // The clock of some was ahead when they started.
        if (*rc::gen::inRange(0, 4) == 0)
            master.registered_at = startup - std::chrono::minutes{*rc::gen::inRange(1, 9)};
        drawn.registered[address] = master.registered_at;
        if (*rc::gen::inRange(0, 5) == 0) {
            master.startup_time.reset();
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
    for (const auto& [address, startup] : drawn.live) {
        if (!proven && *rc::gen::inRange(0, 3) == 0) continue;
        add_proof(bench, address);
        drawn.writes_in_zone.insert(address);
    }
    return drawn;
}

/// Whether a master of that release turns what is being stopped or paused into running.
inline bool forgets_stops(const model::SchemaFacts& schema) {
    const bool a_3_2 = schema.generation == model::Generation::process && schema.tenant_code;
    return a_3_2 && !(schema.version && schema.version->patch == 0);
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
    if (forgets_stops(cluster.schema) && (instance.state == 2 || instance.state == 4)) return false;
    const auto live = cluster.live.find(*instance.host);
    if (live == cluster.live.end()) return true;
    if (!live->second || instance.ownership.form == model::OwnershipTime::Form::absent) return false;
    const auto bound = std::min(*live->second, cluster.registered.at(*instance.host));
    const bool surely = instance.ownership.latest + std::chrono::hours{26} < bound;
    return instance.ownership.latest < bound && (surely || cluster.writes_in_zone.contains(*instance.host));
}

/// The same of a row that was claimed and has no command. In G2 nothing here tells the state that it had before.
inline bool may_be_repaired(const Drawn& cluster, const model::WorkflowInstance& instance) {
    if (cluster.live.empty() || cluster.schema.generation != model::Generation::process) return false;
    if (instance.host != "NULL" || cluster.with_command.contains(instance.id.value)) return false;
    if (forgets_stops(cluster.schema) && (instance.state == 2 || instance.state == 4)) return false;
    return instance.state && std::set{0, 1, 2, 4, 12}.contains(*instance.state);
}

}  // namespace dsr::test
