// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/handle.hpp"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <limits>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "model/failure.hpp"
#include "registry/heartbeat.hpp"
#include "registry/zookeeper/log.hpp"
#include "registry/zookeeper/tls.hpp"

namespace dsr::registry {

/// The context that the library returns with an answer. While the request is open, only the library writes `results`,
/// and nothing else changes.
struct ZookeeperHandle::Ticket {
    const Line* line = nullptr;
    RequestId id = 0;
    std::vector<zoo_op_result_t> results;  ///< of a transaction's steps
};

/// Everything received; used by the inbox's thread only.
struct ZookeeperHandle::Incoming {
    struct Request {
        Ticket ticket;
        std::optional<Reply> reply;
        bool forgotten = false;
    };
    Events events;
    std::unordered_map<RequestId, Request> requests;  // a node-based map: tickets stay where they are

    void answer(RequestId id, Reply reply) {
        const auto request = requests.find(id);
        if (request == requests.end()) return;
        if (request->second.forgotten)
            requests.erase(request);
        else
            request->second.reply = std::move(reply);
    }
};

/// Data that the library's threads may read. Outlives the zhandle, whose closing joins those threads.
struct ZookeeperHandle::Line {
    boost::asio::io_context& inbox;
    std::weak_ptr<Incoming> incoming;
    std::string watched_path;
    std::string watched_prefix;  ///< of nodes that are watched themselves; ends in '/', or is empty
    std::function<void()> watched_changed;

    [[nodiscard]] bool watches(const std::string& path) const {
        return path == watched_path || (!watched_prefix.empty() && path.starts_with(watched_prefix));
    }
};

/// The functions that the library calls on its own threads.
struct HandleCallbacks {
    using Line = ZookeeperHandle::Line;
    using Ticket = ZookeeperHandle::Ticket;

    static NodeStat copy(const Stat* stat) {
        if (stat == nullptr) return {};
        const auto time = [](std::int64_t epoch_ms) {
            return model::instant_from_epoch_ms(epoch_ms).value_or(model::Instant{});
        };
        // Some servers show the mark of a container here; it is not a session.
        const auto owner = stat->ephemeralOwner == std::numeric_limits<std::int64_t>::min() ? 0 : stat->ephemeralOwner;
        return {stat->version,     owner,       stat->pzxid, time(stat->ctime),
                time(stat->mtime), stat->czxid, stat->mzxid, stat->cversion};
    }

    /// The ticket may be gone after the post, because the inbox's thread may handle it before this returns.
    static void deliver(const void* data, Reply reply) noexcept {
        const auto& ticket = *static_cast<const Ticket*>(data);
        boost::asio::post(ticket.line->inbox,
                          [incoming = ticket.line->incoming, id = ticket.id, reply = std::move(reply)]() mutable {
                              if (const auto here = incoming.lock()) here->answer(id, std::move(reply));
                          });
    }

    static void on_void(int code, const void* data) noexcept { deliver(data, {code, {}, {}, {}, {}}); }

    static void on_multi(int code, const void* data) noexcept {
        const auto& results = static_cast<const Ticket*>(data)->results;
        std::vector<int> step_codes(results.size());
        std::transform(results.begin(), results.end(), step_codes.begin(), [](const auto& one) { return one.err; });
        deliver(data, {code, {}, {}, {}, std::move(step_codes)});
    }

    static void on_path(int code, const char* path, const void* data) noexcept {
        deliver(data, {code, code == ZOK && path != nullptr ? path : "", {}, {}, {}});
    }

    static void on_data(int code, const char* value, int length, const Stat* stat, const void* data) noexcept {
        const bool some = code == ZOK && value != nullptr && length > 0;  // no data at all has length -1
        // One byte over the limit is enough to detect an oversized value.
        const auto kept = some ? std::min(static_cast<std::size_t>(length), max_node_data + 1) : 0;
        deliver(data, {code, some ? std::string(value, kept) : "", {}, copy(stat), {}});
    }

    static void on_children(int code, const String_vector* names, const Stat* stat, const void* data) noexcept {
        std::vector<std::string> children;
        if (code == ZOK && names != nullptr) children.assign(names->data, names->data + names->count);
        deliver(data, {code, {}, std::move(children), copy(stat), {}});
    }

    static void on_acl(int code, ACL_vector* acl, Stat* stat, const void* data) noexcept {
        const int changes = ZOO_PERM_WRITE | ZOO_PERM_CREATE | ZOO_PERM_DELETE | ZOO_PERM_ADMIN;
        std::vector<std::string> open;
        for (int i = 0; code == ZOK && acl != nullptr && i < acl->count; ++i) {
            const auto& entry = acl->data[i];
            if ((entry.perms & changes) != 0 && std::string_view(entry.id.scheme) == "world")
                open.emplace_back(entry.id.scheme);
        }
        auto seen = copy(stat);
        if (stat != nullptr) seen.version = stat->aversion;
        deliver(data, {code, {}, std::move(open), seen, {}});
    }

    static void on_event(zhandle_t* handle, int type, int state, const char* path, void* context) noexcept {
        const auto& line = *static_cast<const Line*>(context);
        if (type == ZOO_SESSION_EVENT) {
            LinkEvent event;
            event.at = std::chrono::steady_clock::now();
            if (state == ZOO_CONNECTED_STATE) {
                event.link = Link::connected;
                event.session_id = zoo_client_id(handle)->client_id;
                event.negotiated_timeout = model::Milliseconds{zoo_recv_timeout(handle)};
            } else if (state == ZOO_EXPIRED_SESSION_STATE) {
                event.link = Link::expired;
            } else if (state == ZOO_AUTH_FAILED_STATE) {
                event.link = Link::auth_failed;
            }
            boost::asio::post(line.inbox, [incoming = line.incoming, event] {
                if (const auto here = incoming.lock()) here->events.link(event);
            });
            return;
        }
        const std::string where = path == nullptr ? "" : path;
        if (line.watched_changed && line.watches(where)) line.watched_changed();
        boost::asio::post(line.inbox, [incoming = line.incoming, where] {
            if (const auto here = incoming.lock()) here->events.node(where);
        });
    }
};

ZookeeperHandle::ZookeeperHandle(boost::asio::io_context& inbox, Options options, Events events)
    : incoming_(std::make_shared<Incoming>()),
      line_(std::make_unique<Line>(Line{inbox, incoming_, std::move(options.watched_path),
                                        options.watched_below.empty() ? "" : options.watched_below + "/",
                                        std::move(events.watched_changed)})) {
    incoming_->events = std::move(events);
    zoo_set_debug_level(ZOO_LOG_LEVEL_INFO);  // never DEBUG: there the library uses freed memory (ZOOKEEPER-4809)
    // Without ZOO_READONLY: a server that is cut off from its quorum would show masters that are gone.
    const int timeout = static_cast<int>(options.session_timeout.count());
    handle_ = options.tls
                  ? open_with_tls(options.connect, *options.tls, HandleCallbacks::on_event, timeout, line_.get())
                  : zookeeper_init2(options.connect.c_str(), HandleCallbacks::on_event, timeout, nullptr, line_.get(),
                                    ZOO_NO_LOG_CLIENTENV, zookeeper_log_line);
    if (handle_ == nullptr) {
        const auto why = std::generic_category().message(errno);
        throw model::Failure(model::ErrorKind::retry,
                             "no host of '" + options.connect + "' can be resolved (" + why +
                                 "): check registry.connect, which is host:port[,host:port...], and the name service");
    }
}

ZookeeperHandle::~ZookeeperHandle() {
    if (handle_ != nullptr) zookeeper_close(handle_);
}

ZookeeperHandle::Ticket* ZookeeperHandle::open_ticket() {
    const auto id = ++last_request_;
    auto& request = incoming_->requests[id];
    request.ticket = {line_.get(), id, {}};
    return &request.ticket;
}

ZookeeperHandle::RequestId ZookeeperHandle::submitted(const Ticket* ticket, int code) {
    const auto id = ticket->id;
    if (code != ZOK) incoming_->answer(id, {code, {}, {}, {}, {}});  // not accepted: no callback will come
    return id;
}

ZookeeperHandle::RequestId ZookeeperHandle::get(const std::string& path, bool watch) {
    const auto* ticket = open_ticket();
    return submitted(ticket, zoo_aget(handle_, path.c_str(), watch ? 1 : 0, HandleCallbacks::on_data, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::children(const std::string& path, bool watch) {
    const auto* ticket = open_ticket();
    return submitted(ticket,
                     zoo_aget_children2(handle_, path.c_str(), watch ? 1 : 0, HandleCallbacks::on_children, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::sync(const std::string& path) {
    const auto* ticket = open_ticket();
    return submitted(ticket, zoo_async(handle_, path.c_str(), HandleCallbacks::on_path, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::create(const std::string& path, const std::string& data, CreateMode mode,
                                                   bool creator_only) {
    const int flags = [&] {
        switch (mode) {
            case CreateMode::persistent:
                return ZOO_PERSISTENT;
            case CreateMode::container:
                return ZOO_CONTAINER;
            case CreateMode::ephemeral:
                return ZOO_EPHEMERAL;
            case CreateMode::ephemeral_sequential:
                break;
        }
        return ZOO_EPHEMERAL_SEQUENTIAL;
    }();
    const auto* ticket = open_ticket();
    return submitted(ticket, zoo_acreate(handle_, path.c_str(), data.data(), static_cast<int>(data.size()),
                                         creator_only ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE, flags,
                                         HandleCallbacks::on_path, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::remove(const std::string& path, std::int32_t version) {
    const auto* ticket = open_ticket();
    return submitted(ticket, zoo_adelete(handle_, path.c_str(), version, HandleCallbacks::on_void, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::openings(const std::string& path) {
    const auto* ticket = open_ticket();
    return submitted(ticket, zoo_aget_acl(handle_, path.c_str(), HandleCallbacks::on_acl, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::close_to_others(const std::string& path, std::int32_t version) {
    const auto* ticket = open_ticket();
    return submitted(
        ticket, zoo_aset_acl(handle_, path.c_str(), version, &ZOO_CREATOR_ALL_ACL, HandleCallbacks::on_void, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::multi(const std::vector<Step>& steps, bool creator_only) {
    std::vector<zoo_op_t> operations(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto& [what, path, data, version] = steps[i];
        switch (what) {
            case Step::What::check:
                zoo_check_op_init(&operations[i], path.c_str(), -1);
                break;
            case Step::What::create:
                zoo_create_op_init(&operations[i], path.c_str(), data.data(), static_cast<int>(data.size()),
                                   creator_only ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, nullptr,
                                   0);
                break;
            case Step::What::remove:
                zoo_delete_op_init(&operations[i], path.c_str(), version);
                break;
        }
    }
    auto* ticket = open_ticket();
    ticket->results.resize(steps.size());
    return submitted(ticket, zoo_amulti(handle_, static_cast<int>(operations.size()), operations.data(),
                                        ticket->results.data(), HandleCallbacks::on_multi, ticket));
}

ZookeeperHandle::RequestId ZookeeperHandle::add_digest(const std::string& user_and_password) {
    const auto* ticket = open_ticket();
    return submitted(
        ticket, zoo_add_auth(handle_, "digest", user_and_password.data(), static_cast<int>(user_and_password.size()),
                             HandleCallbacks::on_void, ticket));
}

std::optional<Reply> ZookeeperHandle::take(RequestId request) {
    const auto found = incoming_->requests.find(request);
    if (found == incoming_->requests.end() || !found->second.reply) return {};
    auto reply = std::move(found->second.reply);
    incoming_->requests.erase(found);
    return reply;
}

void ZookeeperHandle::forget(RequestId request) {
    const auto found = incoming_->requests.find(request);
    if (found == incoming_->requests.end()) return;
    if (found->second.reply)
        incoming_->requests.erase(found);
    else
        found->second.forgotten = true;
}

}  // namespace dsr::registry
