// SPDX-License-Identifier: Apache-2.0
#include "plan/canary.hpp"

#include <fmt/format.h>

#include <limits>

namespace dsr::plan {

using namespace model;

Allowance allowance(std::uint64_t planned, const std::optional<JournalEntry>& canary, bool journal_ready,
                    const Policy& policy) {
    constexpr auto all = std::numeric_limits<std::uint64_t>::max();
    if (policy.max_per_sweep == 0) return {all, false, canary.has_value(), {}};
    // Without a journal there are no receipts, so every sweep hands over max_per_sweep rows.
    if (!journal_ready) return {policy.max_per_sweep, false, false, {}};
    if (!canary) {
        if (planned <= policy.max_per_sweep) return {all, false, false, {}};
        return {1, true, false,
                fmt::format("{} orphans are more than failover.max_per_sweep ({}): one is handed over first, the "
                            "others after a master has taken it up",
                            planned, policy.max_per_sweep)};
    }
    if (canary->receipt == Receipt::recovered) return {all, false, true, {}};
    return {0, false, false,
            fmt::format("{} for workflow instance {}, which was handed over first at {}: {}; to hand another one over "
                        "first, run `ds-reconcilerd release {}`",
                        planned == 1 ? "1 orphan waits" : fmt::format("{} orphans wait", planned),
                        canary->instance.value, rfc3339(canary->at),
                        canary->receipt == Receipt::failed ? "its command failed: " + canary->message
                                                           : std::string("it is not taken up yet"),
                        canary->instance.value)};
}

}  // namespace dsr::plan
