// SPDX-License-Identifier: Apache-2.0
// Our key in a queue, as etcd's own lock service forms it (docs/dolphinscheduler-protocol.md, section 4.4): each
// contender puts one key below the queue's path, on a lease; the lowest creation revision is first. DolphinScheduler's
// masters use that service, so they queue with us. The key is gone once its owner is done with it: masters wait for it
// without limit. If it cannot be removed, the session is given up, and the key goes with the lease. Thread: the
// session's.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/etcd/session.hpp"

namespace dsr::registry::etcd {

class QueuedKey {
public:
    /// path: of the queue, with its namespace. value: tells operators who we are.
    QueuedKey(std::shared_ptr<Session> session, std::string path, std::string value, std::stop_token stop);
    /// Leaves the queue; up to 8 s when we are cut off.
    ~QueuedKey();
    QueuedKey(const QueuedKey&) = delete;
    QueuedKey& operator=(const QueuedKey&) = delete;

    /// Puts the key, once, however many answers are lost; connects first. Throws Failure(retry) when it does not
    /// succeed before `until`.
    void enter(Session::Clock::time_point until);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& key() const { return key_; }
    /// Its creation revision; 0 before enter().
    [[nodiscard]] std::int64_t revision() const { return revision_; }
    /// Whether the session that put it is still ours.
    [[nodiscard]] bool session_is_ours() const { return session_->id() == lease_; }
    [[nodiscard]] Session& session() const { return *session_; }

    /// The keys in the queue now, the first in line first.
    [[nodiscard]] std::vector<KeyValue> queue() const;
    /// Whether our key is in that queue.
    [[nodiscard]] bool stands_in(const std::vector<KeyValue>& queue) const;

private:
    void leave() noexcept;
    /// Deletes our key, or finds it gone.
    void remove();

    std::shared_ptr<Session> session_;
    std::string path_;
    std::string value_;
    std::stop_token stop_;
    std::string key_;
    std::int64_t lease_ = 0;
    std::int64_t revision_ = 0;
    bool maybe_there_ = false;  ///< a put was sent
};

}  // namespace dsr::registry::etcd
