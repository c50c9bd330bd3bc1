// SPDX-License-Identifier: Apache-2.0
// One ZooKeeper session at a time, recreated when lost, and the operations that this project needs of it.
//
// The library learns that its session expired only after it reconnects. So this class keeps its own timer: a session
// cut off for longer than the granted timeout counts as expired, the handle is closed, and the next connect() creates a
// new one, which resolves the host names again.
//
// Thread: one at a time, the sweep's. It drives the inbox whenever it waits; no state is shared, nothing is locked.
// Failures: retry (not connected, or a read was not answered), unknown_outcome (a write was not answered), permanent.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "model/instant.hpp"
#include "model/registry_link.hpp"
#include "registry/zookeeper/error.hpp"
#include "registry/zookeeper/handle.hpp"
#include "registry/zookeeper/log.hpp"

namespace dsr::registry {

struct SessionOptions {
    std::string connect;                          ///< "host:port,host:port[/chroot]"
    model::Milliseconds session_timeout{30'000};  ///< requested; the server limits it to its own bounds
    model::Milliseconds connect_wait{10'000};     ///< how long one connect() may take
    std::string digest;                           ///< "user:password", empty for none; a secret, never shown
    /// Called on the session's thread when it notices that the session changed state; never throws.
    std::function<void(model::RegistryLink)> on_link{};
    std::optional<TlsFiles> tls{};  ///< none: unencrypted
};

/// One read of a batch.
struct Read {
    enum class What { data, children };
    What what = What::data;
    std::string path;
    bool watch = false;
};

/// The result of a read.
struct ReadResult {
    bool exists = false;
    std::string data;
    std::vector<std::string> children;
    NodeStat stat;
};

struct Created {
    enum class Outcome { created, no_parent, exists };
    Outcome outcome = Outcome::created;
    std::string path;  ///< with the sequence number, when created
};

enum class Removed { removed, no_node, other_version };

/// A node to remove if it still has that version.
struct Removal {
    std::string path;
    std::int32_t version = 0;
};

/// A transaction's outcome: done, or nothing because of one step.
struct Committed {
    enum class Obstacle { none, no_node, exists };
    Obstacle obstacle = Obstacle::none;
    std::size_t step = 0;  ///< the step that failed
};

/// The watches that on_changed reports at once.
struct Watched {
    std::string children_of;  ///< changes among the children of this node
    std::string below;        ///< changes of nodes below this one; empty for none
};

class ZookeeperSession {
public:
    using Clock = std::chrono::steady_clock;

    /// watched: the nodes whose changes call on_changed, on ZooKeeper's thread (it may only post), each time after a
    /// read() of them with `watch`. log: see Log. shutdown: when requested, unanswered operations are given up after 5
    /// s, and later ones after 1 s, instead of the session timeout.
    ZookeeperSession(SessionOptions options, Log log, Watched watched, std::function<void()> on_changed,
                     std::stop_token shutdown);
    /// Ends the session; ephemeral nodes go at once when connected, else when the session times out.
    ~ZookeeperSession();
    ZookeeperSession(const ZookeeperSession&) = delete;
    ZookeeperSession& operator=(const ZookeeperSession&) = delete;

    /// Returns when connected read-write and authenticated, at once if already so. Waits at most until `until` and at
    /// most connect_wait; ends at once when stop is requested. Throws Failure.
    void connect(const std::stop_token& stop, Clock::time_point until = Clock::time_point::max());

    /// The session's id while it is believed to live; 0 when there is none. Handles received events.
    [[nodiscard]] std::int64_t id();
    /// The timeout that the server granted to the session; zero when there is none.
    [[nodiscard]] model::Milliseconds granted_timeout() {
        return id() == 0 ? model::Milliseconds{0} : negotiated_timeout_;
    }
    /// Connected read-write and authenticated, according to the last received event.
    [[nodiscard]] bool connected();

    /// Gives up the session because a part of it could not be cleaned up; it expires on the server.
    void abandon(const std::string& why);

    /// Synchronizes the connected server with its leader, for the reads that follow.
    void sync(const std::string& path);
    /// Reads all of wanted, many in parallel; results in the same order.
    [[nodiscard]] std::vector<ReadResult> read(const std::vector<Read>& wanted);
    [[nodiscard]] ReadResult read(const Read& wanted);

    [[nodiscard]] Created create(const std::string& path, const std::string& data, CreateMode mode);
    /// version -1: any.
    [[nodiscard]] Removed remove(const std::string& path, std::int32_t version);
    /// Removes all of wanted that are unchanged, many in one transaction and several transactions in parallel; results
    /// in the same order. Where one node of a transaction has changed, its other nodes are removed one by one.
    [[nodiscard]] std::vector<Removed> remove(const std::vector<Removal>& wanted);

    /// With a digest: checks whether anyone may change the node or its descendants, as nodes created before the digest
    /// allow. A node that is `ours` is restricted to this user; otherwise (DolphinScheduler's) a warning is logged
    /// once.
    void guard(const std::string& path, bool ours);

    /// All of the steps or none, in one transaction.
    [[nodiscard]] Committed commit(const std::vector<Step>& steps);

    /// Waits until the node at path is gone or changed, or the connection changed. False when `until` passed or stop
    /// was requested first. Leaves no watch on a node that does not exist.
    bool wait_for_change(const std::string& path, Clock::time_point until, const std::stop_token& stop);

private:
    template <class Done>
    bool wait(Clock::time_point until, const std::stop_token& stop, Done done);
    void apply_posted_events();
    void on_link(const LinkEvent& event);
    void close();
    void open();
    void authenticate(Clock::time_point until, const std::stop_token& stop);
    void require_connected(const std::string& what);
    Reply answer(ZookeeperHandle::RequestId request);
    /// Submits request 0 to count - 1, at most `most` of them in parallel, and passes each answer to `take` in order.
    /// Throws what `take` throws, and forgets the remaining answers.
    template <class Submit, class Take>
    void pipeline(std::size_t count, std::size_t most, Submit submit, Take take);
    [[nodiscard]] bool usable() const { return handle_ && link_ == Link::connected && authenticated_; }
    void say(LogLevel level, const std::string& text) const;
    void tell(model::RegistryLink link) const;

    SessionOptions options_;
    std::shared_ptr<const Log> log_;
    Watched watched_;
    std::function<void()> on_changed_;
    std::stop_token shutdown_;
    std::optional<Clock::time_point> shutdown_patience_until_;

    boost::asio::io_context inbox_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_inbox_open_;

    Link link_ = Link::cut_off;
    std::int64_t session_id_ = 0;
    model::Milliseconds negotiated_timeout_{0};
    std::optional<Clock::time_point> cut_off_since_;  ///< only for a session that was connected before
    bool authenticated_ = false;
    std::uint64_t link_changes_ = 0;
    std::string awaited_path_;
    bool awaited_fired_ = false;
    std::set<std::string> guarded_;  ///< nodes of DolphinScheduler that guard() has checked

    std::unique_ptr<ZookeeperHandle> handle_;  ///< last: closed before anything that its callbacks use
};

}  // namespace dsr::registry
