// SPDX-License-Identifier: Apache-2.0
#include "plan/leak_proof.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

bool leaked(std::string_view lock_node, std::int64_t created_in, const Incarnation& lost,
            const std::vector<FailoverMarker>& markers) {
    if (created_in == 0 || !lock_node.ends_with("lock-0000000000")) return false;
    return std::any_of(markers.begin(), markers.end(), [&](const FailoverMarker& marker) {
        return marker.name_parsed && marker.address == lost.address.text && marker.startup_time &&
               epoch_ms(*marker.startup_time) == epoch_ms(lost.startup_time) && marker.process_id == lost.process_id &&
               marker.modified_in > created_in;
    });
}

}  // namespace dsr::plan
