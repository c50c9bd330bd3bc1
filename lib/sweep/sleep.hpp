// SPDX-License-Identifier: Apache-2.0
// How the sweep's thread waits when it paces itself; tests advance their own clock instead.
#pragma once

#include <functional>
#include <stop_token>

#include "model/instant.hpp"

namespace dsr::sweep {

/// Returns after that time, or at once when stop is requested.
using Sleep = std::function<void(model::Milliseconds time, const std::stop_token& stop)>;

/// The implementation that really waits.
void sleep_for(model::Milliseconds time, const std::stop_token& stop);

}  // namespace dsr::sweep
