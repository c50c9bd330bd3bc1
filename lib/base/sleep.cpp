// SPDX-License-Identifier: Apache-2.0
#include "base/sleep.hpp"

#include <condition_variable>
#include <mutex>

namespace dsr::base {

void sleep_for(std::chrono::nanoseconds time, const std::stop_token& stop) {
    std::mutex sleep_mutex;
    std::unique_lock lock(sleep_mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace dsr::base
