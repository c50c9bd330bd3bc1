// SPDX-License-Identifier: Apache-2.0
// The guard against mass events: the loss of many masters at once is more likely a registry or network event than
// deaths. Pure; any thread.
#pragma once

#include <optional>

#include "model/hold.hpp"
#include "model/snapshot.hpp"

namespace dsr::plan {

inline constexpr std::size_t mass_loss_least = 3;  ///< masters lost
inline constexpr double mass_loss_share = 0.55;    ///< of those known at the time

/// Holds when at least mass_loss_least masters, and at least mass_loss_share of those known at the time, were lost
/// within guards.mass_loss_window of each other and are still missing. Lifts once a master is registered whose node is
/// newer than the last of these losses and the lost masters stayed absent for twice the grace (after a total loss the
/// return of one master must recover everything), or when an operator runs `release mass-loss`.
std::optional<model::Hold> mass_loss(const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
