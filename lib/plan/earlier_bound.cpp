// SPDX-License-Identifier: Apache-2.0
#include "plan/earlier_bound.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

std::chrono::microseconds measured_skew(const std::vector<LiveMaster>& masters) {
    std::chrono::microseconds skew{0};
    for (const auto& master : masters) {
        if (master.reported_at) skew = std::max(skew, std::chrono::abs(*master.reported_at - master.written_at));
    }
    return skew;
}

Instant earlier_bound(const LiveMaster& master, const MasterPresence* presence, std::chrono::microseconds skew) {
    const Instant startup = *master.startup_time;
    if (startup <= master.registered_at + skew) return std::min(startup, master.registered_at);
    const bool seen_to_begin = presence != nullptr && presence->first_heartbeat_seen &&
                               presence->startup_time == master.startup_time &&
                               presence->process_id == master.process_id;
    return seen_to_begin ? startup : master.registered_at;
}

bool began_under_old_node(const MasterPresence& before, const LiveMaster& now, std::chrono::microseconds skew) {
    return now.startup_time && before.startup_time && before.session_id == now.session_id &&
           before.startup_time != now.startup_time && now.written_at + skew >= *now.startup_time;
}

}  // namespace dsr::plan
