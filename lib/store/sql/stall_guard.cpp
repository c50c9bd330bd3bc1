// SPDX-License-Identifier: Apache-2.0
#include "store/sql/stall_guard.hpp"

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

void StallGuard::limit(Clock::duration limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
}

void StallGuard::arm(int socket) {
    begin(socket, true);
}

void StallGuard::next_statement() {
    begin(-1, false);
}

void StallGuard::begin(int socket, bool new_call) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!new_call && !call_) return;
        const auto deadline = Clock::now() + limit_;
        call_ = Call{new_call ? socket : call_->socket, deadline};
        wake = deadline < wakes_at_;
    }
    if (wake) changed_.notify_one();
}

void StallGuard::disarm() {
    const std::lock_guard lock(mutex_);
    call_.reset();
}

// A statement that starts while the thread waits for an earlier deadline wakes it only if its own deadline is first.
void StallGuard::keep_watch() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        if (call_ && Clock::now() >= call_->deadline) {
            ::shutdown(call_->socket, SHUT_RDWR);
            call_.reset();
            continue;
        }
        wakes_at_ = call_ ? call_->deadline : Clock::time_point::max();
        if (call_) {
            changed_.wait_until(lock, wakes_at_);
        } else {
            changed_.wait(lock);
        }
    }
}

}  // namespace dsr::store
