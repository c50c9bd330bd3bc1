// SPDX-License-Identifier: Apache-2.0
// Ends a call that waits for a server that keeps its connection but no longer answers (a stopped process, a hanging
// disk). libpq waits without limit, and the server's own statement_timeout does not act in that state; without this a
// lock of DolphinScheduler could be held for as long as the server is stopped. MySQL's client has a read timeout, but
// only one for all statements of a connection. SQLite has no server and needs none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace dsr::store {

/// Owns one thread, which nearly always sleeps. watch() is called by one thread at a time.
class StallGuard {
public:
    using Clock = std::chrono::steady_clock;

    /// `limit`: for each statement, until limit() sets another.
    explicit StallGuard(Clock::duration limit);
    ~StallGuard();
    StallGuard(const StallGuard&) = delete;
    StallGuard& operator=(const StallGuard&) = delete;

    /// Sets the limit of each statement from the next one on.
    void limit(Clock::duration limit);

    /// A new statement starts within the current call, if any, with the whole limit.
    void next_statement();

    /// While it lives, each statement of the current call may take `limit`; then the socket is shut down and the call
    /// fails as on a lost connection. The socket must stay open as long.
    class Watch {
    public:
        explicit Watch(StallGuard& guard, int socket) : guard_(guard) { guard_.arm(socket); }
        ~Watch() { guard_.disarm(); }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

    private:
        StallGuard& guard_;
    };

private:
    struct Call {
        int socket;
        Clock::time_point deadline;
    };

    void arm(int socket);
    void begin(int socket, bool new_call);
    void disarm();
    void keep_watch();

    std::mutex mutex_;
    Clock::duration limit_;
    std::condition_variable changed_;
    std::optional<Call> call_;
    Clock::time_point wakes_at_ = Clock::time_point::max();  ///< an earlier deadline must wake the thread
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace dsr::store
