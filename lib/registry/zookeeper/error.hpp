// SPDX-License-Identifier: Apache-2.0
// Maps error codes of the ZooKeeper library to their meaning, in one place. Pure; any thread.
#pragma once

#include <string>

#include "model/failure.hpp"

namespace dsr::registry {

/// Whether an operation whose answer was lost may have changed something.
enum class Access { read, write };

/// The failure for an answer's code (ZOO_ERRORS, not ZOK). `what` is part of the sentence: "reading
/// /dolphinscheduler/nodes/master".
model::Failure zookeeper_failure(int code, Access access, const std::string& what);

}  // namespace dsr::registry
