// SPDX-License-Identifier: Apache-2.0
// Which failover-finish markers may be removed (docs/dolphinscheduler-protocol.md, section 5.3). Pure; any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/registry_view.hpp"

namespace dsr::plan {

/// Whether this marker may be removed: its value parses as a time older than `retention`, its name parses, and no live
/// server is the incarnation that it names. A marker `-unknown-unknown` must also stay while a live server at its
/// address has its value as startup time (the server uses that time to tell that its scan is done), or while an
/// unfinished row names the address: otherwise the next starting master would fail that address over again. A server
/// with unknown startup time keeps every marker of its address.
bool may_remove(const model::FailoverMarker& marker, const model::RegistryView& registry,
                const std::set<model::MasterAddress>& owners, model::Milliseconds retention, model::Instant now);

/// Neither its name nor its value can be parsed: kept, counted and reported.
bool malformed(const model::FailoverMarker& marker);

}  // namespace dsr::plan
