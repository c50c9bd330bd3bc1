// SPDX-License-Identifier: Apache-2.0
#include "plan/markers.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

bool malformed(const FailoverMarker& marker) {
    return !marker.name_parsed || !marker.value_time;
}

bool may_remove(const FailoverMarker& marker, const RegistryView& registry, const std::set<MasterAddress>& owners,
                Milliseconds retention, Instant now) {
    if (!registry.fresh || malformed(marker)) return false;
    if (now - *marker.value_time <= retention) return false;
    if (registry.servers_of_unknown_startup.contains(marker.address)) return false;
    if (!marker.startup_time) {
        const auto started_then = marker.address + "-" + std::to_string(epoch_ms(*marker.value_time));
        return !registry.server_startups.contains(started_then) && !owners.contains(MasterAddress{marker.address});
    }
    const auto startup = marker.address + "-" + std::to_string(epoch_ms(*marker.startup_time));
    if (!registry.server_startups.contains(startup)) return true;
    if (!marker.process_id) return false;
    // A server with that startup time whose heartbeat names no process may be the incarnation.
    const auto named = registry.server_incarnations.lower_bound(startup + "-");
    if (named == registry.server_incarnations.end() || !named->starts_with(startup + "-")) return false;
    return !registry.server_incarnations.contains(startup + "-" + std::to_string(*marker.process_id));
}

bool leaked(std::string_view lock_node, std::int64_t created_in, const Incarnation& lost,
            const std::vector<FailoverMarker>& markers, bool held_from_creation) {
    if (created_in == 0 || !(held_from_creation || lock_node.ends_with("lock-0000000000"))) return false;
    return std::any_of(markers.begin(), markers.end(), [&](const FailoverMarker& marker) {
        return marker.name_parsed && marker.address == lost.address.text && marker.startup_time &&
               epoch_ms(*marker.startup_time) == epoch_ms(lost.startup_time) && marker.process_id == lost.process_id &&
               marker.modified_in > created_in;
    });
}

}  // namespace dsr::plan
