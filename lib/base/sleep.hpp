// SPDX-License-Identifier: Apache-2.0
// Waiting that a request to stop ends at once. Any thread.
#pragma once

#include <chrono>
#include <stop_token>

namespace dsr::base {

/// Returns after that time, or at once when stop is requested.
void sleep_for(std::chrono::nanoseconds time, const std::stop_token& stop);

}  // namespace dsr::base
