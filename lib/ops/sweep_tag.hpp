// SPDX-License-Identifier: Apache-2.0
// The sweep of a thread's log lines: every line that the thread writes between `begin` and `end` carries the sweep's id
// in the journal. At most one thread has a sweep at a time.
#pragma once

#include <spdlog/details/os.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace dsr::ops {

class SweepTag {
public:
    /// On the thread that writes the lines.
    void begin(const std::string& sweep) {
        sweep_ = sweep;
        thread_.store(spdlog::details::os::thread_id());
    }
    /// On the same thread.
    void end() {
        thread_.store(0);
        sweep_.clear();
    }
    /// The sweep of the calling thread, whose spdlog id is `thread`; empty if it has none.
    [[nodiscard]] std::string_view of(std::size_t thread) const {
        return thread != 0 && thread_.load() == thread ? std::string_view(sweep_) : std::string_view();
    }

    /// `begin` and `end` for a block.
    class Scope {
    public:
        Scope(SweepTag& tag, const std::string& sweep) : tag_(tag) { tag_.begin(sweep); }
        ~Scope() { tag_.end(); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        SweepTag& tag_;
    };

private:
    // No lock: only the thread with this id uses the text.
    std::atomic<std::size_t> thread_{0};
    std::string sweep_;
};

}  // namespace dsr::ops
