// SPDX-License-Identifier: Apache-2.0
// Adds to the timeline what one sweep saw differently than the sweep before it. Pure.
#pragma once

#include <vector>

#include "model/hold.hpp"
#include "model/live_master.hpp"
#include "model/sweep_report.hpp"
#include "model/timeline.hpp"

namespace dsr::plan {

/// `registered` and `absent`: of one fresh view, taken at `now`. An address that is neither is forgotten.
void note_masters(model::Timeline& timeline, const std::vector<model::LiveMaster>& registered,
                  const std::vector<model::AbsentMaster>& absent, model::Instant now);

/// `holds`: the guards that hold now; several of one guard count once. The begin of `paused` is not noted, because the
/// operator's command tells it.
void note_holds(model::Timeline& timeline, const std::vector<model::Hold>& holds, model::Instant now);

/// Removes what is older than Timeline::kept and, from the oldest, what is more than Timeline::max_events.
void trim(model::Timeline& timeline, model::Instant now);

}  // namespace dsr::plan
