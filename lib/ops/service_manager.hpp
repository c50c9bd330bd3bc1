// SPDX-License-Identifier: Apache-2.0
// What systemd is told of this service (Type=notify): that it started, how it goes, that it is alive, loads its
// configuration anew, or ends. Nothing is said where no service manager asked for it. One thread.
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

    /// watchdog: how long the service manager waits for a sign of life before it ends this process.
    ServiceManager(Send send, std::optional<std::chrono::microseconds> watchdog);

    /// The one that started this process, by $NOTIFY_SOCKET and $WATCHDOG_USEC; mute without them. The variables stay:
    /// sd_notify reads them at each call, and this process starts no other that could inherit them.
    static ServiceManager of_this_process();

    /// The start is over: the first sweep was tried, or none is tried at start. Only the first call says so.
    void started();
    /// One line about the last sweep.
    void status(const std::string& line);
    /// SIGHUP is being followed. Nothing during the start, which `started` ends.
    void reloading();
    void reloaded();
    void stopping();

    /// How often to call `beat`.
    [[nodiscard]] std::chrono::microseconds beat_interval() const;
    /// This process gets on: keeps the watchdog quiet and, before `started`, the time limit of the start away.
    void beat();

private:
    Send send_;
    std::optional<std::chrono::microseconds> watchdog_;
    bool started_ = false;
    bool stopping_ = false;
};

}  // namespace dsr::ops
