// SPDX-License-Identifier: Apache-2.0
#include "sweep/memory.hpp"

#include <algorithm>

namespace dsr::sweep {

using namespace model;

namespace {
constexpr std::chrono::hours kept{24};
}

std::optional<Instant> lost_at(const Snapshot& snapshot, const MasterAddress& host) {
    const auto absence = snapshot.membership.absent.find(host);
    if (absence != snapshot.membership.absent.end()) return absence->second.lost_at();
    const auto& masters = snapshot.registry.masters;
    const auto successor =
        std::find_if(masters.begin(), masters.end(), [&](const LiveMaster& master) { return master.address == host; });
    return successor == masters.end() ? std::nullopt : successor->startup_time;
}

void LossTimes::handed_over(const MasterAddress& host, Instant lost, Instant now) {
    std::erase_if(losses_, [&](const auto& entry) { return now - entry.second.answered > kept; });
    losses_[host] = {lost, now};
}

std::optional<Instant> LossTimes::of(const MasterAddress& host, Instant answered, const Membership& membership) const {
    // A loss after the answer is a different, later loss.
    if (const auto known = losses_.find(host); known != losses_.end() && known->second.lost <= answered)
        return known->second.lost;
    if (const auto absence = membership.absent.find(host);
        absence != membership.absent.end() && absence->second.lost_at() <= answered)
        return absence->second.lost_at();
    return std::nullopt;
}

}  // namespace dsr::sweep
