// SPDX-License-Identifier: Apache-2.0
// The Registry port on a real etcd, through its JSON gateway (docs/dolphinscheduler-protocol.md, sections 3.6 and 4.4).
// Thread: the sweep's, except for members_changed.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/etcd/leader.hpp"
#include "registry/etcd/session.hpp"
#include "registry/etcd/view.hpp"
#include "registry/registry.hpp"

namespace dsr::registry {

struct EtcdOptions {
    std::vector<std::string> endpoints;           ///< "http://host:port"
    std::string name_space = "dolphinscheduler";  ///< the start of every key, as the masters have it
    model::Milliseconds ttl{30'000};              ///< of our lease; etcd may grant a longer time
    std::string user;                             ///< empty: without authentication
    std::string password;                         ///< a secret, never shown
    std::string identity;                         ///< value of our keys: the holder of a lock, the leader
    etcd::EtcdTls tls{};
    /// Called on the sweep's thread when our session changes state; never throws.
    std::function<void(model::RegistryLink)> on_link{};
};

class EtcdRegistry final : public Registry {
public:
    /// Connects at the first call. members_changed is called on a thread of its own: at most once after each observe(),
    /// when a master registers or leaves, and once after each lead(), when the line changes. It may only post.
    /// shutdown: when requested, waits end at once, and requests after 1 s.
    EtcdRegistry(EtcdOptions options, Log log, std::function<void()> members_changed, std::stop_token shutdown);

    [[nodiscard]] model::RegistryView observe() override;
    /// One transaction reads everything, so nothing is gained by reusing a part.
    [[nodiscard]] model::RegistryView observe_cached() override { return observe(); }
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address) override;
    [[nodiscard]] std::size_t live_master_count() override;
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names() override;
    [[nodiscard]] model::Milliseconds session_timeout() override { return session_->granted(); }
    [[nodiscard]] bool masters_stop_when_cut_off() const override { return false; }
    [[nodiscard]] LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                      const LeakProof& leaked) override;
    [[nodiscard]] LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                          std::stop_token stop) override;
    [[nodiscard]] Leadership lead() override { return leader_.lead(); }
    [[nodiscard]] Leadership leadership() override { return leader_.look(); }
    void resign() override { leader_.resign(); }
    std::vector<MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) override;

private:
    /// Removes those of the markers that are unchanged, in as few transactions as possible.
    void remove_together(std::span<const model::FailoverMarker> markers, std::span<MarkerRemoval> outcome);

    std::string name_space_;
    std::string identity_;
    std::shared_ptr<etcd::Session> session_;
    etcd::MarkerTimes marker_times_;
    std::int64_t last_revision_ = 0;
    etcd::Leader leader_;  ///< resigns on destruction, even where a lock keeps the session
};

}  // namespace dsr::registry
