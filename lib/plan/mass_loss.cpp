// SPDX-License-Identifier: Apache-2.0
#include "plan/mass_loss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dsr::plan {

using namespace model;

namespace {

/// One burst of losses, by position in the times of loss.
struct Burst {
    Instant last;
    std::size_t lost;
    std::size_t known;
};

/// The last burst that is a mass loss, from its first loss on.
std::optional<Burst> last_burst(const Snapshot& snapshot) {
    std::vector<Instant> losses;
    for (const auto& [address, absence] : snapshot.membership.absent) {
        if (absence.witnessed) losses.push_back(absence.lost_at());
    }
    std::sort(losses.begin(), losses.end());
    std::optional<Burst> found;
    for (std::size_t first = 0; first < losses.size(); ++first) {
        std::size_t end = first;
        while (end < losses.size() && losses[end] - losses[first] <= snapshot.policy.mass_loss_window) ++end;
        const Instant last = losses[end - 1];
        const std::size_t lost = end - first;
        const auto& masters = snapshot.registry.masters;
        // A master that registered after the burst could not have been lost in it. Use ZooKeeper's time, because a
        // presence starts again with our session. Where only the latest possible time is known, fewer count as
        // known, which holds sooner.
        const auto stayed = static_cast<std::size_t>(std::count_if(
            masters.begin(), masters.end(), [&](const LiveMaster& m) { return m.registered_at <= last; }));
        const std::size_t known = lost + stayed;
        if (lost < mass_loss_least || static_cast<double>(lost) < mass_loss_share * static_cast<double>(known))
            continue;
        // Of those with one end the first is the largest.
        if (!found || found->last != last) found = Burst{last, lost, known};
    }
    return found;
}

}  // namespace

std::optional<Hold> mass_loss(const Snapshot& snapshot, Instant now) {
    if (!snapshot.registry.fresh) return std::nullopt;
    const auto burst = last_burst(snapshot);
    if (!burst) return std::nullopt;
    if (snapshot.control.mass_loss_release && *snapshot.control.mass_loss_release >= burst->last) return std::nullopt;
    const auto& masters = snapshot.registry.masters;
    const bool newer = std::any_of(masters.begin(), masters.end(), [&](const LiveMaster& master) {
        return master.earliest_registration() > burst->last;
    });
    const Instant twice = burst->last + 2 * snapshot.policy.grace;
    if (newer && now >= twice) return std::nullopt;
    return Hold{Guard::mass_loss,
                fmt::format("{} of {} masters were lost within {}, the last at {}: this is more likely a registry or "
                            "network event than crashes. The hold ends at {} if a master has registered since then{}, "
                            "or at once with `ds-reconcilerd release mass-loss --reason ...`",
                            burst->lost, burst->known, human(snapshot.policy.mass_loss_window), rfc3339(burst->last),
                            rfc3339(twice), newer ? " (one has)" : " (none has)")};
}

}  // namespace dsr::plan
