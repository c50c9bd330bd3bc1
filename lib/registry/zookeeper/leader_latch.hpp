// SPDX-License-Identifier: Apache-2.0
// Our place in a line of daemons by Curator's LeaderLatch recipe: ephemeral sequential nodes "_c_<uuid>-latch-<seq>"
// with the identity of their daemon as data; the first leads. Curator's own latch at the same path and this one exclude
// each other. The end of a session removes our node; then we enter again at the end of the line. Thread: the session's.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/registry.hpp"
#include "registry/zookeeper/queued_node.hpp"
#include "registry/zookeeper/session.hpp"

namespace dsr::registry {

struct LatchPlace {
    std::string root;      ///< as in QueuePlace
    std::string path;      ///< as in QueuePlace
    std::string identity;  ///< our identity, as others see it
};

class LeaderLatch {
public:
    LeaderLatch(std::shared_ptr<ZookeeperSession> session, LatchPlace place, std::stop_token stop);

    /// As Registry::lead. Watches the node before ours (Watched::below of the session reports its removal).
    [[nodiscard]] Leadership lead();
    /// As Registry::leadership.
    [[nodiscard]] Leadership look();
    /// As Registry::resign; so does the destructor.
    void resign() noexcept { node_.reset(); }

private:
    /// The nodes in line, the first one first.
    struct Line {
        std::vector<std::string> nodes;
        std::vector<std::string> identities;
        [[nodiscard]] bool holds(const std::string& node) const;
    };
    Line read_line(bool watch_before_us);
    [[nodiscard]] Leadership told(const Line& line) const;
    [[nodiscard]] std::string own_node() const;

    std::shared_ptr<ZookeeperSession> session_;
    LatchPlace place_;
    std::stop_token stop_;
    std::unique_ptr<QueuedNode> node_;  ///< null when we are not in the line
};

}  // namespace dsr::registry
