// SPDX-License-Identifier: Apache-2.0
#include "plan/earlier_bound.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

std::chrono::microseconds measured_skew(const std::vector<LiveMaster>& masters) {
    std::chrono::microseconds skew{0};
    for (const auto& master : masters) {
        if (!master.reported_at) continue;
        const auto late = *master.reported_at - master.written_at;
        // A heartbeat that was there before our first read may be of any age.
        if (master.earliest_write() == Instant{}) {
            skew = std::max(skew, late);
            continue;
        }
        const auto early = master.earliest_write() - *master.reported_at;
        skew = std::max({skew, std::chrono::abs(late), std::chrono::abs(early)});
    }
    return skew;
}

std::chrono::microseconds proven_skew(const std::vector<LiveMaster>& masters) {
    std::chrono::microseconds skew{0};
    for (const auto& master : masters) {
        if (!master.reported_at) continue;
        skew = std::max(skew, *master.reported_at - master.written_at);
        if (master.earliest_write() != Instant{}) skew = std::max(skew, master.earliest_write() - *master.reported_at);
    }
    return skew;
}

Instant earlier_bound(const LiveMaster& master, const MasterPresence* presence, std::chrono::microseconds skew) {
    const Instant startup = *master.startup_time;
    const Instant registered = master.earliest_registration();
    if (startup <= registered + skew) return std::min(startup, registered);
    const bool seen_to_begin = presence != nullptr && presence->first_heartbeat_seen &&
                               presence->startup_time == master.startup_time &&
                               presence->process_id == master.process_id;
    return seen_to_begin ? startup : registered;
}

bool began_under_old_node(const MasterPresence& before, const LiveMaster& now, std::chrono::microseconds skew) {
    return now.startup_time && before.startup_time && before.session_id == now.session_id &&
           before.startup_time != now.startup_time && now.earliest_write() + skew >= *now.startup_time;
}

}  // namespace dsr::plan
