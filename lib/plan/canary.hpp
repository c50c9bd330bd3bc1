// SPDX-License-Identifier: Apache-2.0
// More orphans than failover.max_per_sweep: one goes ahead, the rest follow once it was taken up. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/journal_entry.hpp"
#include "model/policy.hpp"

namespace dsr::plan {

/// How many rows this sweep may hand over, and why not all.
struct Allowance {
    std::uint64_t most = 0;
    bool begins_canary = false;  ///< the one row of this sweep is the canary
    bool ends_canary = false;    ///< nothing is awaited of a canary any more
    std::string reason;          ///< a sentence, when not all may go
};

/// `planned`: orphans there are. `canary`: the entry of the one that went ahead, if one did.
Allowance allowance(std::uint64_t planned, const std::optional<model::JournalEntry>& canary, bool journal_ready,
                    const model::Policy& policy);

}  // namespace dsr::plan
