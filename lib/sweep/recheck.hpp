// SPDX-License-Identifier: Apache-2.0
// Whether the registry still shows of a dead host what its rows were judged by. Reads only. Sweep's thread.
#pragma once

#include <optional>
#include <string>

#include "model/ids.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Why rows must not be written now.
struct Refusal {
    model::Outcome outcome = model::Outcome::skipped_changed;
    std::string reason;
};

/// Refuses a host text that cannot be a node name, because the registry cannot be asked about it.
std::optional<Refusal> no_address(const model::MasterAddress& host);

/// Why this host must be left alone now: another registration under its address, no living master, or a new failover
/// marker. Nothing when the plan still holds. Cheap enough for every batch. Throws Failure.
std::optional<Refusal> registration_changed(const SweepScope& scope, const model::MasterAddress& host);

/// registration_changed(), where masters do not stop themselves whether its address accepts connections, and where a
/// build recovers in place the contents of the markers and whether any master came or went: there only these show that
/// a master was first. Throws Failure.
std::optional<Refusal> changed_since_plan(const SweepScope& scope, const model::MasterAddress& host);

}  // namespace dsr::sweep
