// SPDX-License-Identifier: Apache-2.0
// What a sweep judges by: everything but the rows, which stream past it.
#pragma once

#include <optional>
#include <vector>

#include "model/absence.hpp"
#include "model/lock_layout.hpp"
#include "model/policy.hpp"
#include "model/registry_view.hpp"
#include "model/schema_facts.hpp"

namespace dsr::model {

struct Snapshot {
    RegistryView registry;
    Attendance attendance;  ///< already advanced by `registry`
    SchemaFacts schema;
    Policy policy;
    LockLayout layout = LockLayout::failover_masters;
    bool layout_contradicted = false;          ///< mutex nodes were seen where this layout never puts one
    std::optional<Instant> newest_start_time;  ///< of all rows, finished ones included
    /// A row was seen whose ownership time lies within 5 minutes of now: database.time_zone is proven right. Until then
    /// the rule for earlier incarnations is off.
    bool zone_proven = false;
    /// Differences between the clocks of those who write times, as far as they were measured; only G2 needs it.
    std::chrono::microseconds clock_skew{0};
};

}  // namespace dsr::model
