// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/curator_mutex.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "registry/zookeeper/fence.hpp"

namespace dsr::registry {
namespace {

using model::ErrorKind;
using model::Failure;
using Clock = ZookeeperSession::Clock;
using namespace std::chrono_literals;
using Passed = std::set<std::string>;  // names of nodes that their owners leaked

class CuratorLock final : public HeldLock {
public:
    CuratorLock(std::unique_ptr<QueuedNode> node, Passed passed, std::string name_space)
        : node_(std::move(node)), passed_(std::move(passed)), name_space_(std::move(name_space)) {}

    [[nodiscard]] bool still_held() override {
        try {
            return stands_first();
        } catch (const std::exception&) {
            return false;
        }
    }

    [[nodiscard]] Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        // A node of a session that we gave up may still exist for a while, but it is no lock of ours.
        if (!node_->session_is_ours()) return Fencing::lock_lost;
        return fence_incarnation(node_->session(), name_space_, node_->path(), dead, value);
    }

private:
    /// Whether, on the synced server, our node exists, belongs to our session, and has only skipped nodes before it.
    [[nodiscard]] bool stands_first() const {
        auto& session = node_->session();
        if (!node_->session_is_ours() || !session.connected()) return false;
        session.sync(node_->queue_path());
        const auto queue = node_->queue();
        const auto own = std::find(queue.begin(), queue.end(), node_->name());
        const bool first = std::all_of(queue.begin(), own, [&](const auto& name) { return passed_.contains(name); });
        if (own == queue.end() || !first) return false;
        const auto node = session.read(Read{Read::What::data, node_->path()});
        return node.exists && node.stat.ephemeral_owner == node_->session_id() && node_->session_is_ours() &&
               session.connected();
    }

    std::unique_ptr<QueuedNode> node_;
    Passed passed_;
    std::string name_space_;
};

/// The nodes before ours, the first in line first, and whether our node is in the line.
struct QueuePosition {
    std::vector<std::string> before;
    bool lost = false;
};

QueuePosition position_of(const QueuedNode& node) {
    QueuePosition now;
    now.before = node.queue();
    const auto own = std::find(now.before.begin(), now.before.end(), node.name());
    now.lost = own == now.before.end();
    now.before.erase(own, now.before.end());
    return now;
}

/// Reads the holders; those that left meanwhile are omitted.
std::vector<LockHolder> holders(const QueuedNode& node, std::vector<std::string> names) {
    std::vector<Read> wanted;
    std::transform(names.begin(), names.end(), std::back_inserter(wanted), [&](const std::string& name) {
        return Read{Read::What::data, node.queue_path() + "/" + name};
    });
    auto found = node.session().read(wanted);
    std::vector<LockHolder> all;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (found[i].exists)
            all.push_back({std::move(names[i]), std::move(found[i].data), found[i].stat.ephemeral_owner,
                           found[i].stat.created_at, found[i].stat.created_in});
    return all;
}

}  // namespace

LockAttempt acquire_curator_mutex(const std::shared_ptr<ZookeeperSession>& session, const MutexPlace& place,
                                  model::Milliseconds wait, const std::stop_token& stop, const LeakProof& leaked) {
    const auto until = Clock::now() + std::min<model::Milliseconds>(wait, 24h);
    const bool ours = place.root != place.name_space;
    auto node = std::make_unique<QueuedNode>(
        session, QueuePlace{place.root, place.path, place.identity, recipe::mutex, ours}, stop);
    node->enter(until);
    // Cut off while queueing: our node stays in place as long as our session lives.
    const auto connected_again = [&](const Failure& failure) {
        if (failure.kind() != ErrorKind::retry || stop.stop_requested() || Clock::now() >= until) return false;
        session->connect(stop, until);
        return node->session_is_ours();
    };
    for (;;) {
        const bool give_up = stop.stop_requested() || Clock::now() >= until;
        QueuePosition now;
        std::vector<LockHolder> before;
        try {
            now = position_of(*node);
            if (!now.lost) before = holders(*node, now.before);
        } catch (const Failure& failure) {
            if (!connected_again(failure)) throw;
            continue;
        }
        if (now.lost || !node->session_is_ours())
            throw Failure(ErrorKind::retry, "ZooKeeper: this daemon's node " + node->name() + " under " +
                                                node->queue_path() +
                                                " no longer exists: the session ended, or another client removed it");
        if (before.size() != now.before.size()) continue;  // the line moved: more than one node may have left
        const auto free = leaked ? std::stable_partition(before.begin(), before.end(), leaked) : before.begin();
        if (free == before.end()) {
            Passed passed;
            std::transform(before.begin(), before.end(), std::inserter(passed, passed.end()),
                           [](const LockHolder& one) { return one.node; });
            return {std::make_unique<CuratorLock>(std::move(node), std::move(passed), place.name_space), {}};
        }
        if (give_up) return {nullptr, *free};
        try {
            session->wait_for_change(node->queue_path() + "/" + before.back().node, until, stop);
        } catch (const Failure& failure) {
            if (!connected_again(failure)) throw;
        }
    }
}

}  // namespace dsr::registry
