// SPDX-License-Identifier: Apache-2.0
// Ends the process within 25 s of a request to stop, even if a back end does not answer, by a separate thread. The
// database server then rolls back, and the registry session expires. Main thread.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace dsr {

class ForcedExit {
public:
    ForcedExit() = default;
    ~ForcedExit() { disarm(); }
    ForcedExit(const ForcedExit&) = delete;
    ForcedExit& operator=(const ForcedExit&) = delete;

    void arm();
    void disarm();

private:
    static constexpr std::chrono::seconds timeout{24};
    std::jthread thread_;
};

}  // namespace dsr
