// SPDX-License-Identifier: Apache-2.0
#include "registry/curator_mutex.hpp"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "registry/lock_queue.hpp"

namespace dsr::registry {
namespace {

using model::Failure;
using model::Meaning;
using Clock = ZookeeperSession::Clock;
using namespace std::chrono_literals;

constexpr int parents_attempts = 20;  // empty container nodes are removed under our hands, now and then
constexpr auto leave_wait = 8s;       // then the session is given up, and the server removes the node

/// Our node in the queue. Not in the queue any more once destroyed, come what may.
class QueuedNode {
public:
    QueuedNode(std::shared_ptr<ZookeeperSession> session, MutexPlace place, std::stop_token stop)
        : session_(std::move(session)),
          place_(std::move(place)),
          lock_path_(place_.root + place_.path),
          prefix_(new_prefix()),
          stop_(std::move(stop)) {}
    ~QueuedNode() { leave(); }
    QueuedNode(const QueuedNode&) = delete;
    QueuedNode& operator=(const QueuedNode&) = delete;

    [[nodiscard]] const std::string& lock_path() const { return lock_path_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool session_is_ours() const { return session_->id() == session_id_; }
    [[nodiscard]] ZookeeperSession& session() const { return *session_; }

    /// Creates the node. A create whose answer was lost is looked for by our uuid before another is made.
    void enter(Clock::time_point until) {
        for (int attempt = 0; name_.empty(); ++attempt) {
            session_->connect(stop_, attempt == 0 ? Clock::time_point::max() : until);
            if (doubtful_ && session_is_ours()) {
                if (auto ours = find_ours(); !ours.empty()) name_ = std::move(ours.front());
                doubtful_ = false;
                continue;
            }
            if (doubtful_) {  // its session has ended, and the node, if there was one, goes with it
                doubtful_ = false;
                prefix_ = new_prefix();
            }
            session_id_ = session_->id();
            try {
                const auto created =
                    session_->create(lock_path_ + "/" + prefix_, place_.identity, CreateMode::ephemeral_sequential);
                if (created.outcome == Created::Outcome::created)
                    name_ = created.path.substr(created.path.rfind('/') + 1);
                else if (attempt >= parents_attempts)
                    throw Failure(Meaning::retry, "ZooKeeper: the parents of " + lock_path_ + " do not stay");
                else
                    make_parents();
            } catch (const Failure& failure) {
                if (failure.meaning() != Meaning::unknown_outcome) throw;
                doubtful_ = true;
                if (stop_.stop_requested() || Clock::now() >= until) throw Failure(Meaning::retry, failure.what());
            }
        }
    }

    /// Whether the server, brought up to date, says that the node is there and belongs to our session.
    [[nodiscard]] bool stands() const {
        if (!session_is_ours() || !session_->connected()) return false;
        session_->sync(lock_path_);
        const auto node = session_->read(Read{Read::What::data, lock_path_ + "/" + name_});
        return node.exists && node.stat.ephemeral_owner == session_id_ && session_is_ours() && session_->connected();
    }

private:
    static std::string new_prefix() { return mutex_node_prefix(to_string(boost::uuids::random_generator{}())); }

    /// Ours among the children, by uuid. Synced: the server that we are connected to now need not be the one that took
    /// the create.
    [[nodiscard]] std::vector<std::string> find_ours() const {
        session_->sync(lock_path_);
        return with_prefix(session_->read(Read{Read::What::children, lock_path_}).children, prefix_);
    }

    /// As Curator makes them: containers, which the server removes when they are empty.
    void make_parents() const {
        if (!place_.root.empty() && !session_->read(Read{Read::What::data, place_.root}).exists)
            throw Failure(Meaning::retry, "ZooKeeper: " + place_.root + " does not exist; check registry.namespace");
        for (auto slash = place_.path.find('/', 1); slash != std::string::npos;
             slash = place_.path.find('/', slash + 1))
            (void)session_->create(place_.root + place_.path.substr(0, slash), {}, CreateMode::container);
        (void)session_->create(lock_path_, {}, CreateMode::container);
    }

    void leave() noexcept {
        if (name_.empty() && !doubtful_) return;
        std::string why = "the lock node could not be removed";
        try {
            const auto until = Clock::now() + leave_wait;
            do {
                try {
                    if (!session_is_ours()) return;  // its session has ended, and the node with it
                    session_->connect(stop_, until);
                    if (!session_is_ours()) return;
                    if (doubtful_)
                        for (const auto& ours : find_ours()) (void)session_->remove(lock_path_ + "/" + ours, -1);
                    else
                        (void)session_->remove(lock_path_ + "/" + name_, -1);
                    return;
                } catch (const Failure& failure) {
                    why = failure.what();
                    if (failure.meaning() == Meaning::refused) break;
                }
            } while (!stop_.stop_requested() && Clock::now() < until);
            if (session_is_ours()) session_->abandon("its lock node under " + lock_path_ + " must go; " + why);
        } catch (const std::exception&) {
            session_->abandon("its lock node must go");
        }
    }

    std::shared_ptr<ZookeeperSession> session_;
    MutexPlace place_;
    std::string lock_path_;
    std::string prefix_;
    std::stop_token stop_;
    std::string name_;             ///< empty until known
    std::int64_t session_id_ = 0;  ///< that created it
    bool doubtful_ = false;        ///< a create was not answered
};

class CuratorLock final : public HeldLock {
public:
    explicit CuratorLock(std::unique_ptr<QueuedNode> node) : node_(std::move(node)) {}
    [[nodiscard]] bool still_held() override {
        try {
            return node_->stands();
        } catch (const std::exception&) {
            return false;
        }
    }

private:
    std::unique_ptr<QueuedNode> node_;
};

std::optional<LockHolder> holder(ZookeeperSession& session, const std::string& lock_path, const std::string& name) {
    const auto node = session.read(Read{Read::What::data, lock_path + "/" + name});
    if (!node.exists) return {};
    return LockHolder{name, node.data, node.stat.ephemeral_owner, node.stat.created_at};
}

/// The queue as it is now, the holder first, and our own place in it.
struct Standing {
    std::vector<std::string> queue;
    std::size_t own = 0;
    [[nodiscard]] bool lost() const { return own == queue.size(); }
};

Standing standing(const QueuedNode& node) {
    Standing now;
    now.queue = mutex_queue(node.session().read(Read{Read::What::children, node.lock_path()}).children);
    now.own = static_cast<std::size_t>(std::find(now.queue.begin(), now.queue.end(), node.name()) - now.queue.begin());
    return now;
}

}  // namespace

LockAttempt acquire_curator_mutex(const std::shared_ptr<ZookeeperSession>& session, const MutexPlace& place,
                                  model::Milliseconds wait, const std::stop_token& stop) {
    const auto until = Clock::now() + std::min<model::Milliseconds>(wait, 24h);
    auto node = std::make_unique<QueuedNode>(session, place, stop);
    node->enter(until);
    for (;;) {
        Standing now;
        try {
            now = standing(*node);
            const bool give_up = stop.stop_requested() || Clock::now() >= until;
            if (now.own > 0 && !now.lost()) {
                if (give_up) return {nullptr, holder(*session, node->lock_path(), now.queue.front())};
                session->wait_for_change(node->lock_path() + "/" + now.queue[now.own - 1], until, stop);
                continue;
            }
        } catch (const Failure& failure) {
            // Cut off while queueing: our node stays where it is as long as our session lives.
            if (failure.meaning() != Meaning::retry || stop.stop_requested() || Clock::now() >= until) throw;
            session->connect(stop, until);
            if (!node->session_is_ours()) throw;
            continue;
        }
        if (now.lost() || !node->session_is_ours())
            throw Failure(Meaning::retry, "ZooKeeper: our node " + node->name() + " under " + node->lock_path() +
                                              " is gone: our session ended, or somebody removed it");
        return {std::make_unique<CuratorLock>(std::move(node)), {}};
    }
}

}  // namespace dsr::registry
