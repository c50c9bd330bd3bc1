// SPDX-License-Identifier: Apache-2.0
// Which DolphinScheduler this database belongs to, according to its tables and columns; the version row counts only
// where the schema cannot tell (docs/dolphinscheduler-protocol.md, section 2.2).
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"

namespace dsr::model {

/// "process" = 2.0 to 3.2 (G1), "workflow" = 3.3 and later (G2).
enum class Generation { process, workflow };

/// The names are visible to users and in recordings: never rename one.
inline constexpr std::array<std::string_view, 2> generation_names{"process", "workflow"};
static_assert(base::names_each<Generation>(generation_names));
constexpr std::string_view name(Generation generation) {
    return generation_names[static_cast<std::size_t>(generation)];
}

/// Where DolphinScheduler's masters lock a dead master's failover (docs/dolphinscheduler-protocol.md, section 4.1).
enum class LockLayout {
    failover_masters,  ///< /lock/failover/masters/<address>: 2.0.2 to 3.1
    per_address,       ///< /lock/master-failover/<address>: 3.2, and G2 with finish markers
    global,            ///< /lock/master-failover: G2 without finish markers
};

/// The names are visible to users and in recordings: never rename one.
inline constexpr std::array<std::string_view, 3> lock_layout_names{"failover_masters", "per_address", "global"};
static_assert(base::names_each<LockLayout>(lock_layout_names));
constexpr std::string_view name(LockLayout layout) {
    return lock_layout_names[static_cast<std::size_t>(layout)];
}

/// A release number as in t_ds_version.
struct Version {
    int major = 0;
    int minor = 0;
    int patch = 0;
    auto operator<=>(const Version&) const = default;
};

struct SchemaFacts {
    Generation generation = Generation::process;
    std::string version_text;        ///< t_ds_version.version unchanged; may be empty
    std::optional<Version> version;  ///< parsed; nothing when it does not parse
    bool tenant_code = false;        ///< instance.tenant_code: 3.2 and later
    bool test_flag = false;          ///< instance.test_flag: 3.2 and 3.3.0 only
    bool state_history = false;      ///< instance.state_history: 3.1 and later
    bool alert_sign = false;         ///< t_ds_alert.sign: 3.0 and later
    bool alert_type = false;         ///< t_ds_alert.warning_type and alert_type: 3.0 and later
    bool serial_queue = false;       ///< t_ds_serial_command: 3.4.0 and later

    /// 3.1 and older: the failing-over master marks every unfinished task 8 and has it killed on its worker.
    [[nodiscard]] bool marks_tasks() const { return generation == Generation::process && !tenant_code; }
    /// 3.3.0 and its development line may recover a row and leave the dead host in it.
    [[nodiscard]] bool may_recover_in_place() const { return generation == Generation::workflow && test_flag; }
    /// 3.2.1 and later 3.2: a master that takes up a row that is being stopped or paused turns it into running.
    [[nodiscard]] bool forgets_stops() const {
        return generation == Generation::process && tenant_code && (!version || *version >= Version{3, 2, 1});
    }
    bool operator==(const SchemaFacts&) const = default;
};

}  // namespace dsr::model
