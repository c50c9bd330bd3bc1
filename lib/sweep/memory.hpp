// SPDX-License-Identifier: Apache-2.0
// What one sweep leaves for the next within one run of the daemon. Sweep's thread only.
#pragma once

#include <chrono>
#include <optional>

#include "journal/run_ledger.hpp"
#include "model/absence.hpp"
#include "model/remembered.hpp"
#include "sweep/loss_times.hpp"

namespace dsr::sweep {

struct Memory {
    model::Attendance attendance;
    journal::RunLedger ledger;
    std::chrono::microseconds last_sweep{0};   ///< how long the last sweep took
    bool zone_proven = false;                  ///< by a row whose start lay within 5 minutes of then
    bool recalled = false;                     ///< the journal was asked what it remembers
    std::optional<model::Canary> canary;       ///< the row that went ahead of the others
    std::optional<model::Instant> last_purge;  ///< of the journal
    LossTimes losses;                          ///< of whom rows were handed over
    std::chrono::microseconds unheld{0};       ///< time between sweeps that no guard held, over all runs
};

}  // namespace dsr::sweep
