// SPDX-License-Identifier: Apache-2.0
// Which failover-finish markers may go (docs/dolphinscheduler-protocol.md, section 5.3). Pure; any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether this marker may be removed: its value parses as a time older than `retention`, its name parses, and no live
/// server is the incarnation that it names. `-unknown-unknown` stays, besides, while a live server at its address has
/// its value as startup time (its startup is how it knows that its scan was done), or an unfinished row names the
/// address: deleting it would make the next starting master fail that address over again. A server whose startup time
/// is not known keeps every marker of its address.
bool may_remove(const model::FailoverMarker& marker, const model::RegistryView& registry,
                const std::set<model::MasterAddress>& owners, model::Milliseconds retention, model::Instant now);

/// Neither its name nor its value can be made sense of: kept, counted and reported.
bool malformed(const model::FailoverMarker& marker);

}  // namespace dsr::plan
