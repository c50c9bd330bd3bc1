// SPDX-License-Identifier: Apache-2.0
// When owners were lost whose rows we handed over: how long workflows stood still is counted from there. Nothing is
// decided by it. Sweep's thread.
#pragma once

#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/membership.hpp"
#include "model/snapshot.hpp"

namespace dsr::sweep {

/// When the owner `host` was lost: the first view that missed it; of an earlier incarnation, when the present one
/// started. Nothing when neither is known.
std::optional<model::Instant> lost_at(const model::Snapshot& snapshot, const model::MasterAddress& host);

class LossTimes {
public:
    /// Rows of `host`, lost then, were handed over now.
    void handed_over(const model::MasterAddress& host, model::Instant lost, model::Instant now);

    /// The loss that was answered at `answered` by handing rows of `host` over. Where we do not remember it (a restart)
    /// the absence tells that the journal kept.
    [[nodiscard]] std::optional<model::Instant> of(const model::MasterAddress& host, model::Instant answered,
                                                   const model::Membership& membership) const;

private:
    struct Loss {
        model::Instant lost;
        model::Instant answered;  ///< the last time
    };
    std::map<model::MasterAddress, Loss> losses_;  ///< of the last day
};

}  // namespace dsr::sweep
