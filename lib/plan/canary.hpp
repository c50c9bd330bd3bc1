// SPDX-License-Identifier: Apache-2.0
// More orphans than failover.max_per_sweep: one goes first as a canary, and the rest follow once a master took it up.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/journal_entry.hpp"
#include "model/policy.hpp"

namespace dsr::plan {

/// How many rows this sweep may hand over, and the reason when not all.
struct Allowance {
    std::uint64_t most = 0;
    bool begins_canary = false;  ///< the one row of this sweep is the canary
    bool ends_canary = false;    ///< no canary is awaited any more
    std::string reason;          ///< a sentence, when not all may be handed over
};

/// `planned`: the number of orphans. `canary`: the entry of the canary, if there is one.
Allowance allowance(std::uint64_t planned, const std::optional<model::JournalEntry>& canary, bool journal_ready,
                    const model::Policy& policy);

}  // namespace dsr::plan
