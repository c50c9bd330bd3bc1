// SPDX-License-Identifier: Apache-2.0
// Our node in a queue of Curator's recipes (mutex, leader latch): an ephemeral sequential node that is created once,
// however many answers are lost, and that is always gone once its owner is done with it. Others wait for it without
// limit: if its removal does not finish, our whole session is given up and the node goes with it. Thread: the
// session's.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "registry/zookeeper/lock_queue.hpp"
#include "registry/zookeeper/session.hpp"

namespace dsr::registry {

struct QueuePlace {
    std::string root;         ///< absolute; must exist: parents are created only below it ("" for ZooKeeper's own root)
    std::string path;         ///< of the queue, below root: "/lock/master-failover/10.0.0.7:5678"
    std::string identity;     ///< data of our node: the owner's identity
    std::string_view recipe;  ///< which of namespace recipe
    bool ours = false;        ///< the parents are the daemon's own, not DolphinScheduler's
};

/// The queue at path as the connected server knows it, the first in line first; empty when there is none. Not synced.
std::vector<std::string> read_queue(ZookeeperSession& session, const std::string& path, std::string_view recipe);

class QueuedNode {
public:
    QueuedNode(std::shared_ptr<ZookeeperSession> session, QueuePlace place, std::stop_token stop);
    /// Leaves the queue; up to 8 s when we are cut off.
    ~QueuedNode();
    QueuedNode(const QueuedNode&) = delete;
    QueuedNode& operator=(const QueuedNode&) = delete;

    /// Creates the node, and its parents as Curator does: containers, which the server removes when empty. Connects
    /// first if needed. After a lost answer it looks for our uuid before it creates another node. With a digest,
    /// parents that anyone may change are closed, or reported (ZookeeperSession::guard). Throws Failure(retry) when it
    /// does not finish before `until`.
    void enter(ZookeeperSession::Clock::time_point until);

    [[nodiscard]] const std::string& queue_path() const { return queue_path_; }
    [[nodiscard]] const std::string& name() const { return name_; }  ///< empty before enter()
    [[nodiscard]] std::string path() const { return queue_path_ + "/" + name_; }
    [[nodiscard]] std::vector<std::string> queue() const { return read_queue(*session_, queue_path_, place_.recipe); }
    /// Whether our present session created the node.
    [[nodiscard]] bool session_is_ours() const { return session_->id() == session_id_; }
    [[nodiscard]] std::int64_t session_id() const { return session_id_; }
    [[nodiscard]] ZookeeperSession& session() const { return *session_; }

private:
    [[nodiscard]] std::string new_prefix() const;
    [[nodiscard]] std::vector<std::string> find_ours() const;
    void make_parents() const;
    void guard_parents() const;
    [[nodiscard]] std::vector<std::string> parents() const;
    void leave() noexcept;

    std::shared_ptr<ZookeeperSession> session_;
    QueuePlace place_;
    std::string queue_path_;
    std::string prefix_;
    std::stop_token stop_;
    std::string name_;             ///< empty until known
    std::int64_t session_id_ = 0;  ///< the session that created it
    bool doubtful_ = false;        ///< a create was not answered
};

}  // namespace dsr::registry
