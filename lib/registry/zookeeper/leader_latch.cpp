// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/leader_latch.hpp"

#include <algorithm>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry {
namespace {

using model::ErrorKind;
using model::Failure;
using Clock = ZookeeperSession::Clock;
using namespace std::chrono_literals;

constexpr auto enter_wait = 10s;  // for the answers; each connection has its own bound
constexpr int attempts = 10;      // the line may change while it is read

}  // namespace

LeaderLatch::LeaderLatch(std::shared_ptr<ZookeeperSession> session, LatchPlace place, std::stop_token stop)
    : session_(std::move(session)), place_(std::move(place)), stop_(std::move(stop)) {}

bool LeaderLatch::Line::holds(const std::string& node) const {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

/// Empty when this session has no node in the line.
std::string LeaderLatch::own_node() const {
    return node_ && node_->session_is_ours() ? node_->name() : std::string{};
}

Leadership LeaderLatch::lead() {
    session_->connect(stop_);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (own_node().empty()) {
            node_.reset();  // first: when a session has ended, no node is left to remove
            auto node = std::make_unique<QueuedNode>(
                session_, QueuePlace{place_.root, place_.path, place_.identity, recipe::leader_latch, true}, stop_);
            node->enter(Clock::now() + enter_wait);
            node_ = std::move(node);
        }
        const auto line = read_line(true);
        if (const auto own = own_node(); !own.empty() && line.holds(own)) return told(line);
        node_.reset();  // its session ended meanwhile, or the node was removed
    }
    throw Failure(ErrorKind::retry, "ZooKeeper: this daemon's node under " + place_.root + place_.path +
                                        " is removed repeatedly from the leader queue");
}

Leadership LeaderLatch::look() {
    session_->connect(stop_);
    return told(read_line(false));
}

LeaderLatch::Line LeaderLatch::read_line(bool watch_before_us) {
    const auto path = place_.root + place_.path;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        session_->sync(path);
        const auto queue = read_queue(*session_, path, recipe::leader_latch);
        const auto own = std::find(queue.begin(), queue.end(), own_node());
        std::vector<Read> wanted;
        for (auto node = queue.begin(); node != queue.end(); ++node)
            wanted.push_back({Read::What::data, path + "/" + *node,
                              watch_before_us && own != queue.end() && std::next(node) == own});
        auto found = session_->read(wanted);
        Line line;
        bool watch_lost = false;
        for (std::size_t i = 0; i < queue.size(); ++i) {
            if (found[i].exists) {
                line.nodes.push_back(queue[i]);
                line.identities.push_back(std::move(found[i].data));
            } else {
                watch_lost |= wanted[i].watch;
            }
        }
        if (!watch_lost) return line;
    }
    throw Failure(ErrorKind::retry, "ZooKeeper: the leader queue under " + path + " keeps changing");
}

Leadership LeaderLatch::told(const Line& line) const {
    if (!session_->connected()) throw Failure(ErrorKind::retry, "ZooKeeper: disconnected while determining the leader");
    Leadership leadership;
    leadership.replicas = line.identities;
    if (line.nodes.empty()) return leadership;
    leadership.leader = line.identities.front();
    leadership.leads = line.nodes.front() == own_node();
    return leadership;
}

}  // namespace dsr::registry
