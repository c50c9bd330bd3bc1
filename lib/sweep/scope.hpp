// SPDX-License-Identifier: Apache-2.0
// What the parts of the step "apply" share in one sweep, also in shadow mode. Everything in it outlives them. Sweep's
// thread.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

struct SweepScope {
    const SweepContext& context;
    const model::Snapshot& snapshot;
    Memory& memory;
    model::SweepReport& report;             ///< contains the sweep's name
    std::optional<std::string> entry_zone;  ///< JournalEntry::zone; nothing when the journal has no column for it
    std::stop_token stop;
    std::function<void()> progressed = [] {};  ///< called after each batch and each wait

    [[nodiscard]] bool stopping() const { return stop.stop_requested(); }
};

}  // namespace dsr::sweep
