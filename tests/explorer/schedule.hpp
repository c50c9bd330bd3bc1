// SPDX-License-Identifier: Apache-2.0
// A thread that runs only while the explorer waits for it: strict hand-over, so that exactly one of all threads runs.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace dsr::explorer {

class Schedule {
public:
    /// `work` begins at the first resume().
    explicit Schedule(std::function<void()> work) : thread_([this, work = std::move(work)] { run(work); }) {}
    ~Schedule() { thread_.join(); }
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// The explorer's side: lets the thread run until it yields or ends.
    void resume() {
        std::unique_lock hold(mutex_);
        running_ = true;
        changed_.notify_all();
        changed_.wait(hold, [this] { return !running_; });
    }
    /// The thread's side.
    void yield() {
        std::unique_lock hold(mutex_);
        running_ = false;
        changed_.notify_all();
        changed_.wait(hold, [this] { return running_; });
    }
    [[nodiscard]] bool ended() {
        const std::lock_guard hold(mutex_);
        return ended_;
    }

private:
    void run(const std::function<void()>& work) {
        {
            std::unique_lock hold(mutex_);
            changed_.wait(hold, [this] { return running_; });
        }
        work();
        const std::lock_guard hold(mutex_);
        ended_ = true;
        running_ = false;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool running_ = false;
    bool ended_ = false;
    std::thread thread_;  ///< last: it uses the others
};

}  // namespace dsr::explorer
