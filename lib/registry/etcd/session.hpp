// SPDX-License-Identifier: Apache-2.0
// Our session with etcd: one lease at a time, renewed by a thread of this class, replaced when lost. Keys that hang on
// it vanish when it ends. The same thread lists the masters and the line of daemons every second, which tells when a
// master came (etcd keeps no times) and wakes the sweep.
//
// The lease counts as lost when its time passed since the *sending* of the last keep-alive that was answered: etcd
// cannot have counted from an earlier moment, so it never ends before we notice.
//
// Thread: one at a time, the sweep's, except for the thread within. Failures as Gateway's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "model/registry_link.hpp"
#include "registry/etcd/gateway.hpp"
#include "registry/etcd/sightings.hpp"
#include "registry/log.hpp"

namespace dsr::registry::etcd {

struct SessionOptions {
    GatewayOptions gateway;
    model::Milliseconds ttl{30'000};  ///< requested; etcd may grant a longer time
    std::string masters;              ///< the prefix whose keys are watched: "dolphinscheduler/nodes/master/"
    std::string line;                 ///< the same for the line of daemons
    /// Called on the sweep's thread when it notices a change; never throws.
    std::function<void(model::RegistryLink)> on_link{};
};

class Session {
public:
    using Clock = std::chrono::steady_clock;

    /// on_change: called on the thread within, at most once after each expect_change(); it may only post. shutdown:
    /// when requested, requests are given up after 1 s.
    Session(SessionOptions options, Log log, std::function<void()> on_change, std::stop_token shutdown);
    /// Ends the lease.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Begins a session unless one lives.
    void connect();
    /// Renews the lease now, so that it lives its whole time from here. False when it is gone, or nothing is known.
    /// Never throws.
    [[nodiscard]] bool renew() noexcept;
    /// The lease while it is believed to live; 0 when there is none.
    [[nodiscard]] std::int64_t id();
    /// The time that etcd granted to the lease; zero when there is none.
    [[nodiscard]] model::Milliseconds granted();
    /// The lease is gone on the server, or a part of it could not be cleaned up: it is not renewed any more.
    void abandon(const std::string& why);

    /// For the sweep's thread.
    [[nodiscard]] Gateway& gateway() { return gateway_; }
    /// A number that no earlier key of this session has.
    [[nodiscard]] std::uint64_t next_number() { return ++last_number_; }

    /// Takes a listing of the masters.
    void see_masters(const Listing& listing);
    /// Takes a listing of the line of daemons.
    void see_line(std::vector<Listed> keys);
    [[nodiscard]] Sightings::Times times(const Listed& key, model::Instant answered);
    /// Reports the next change among the masters, or in the line of daemons.
    void expect_change();

private:
    void run(const std::stop_token& stop);
    /// Renews the lease through that gateway. False when it is gone.
    bool renew(Gateway& gateway);
    void look();
    void end(const std::string& why);
    void tell(model::RegistryLink link) const;
    void say(LogLevel level, const std::string& text) const;

    SessionOptions options_;
    Log log_;
    std::function<void()> on_change_;
    Gateway gateway_;
    Gateway background_;  ///< for the thread within only
    std::uint64_t last_number_ = 0;
    bool told_cut_off_ = false;

    std::mutex mutex_;  ///< guards all that follows
    std::condition_variable_any wake_;
    std::int64_t lease_ = 0;
    model::Milliseconds granted_{0};
    Clock::time_point lives_until_;
    bool gone_ = false;     ///< etcd said so
    bool cut_off_ = false;  ///< the last keep-alive was not answered
    bool expecting_ = false;
    Sightings masters_;
    std::vector<Listed> line_;

    std::jthread thread_;  ///< last: stopped before anything that it uses
};

}  // namespace dsr::registry::etcd
