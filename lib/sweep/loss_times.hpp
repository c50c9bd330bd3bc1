// SPDX-License-Identifier: Apache-2.0
// When the owners of rows that we handed over were lost. The outage of a workflow is measured from there. No decision
// uses it. Sweep's thread.
#pragma once

#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/membership.hpp"
#include "model/snapshot.hpp"

namespace dsr::sweep {

/// When the owner `host` was lost: the first view that missed it or, for an earlier incarnation, the startup of the
/// present one. Nothing when neither is known.
std::optional<model::Instant> lost_at(const model::Snapshot& snapshot, const model::MasterAddress& host);

class LossTimes {
public:
    /// Records that rows of `host`, lost at `lost`, were handed over at `now`.
    void handed_over(const model::MasterAddress& host, model::Instant lost, model::Instant now);

    /// The time of the loss that was answered at `answered`. After a restart it comes from the absence that the journal
    /// kept.
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
