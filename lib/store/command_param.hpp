// SPDX-License-Identifier: Apache-2.0
// The command_param of a recovery command, letter by letter as a master of that release writes it
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

/// Whether a master of this schema hands the start parameters on: 3.1.7 and later, 3.2. Where a 3.1 schema does not
/// tell its release, they are: a release that does not need them reads past them.
bool hands_on_start_params(const model::SchemaFacts& schema);

/// 2.0 to 3.2. `instance_param` is the instance's own command_param, of which StartParams is taken over as it stands;
/// give nothing where the release does not. A text that is no JSON object holds none, for a master too; nor does one
/// nested over 1,000 levels, which no master writes. With a schedule every value becomes a string and the schedule's
/// zone goes last.
std::string process_command_param(std::int64_t instance_id, const std::optional<std::string>& instance_param,
                                  const std::optional<Schedule>& schedule);

/// 3.3 and later, for an instance found in old_state (1, 2 or 4). Throws Failure(permanent) for any other: the consumer
/// would write NULL into the instance's state.
std::string workflow_command_param(int old_state);

/// The other way round: the old_state that a recovery command of 3.3 and later names, 1, 2 or 4, whatever else stands
/// in it. Nothing when it names none: no JSON object, no such key, or not exactly one of the three names.
std::optional<int> old_state_of(const std::string& workflow_command_param);

}  // namespace dsr::store
