// SPDX-License-Identifier: Apache-2.0
// The sender of an alert, for operators of several clusters.
#pragma once

#include <string>

namespace dsr::alert {

struct AlertOrigin {
    std::string cluster;
    std::string replica;  ///< host and process
};

}  // namespace dsr::alert
