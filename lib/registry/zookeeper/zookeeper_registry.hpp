// SPDX-License-Identifier: Apache-2.0
// The Registry port on a real ZooKeeper. Thread: the sweep's, except for members_changed.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "model/failure.hpp"
#include "registry/registry.hpp"
#include "registry/zookeeper/leader_latch.hpp"
#include "registry/zookeeper/log.hpp"
#include "registry/zookeeper/session.hpp"
#include "registry/zookeeper/view.hpp"

namespace dsr::registry {

struct ZookeeperOptions : SessionOptions {
    std::string name_space = "dolphinscheduler";  ///< Curator's namespace: the first part of every path
    std::string identity;                         ///< data of our nodes: the holder of a lock, the leader
};

class ZookeeperRegistry final : public Registry {
public:
    /// Throws Failure(permanent) for TLS that the client library does not have. Connects at the first call.
    /// members_changed is called on ZooKeeper's own thread: at most once after each observe(), when a master registers
    /// or leaves (a fence of ours counts as both), and once after each lead(), when the node before ours in the
    /// leader's line is removed. It may only post. shutdown: when requested, waits for a connection end at once, and
    /// unanswered operations after seconds.
    ZookeeperRegistry(ZookeeperOptions options, Log log, std::function<void()> members_changed,
                      std::stop_token shutdown);

    [[nodiscard]] model::RegistryView observe() override { return look(nullptr); }
    [[nodiscard]] model::RegistryView observe_cached() override { return look(&last_look_); }
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address) override;
    [[nodiscard]] std::size_t live_master_count() override;
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names() override;
    [[nodiscard]] model::Milliseconds session_timeout() override { return session_->granted_timeout(); }
    [[nodiscard]] bool masters_stop_when_cut_off() const override { return true; }
    [[nodiscard]] LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                      const LeakProof& leaked) override;
    [[nodiscard]] LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                          std::stop_token stop) override;
    [[nodiscard]] Leadership lead() override;
    [[nodiscard]] Leadership leadership() override;
    void resign() override;
    std::vector<MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) override;

private:
    [[nodiscard]] std::string at(std::string_view below) const { return root_ + std::string{below}; }
    void connect_and_sync();
    model::RegistryView look(const LastLook* known);
    /// Looks up the result of these removals. Throws Failure(retry) when one was not done.
    std::vector<MarkerRemoval> after_lost_answer(const std::vector<Removal>& wanted, const model::Failure& failure);

    std::string root_;
    std::string identity_;
    std::stop_token shutdown_;
    std::shared_ptr<ZookeeperSession> session_;
    LastLook last_look_;
    LeaderLatch latch_;  ///< resigns on destruction, even where a lock keeps the session
};

}  // namespace dsr::registry
