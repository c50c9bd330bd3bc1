// SPDX-License-Identifier: Apache-2.0
// Notifications of this service to systemd (Type=notify): started, status, alive, reloading, stopping. Does nothing
// without a service manager. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace dsr::ops {

class ServiceManager {
public:
    /// As sd_notify: assignments, one a line.
    using Send = std::function<void(const std::string& state)>;

    /// watchdog: how long the service manager waits for a notification before it ends this process.
    ServiceManager(Send send, std::optional<std::chrono::microseconds> watchdog);

    /// The one that started this process, by $NOTIFY_SOCKET and $WATCHDOG_USEC; does nothing without them. The
    /// variables stay, because sd_notify reads them at each call, and this process starts no other that could inherit
    /// them.
    static ServiceManager of_this_process();

    /// The start is complete: the first sweep was tried, or none is tried at start. Only the first call notifies.
    void started();
    /// One line about the last sweep.
    void status(const std::string& line);
    /// A reload on SIGHUP begins. Ignored during the start, which `started` ends.
    void reloading();
    void reloaded();
    void stopping();

    /// How often to call `beat`.
    [[nodiscard]] std::chrono::microseconds beat_interval() const;
    /// This process progresses: resets the watchdog and, before `started`, extends the start timeout.
    void beat();

private:
    Send send_;
    std::optional<std::chrono::microseconds> watchdog_;
    bool started_ = false;
    bool stopping_ = false;
};

}  // namespace dsr::ops
