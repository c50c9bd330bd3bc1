// SPDX-License-Identifier: Apache-2.0
// The one place where an error code of the ZooKeeper library is given its meaning. Pure; any thread.
#pragma once

#include <string>

#include "model/failure.hpp"

namespace dsr::registry {

/// Whether an operation whose answer was lost may have changed something.
enum class Access { read, write };

/// The failure that an answer's code (ZOO_ERRORS, not ZOK) stands for. `what` goes into the sentence: "reading
/// /dolphinscheduler/nodes/master".
model::Failure zookeeper_failure(int code, Access access, const std::string& what);

}  // namespace dsr::registry
