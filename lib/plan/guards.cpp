// SPDX-License-Identifier: Apache-2.0
#include "plan/guards.hpp"

#include <fmt/format.h>

namespace dsr::plan {

using namespace model;

namespace {
constexpr std::chrono::minutes future_tolerance{5};
}

std::optional<Hold> registry_not_fresh(const Snapshot& snapshot) {
    if (snapshot.registry.fresh) return std::nullopt;
    return Hold{Guard::registry_not_fresh, snapshot.registry.why_not_fresh};
}

std::optional<Hold> no_live_master(const Snapshot& snapshot) {
    if (!snapshot.registry.fresh || !snapshot.registry.masters.empty()) return std::nullopt;
    return Hold{Guard::no_live_master,
                "no master is registered, so nobody could take a workflow over; start one and the next sweep acts"};
}

std::optional<Hold> unknown_layout(const Snapshot& snapshot) {
    if (!snapshot.registry.fresh || !snapshot.layout_contradicted) return std::nullopt;
    return Hold{
        Guard::unknown_layout,
        "lock nodes were seen where masters of this schema never put one, so it is not known which lock excludes "
        "them; check which DolphinScheduler runs, then set registry.lock_layout"};
}

std::optional<Hold> clock(const Snapshot& snapshot, Instant now) {
    if (!snapshot.newest_start_time || *snapshot.newest_start_time <= now + future_tolerance) return std::nullopt;
    return Hold{Guard::clock,
                fmt::format("the newest workflow started at {}, {} in the future: database.time_zone does not fit what "
                            "DolphinScheduler writes, or a clock is wrong; mend it, the next sweep looks again",
                            rfc3339(*snapshot.newest_start_time), human(*snapshot.newest_start_time - now))};
}

std::optional<Hold> disabled(const Snapshot& snapshot) {
    if (snapshot.policy.failover_enabled) return std::nullopt;
    return Hold{Guard::disabled, "failover.enabled is false: this daemon only looks; set it to true to let it act"};
}

std::vector<Hold> holds(const Snapshot& snapshot, Instant now) {
    std::vector<Hold> standing;
    for (auto& hold : {registry_not_fresh(snapshot), no_live_master(snapshot), unknown_layout(snapshot),
                       clock(snapshot, now), disabled(snapshot)}) {
        if (hold) standing.push_back(*hold);
    }
    return standing;
}

}  // namespace dsr::plan
