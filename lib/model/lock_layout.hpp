// SPDX-License-Identifier: Apache-2.0
// Where DolphinScheduler's masters lock a dead master's failover (docs/dolphinscheduler-protocol.md, section 4.1).
#pragma once

namespace dsr::model {

enum class LockLayout {
    failover_masters,  ///< /lock/failover/masters/<address>: 2.0.2 to 3.1
    per_address,       ///< /lock/master-failover/<address>: 3.2, and G2 with finish markers
    global,            ///< /lock/master-failover: G2 without finish markers
};

}  // namespace dsr::model
