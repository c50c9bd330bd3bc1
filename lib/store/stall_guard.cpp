// SPDX-License-Identifier: Apache-2.0
#include "store/stall_guard.hpp"

#include <sys/socket.h>

namespace dsr::store {

StallGuard::StallGuard(Clock::duration limit) : limit_(limit), thread_([this] { keep_watch(); }) {}

StallGuard::~StallGuard() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void StallGuard::arm(int socket) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        call_ = Call{socket, Clock::now() + limit_};
        wake = dozing_;
    }
    if (wake) changed_.notify_one();
}

void StallGuard::disarm() {
    const std::lock_guard lock(mutex_);
    call_.reset();
}

// A call that begins while the thread waits for an earlier one's deadline does not wake it: its own comes later.
void StallGuard::keep_watch() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        if (!call_) {
            dozing_ = true;
            changed_.wait(lock, [&] { return ending_ || call_; });
            dozing_ = false;
        } else if (Clock::now() < call_->deadline) {
            const auto deadline = call_->deadline;
            changed_.wait_until(lock, deadline, [&] { return ending_; });
        } else {
            ::shutdown(call_->socket, SHUT_RDWR);
            call_.reset();
        }
    }
}

}  // namespace dsr::store
