// SPDX-License-Identifier: Apache-2.0
#include "ops/service_manager.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace dsr::ops {

namespace {

using std::chrono::microseconds;

/// Without a watchdog, a long first sweep must still extend the start timeout.
constexpr std::chrono::seconds usual_interval{15};

/// A value of the protocol must stay on one line.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// CLOCK_MONOTONIC, which systemd compares with its own.
std::int64_t monotonic_microseconds() {
    timespec now{};
    if (::clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceManager::ServiceManager(Send send, std::optional<microseconds> watchdog)
    : send_(std::move(send)), watchdog_(watchdog) {}

ServiceManager ServiceManager::of_this_process() {
    std::uint64_t watchdog = 0;
    const bool watched = ::sd_watchdog_enabled(0, &watchdog) > 0;
    // A failed notification is ignored: the service manager has its own timeouts.
    return {[](const std::string& state) { (void)::sd_notify(0, state.c_str()); },
            watched ? std::optional(microseconds(watchdog)) : std::nullopt};
}

void ServiceManager::started() {
    if (started_) return;
    started_ = true;
    send_("READY=1");
}

void ServiceManager::status(const std::string& line) {
    send_("STATUS=" + one_line(line));
}

void ServiceManager::reloading() {
    if (started_ && !stopping_) send_(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
}

void ServiceManager::reloaded() {
    if (started_ && !stopping_) send_("READY=1");
}

void ServiceManager::stopping() {
    stopping_ = true;
    send_("STOPPING=1");
}

microseconds ServiceManager::beat_interval() const {
    return watchdog_ ? std::max(*watchdog_ / 2, microseconds(1)) : microseconds(usual_interval);
}

void ServiceManager::beat() {
    if (!started_ && !stopping_) {
        send_(fmt::format("EXTEND_TIMEOUT_USEC={}", microseconds(4 * beat_interval()).count()));
    } else if (watchdog_) {
        send_("WATCHDOG=1");
    }
}

}  // namespace dsr::ops
