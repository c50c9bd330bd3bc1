// SPDX-License-Identifier: Apache-2.0
// RAII of one zhandle of the multi-threaded ZooKeeper C library.
//
// Thread: the library calls back on its own threads, which only copy and post into `inbox`; everything else happens on
// the thread that drives the inbox and owns the handle. Answers and events still in the inbox when the handle is
// destroyed are dropped, so nothing of an old session reaches a new one. The destructor closes the handle (up to 4.5 s
// on a server that stalls) and must not run inside a callback. It never does, because callbacks only post.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/instant.hpp"

struct _zhandle;  // NOLINT(bugprone-reserved-identifier): the C library's own name

namespace dsr::registry {

/// TLS files, PEM; see zookeeper_tls.hpp.
struct TlsFiles {
    std::string ca;
    std::string certificate;
    std::string key;  ///< without a passphrase
};

/// The part of ZooKeeper's Stat that is used here. Times are those of the server's clock.
struct NodeStat {
    std::int32_t version = 0;
    std::int64_t ephemeral_owner = 0;   ///< session id; 0 for a persistent or container node
    std::int64_t children_changed = 0;  ///< transaction that last created or removed a child
    model::Instant created_at;
    model::Instant modified_at;
    std::int64_t created_in = 0;     ///< transaction that created the node; grows across every change of leader
    std::int64_t modified_in = 0;    ///< transaction that last wrote its data
    std::int32_t child_changes = 0;  ///< how often a child was created or removed
};

/// The answer to one request.
struct Reply {
    int code = 0;                       ///< ZOO_ERRORS
    std::string text;                   ///< a node's data, complete; or the path of a created node
    std::vector<std::string> children;  ///< names, unordered
    NodeStat stat;
    std::vector<int> step_codes;  ///< of a transaction: the result of each step; as many as there were steps
};

/// The state of the session as the library sees it.
enum class Link { cut_off, connected, expired, auth_failed };

struct LinkEvent {
    Link link = Link::cut_off;  ///< cut_off also for a server that is read-only
    std::int64_t session_id = 0;
    model::Milliseconds negotiated_timeout{0};
    std::chrono::steady_clock::time_point at;  ///< when the library reported it, possibly long before it is handled
};

enum class CreateMode { persistent, container, ephemeral, ephemeral_sequential };

/// One step of a transaction: all steps are done, or none.
struct Step {
    enum class What {
        check,   ///< the node exists, in any version
        create,  ///< a persistent node
        remove,
    };
    What what = What::check;
    std::string path;
    std::string data;           ///< of a node to create
    std::int32_t version = -1;  ///< of a node to remove; -1: any
};

class ZookeeperHandle {
public:
    struct Options {
        std::string connect;  ///< "host:port,host:port[/chroot]"
        model::Milliseconds session_timeout{0};
        std::string watched_path;   ///< the node whose children are watched
        std::string watched_below;  ///< nodes below this path are watched too
        std::optional<TlsFiles> tls{};
    };
    struct Events {
        std::function<void(const LinkEvent&)> link;         ///< from the inbox
        std::function<void(const std::string& path)> node;  ///< from the inbox: a watch of that path fired
        std::function<void()> watched_changed;              ///< at once, on the library's thread: may only post
    };

    /// Throws Failure(permanent) for TLS that the library does not have, and Failure(retry) when no host of `connect`
    /// resolves (normal while a cluster starts). Blocks while names are resolved.
    ZookeeperHandle(boost::asio::io_context& inbox, Options options, Events events);
    ~ZookeeperHandle();
    ZookeeperHandle(const ZookeeperHandle&) = delete;
    ZookeeperHandle& operator=(const ZookeeperHandle&) = delete;

    using RequestId = std::uint64_t;
    RequestId get(const std::string& path, bool watch);
    RequestId children(const std::string& path, bool watch);
    RequestId sync(const std::string& path);
    /// creator_only: ACL of the authenticated user only, as DolphinScheduler sets it when it has a digest; otherwise
    /// open.
    RequestId create(const std::string& path, const std::string& data, CreateMode mode, bool creator_only);
    RequestId remove(const std::string& path, std::int32_t version);  ///< version -1: any
    /// The answer: `children` has "world" for each entry that lets anyone change the node or its descendants;
    /// `stat.version` is the version of the ACL.
    RequestId openings(const std::string& path);
    /// Restricts the node to the authenticated user if its ACL has that version.
    RequestId close_to_others(const std::string& path, std::int32_t version);
    /// One transaction of these steps, in order.
    RequestId multi(const std::vector<Step>& steps, bool creator_only);
    RequestId add_digest(const std::string& user_and_password);

    /// The answer, once it is in the inbox; returned once.
    std::optional<Reply> take(RequestId request);
    /// Drops the request: its answer is not wanted any more.
    void forget(RequestId request);

private:
    struct Ticket;
    struct Incoming;
    struct Line;
    friend struct HandleCallbacks;

    Ticket* open_ticket();
    RequestId submitted(const Ticket* ticket, int code);

    std::shared_ptr<Incoming> incoming_;
    std::unique_ptr<Line> line_;
    _zhandle* handle_ = nullptr;
    RequestId last_request_ = 0;
};

}  // namespace dsr::registry
