// SPDX-License-Identifier: Apache-2.0
// Our node in a queue of Curator's recipes (mutex, leader latch): an ephemeral sequential node that is made once,
// however many answers are lost, and that is gone once its owner is done with it, come what may. Others wait for it
// without limit: where its removal does not come to an end, our whole session is given up and the node goes with it.
// Thread: the session's.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "registry/lock_queue.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

struct QueuePlace {
    std::string root;         ///< absolute; must exist: parents are made below it only ("" for ZooKeeper's own root)
    std::string path;         ///< of the queue, below root: "/lock/master-failover/10.0.0.7:5678"
    std::string identity;     ///< data of our node: who stands there
    std::string_view recipe;  ///< which of namespace recipe
    bool ours = false;        ///< the parents are the daemon's own, not DolphinScheduler's
};

/// The queue at path as the server that we are connected to knows it, the first in line first; empty when there is
/// none. Not synced.
std::vector<std::string> read_queue(ZookeeperSession& session, const std::string& path, std::string_view recipe);

class QueuedNode {
public:
    QueuedNode(std::shared_ptr<ZookeeperSession> session, QueuePlace place, std::stop_token stop);
    /// Leaves the queue; up to 8 s when we are cut off.
    ~QueuedNode();
    QueuedNode(const QueuedNode&) = delete;
    QueuedNode& operator=(const QueuedNode&) = delete;

    /// Creates the node, and its parents as Curator does: containers, which the server removes when they are empty.
    /// Connects first when need be. A create whose answer was lost is looked for by our uuid before another is made.
    /// With a digest, parents that are open to anyone are closed, or told of (ZookeeperSession::guard).
    /// Throws Failure(retry) when it comes to no end before `until`.
    void enter(ZookeeperSession::Clock::time_point until);

    [[nodiscard]] const std::string& queue_path() const { return queue_path_; }
    [[nodiscard]] const std::string& name() const { return name_; }  ///< empty before enter()
    [[nodiscard]] std::string path() const { return queue_path_ + "/" + name_; }
    [[nodiscard]] std::vector<std::string> queue() const { return read_queue(*session_, queue_path_, place_.recipe); }
    /// Whether the session that created the node is the one that we have.
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
    std::int64_t session_id_ = 0;  ///< that created it
    bool doubtful_ = false;        ///< a create was not answered
};

}  // namespace dsr::registry
