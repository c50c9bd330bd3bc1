// SPDX-License-Identifier: Apache-2.0
#include "forced_exit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "exit_code.hpp"

namespace dsr {

void ForcedExit::arm() {
    if (thread_.joinable()) return;
    thread_ = std::jthread([](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, timeout, [] { return false; });
        if (stop.stop_requested()) return;
        // Not through the log: its lock or pipe may be what hangs.
        constexpr std::string_view text =
            "a server did not answer after the request to stop: the process ends now, and the server rolls back\n";
        ::fcntl(STDERR_FILENO, F_SETFL, ::fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK);
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
        std::_Exit(static_cast<int>(Exit::out_of_reach));
    });
}

void ForcedExit::disarm() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

}  // namespace dsr
