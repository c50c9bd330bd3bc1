// SPDX-License-Identifier: Apache-2.0
// The command_param of a recovery command, exactly as a master of that release writes it
// (docs/dolphinscheduler-protocol.md, sections 8.2 and 8.3; tests/testbed/golden). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/schema_facts.hpp"

namespace dsr::store {

/// A row of t_ds_schedules for the instance's definition.
struct Schedule {
    std::optional<std::string> time_zone;  ///< timezone_id; nothing for NULL
};

/// Whether a master of this schema passes the start parameters on: 3.1.7 and later, 3.2. True for a 3.1 schema without
/// a release number: a release that does not use them ignores them.
bool hands_on_start_params(const model::SchemaFacts& schema);

/// 2.0 to 3.2. `instance_param` is the instance's own command_param; its StartParams is copied unchanged. Pass nothing
/// where the release does not copy it. A text that is not a JSON object contains none, for a master too; nor does one
/// nested over 1,000 levels, which no master writes. With a schedule every value becomes a string and the schedule's
/// zone goes last.
std::string process_command_param(std::int64_t instance_id, const std::optional<std::string>& instance_param,
                                  const std::optional<Schedule>& schedule);

/// 3.3 and later, for an instance found in old_state (1, 2 or 4). Throws Failure(permanent) for any other state: the
/// consumer would write NULL into the instance's state.
std::string workflow_command_param(int old_state);

/// The reverse: the old_state that a recovery command of 3.3 and later names, 1, 2 or 4, whatever else it contains.
/// Nothing when it names none: no JSON object, no such key, or not exactly one of the three names.
std::optional<int> old_state_of(const std::string& workflow_command_param);

}  // namespace dsr::store
