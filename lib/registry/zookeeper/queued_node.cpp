// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/queued_node.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <exception>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry {
namespace {

using model::ErrorKind;
using model::Failure;
using Clock = ZookeeperSession::Clock;
using namespace std::chrono_literals;

constexpr int parents_attempts = 20;  // empty container nodes may be deleted concurrently
constexpr auto leave_wait = 8s;       // then the session is given up, and the server removes the node

}  // namespace

std::vector<std::string> read_queue(ZookeeperSession& session, const std::string& path, std::string_view recipe) {
    return queue_of(recipe, session.read(Read{Read::What::children, path}).children);
}

QueuedNode::QueuedNode(std::shared_ptr<ZookeeperSession> session, QueuePlace place, std::stop_token stop)
    : session_(std::move(session)),
      place_(std::move(place)),
      queue_path_(place_.root + place_.path),
      prefix_(new_prefix()),
      stop_(std::move(stop)) {}

QueuedNode::~QueuedNode() {
    leave();
}

std::string QueuedNode::new_prefix() const {
    return queue_node_prefix(place_.recipe, to_string(boost::uuids::random_generator{}()));
}

void QueuedNode::enter(Clock::time_point until) {
    for (int attempt = 0; name_.empty(); ++attempt) {
        session_->connect(stop_, attempt == 0 ? Clock::time_point::max() : until);
        if (doubtful_ && session_is_ours()) {
            if (auto ours = find_ours(); !ours.empty()) name_ = std::move(ours.front());
            doubtful_ = false;
            continue;
        }
        if (doubtful_) {  // its session has ended, and the node, if any, goes with it
            doubtful_ = false;
            prefix_ = new_prefix();
        }
        session_id_ = session_->id();
        try {
            const auto created =
                session_->create(queue_path_ + "/" + prefix_, place_.identity, CreateMode::ephemeral_sequential);
            if (created.outcome == Created::Outcome::created)
                name_ = created.path.substr(created.path.rfind('/') + 1);
            else if (attempt >= parents_attempts)
                throw Failure(ErrorKind::retry, "ZooKeeper: the parents of " + queue_path_ + " are removed repeatedly");
            else
                make_parents();
        } catch (const Failure& failure) {
            if (failure.kind() != ErrorKind::unknown_outcome) throw;
            doubtful_ = true;
            if (stop_.stop_requested() || Clock::now() >= until) throw Failure(ErrorKind::retry, failure.what());
        }
    }
    guard_parents();
}

/// Our nodes among the children, found by uuid. Synced, because the present server may not be the one that took the
/// create.
std::vector<std::string> QueuedNode::find_ours() const {
    session_->sync(queue_path_);
    return with_prefix(session_->read(Read{Read::What::children, queue_path_}).children, prefix_);
}

void QueuedNode::make_parents() const {
    if (!place_.root.empty() && !session_->read(Read{Read::What::data, place_.root}).exists)
        throw Failure(ErrorKind::retry, "ZooKeeper: " + place_.root + " does not exist; check registry.namespace");
    for (const auto& parent : parents()) (void)session_->create(parent, {}, CreateMode::container);
}

/// The topmost first, the queue itself last.
std::vector<std::string> QueuedNode::parents() const {
    std::vector<std::string> paths;
    for (auto slash = place_.path.find('/', 1); slash != std::string::npos; slash = place_.path.find('/', slash + 1))
        paths.push_back(place_.root + place_.path.substr(0, slash));
    paths.push_back(queue_path_);
    return paths;
}

void QueuedNode::guard_parents() const {
    try {
        for (const auto& parent : parents()) session_->guard(parent, place_.ours);
    } catch (const Failure&) {
        // Cut off: the next operation on the node finds out, and the next guard checks again.
    }
}

void QueuedNode::leave() noexcept {
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
                    for (const auto& ours : find_ours()) (void)session_->remove(queue_path_ + "/" + ours, -1);
                else
                    (void)session_->remove(path(), -1);
                return;
            } catch (const Failure& failure) {
                why = failure.what();
                if (failure.kind() == ErrorKind::permanent) break;
            }
        } while (!stop_.stop_requested() && Clock::now() < until);
        if (session_is_ours()) session_->abandon("its node under " + queue_path_ + " must be removed; " + why);
    } catch (const std::exception&) {
        session_->abandon("one of its nodes must be removed");
    }
}

}  // namespace dsr::registry
