// SPDX-License-Identifier: Apache-2.0
#include "sweep/sleep.hpp"

#include <condition_variable>
#include <mutex>

namespace dsr::sweep {

void sleep_for(model::Milliseconds time, const std::stop_token& stop) {
    std::mutex sleep_mutex;
    std::unique_lock lock(sleep_mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace dsr::sweep
