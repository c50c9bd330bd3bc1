// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/session.hpp"

#include <fmt/format.h>
#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <deque>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry {
namespace {

using model::ErrorKind;
using model::Failure;
using namespace std::chrono_literals;

constexpr std::size_t reads_under_way = 512;  // the server's own limit on outstanding requests is 1,000
constexpr std::size_t removals_in_one = 200;  // far below what a server takes in one packet (1 MiB)
constexpr std::size_t transactions_under_way = 8;
constexpr auto pause_after_unresolved = 500ms;
constexpr auto patience_at_shutdown = 5s;  // for all together, except that each gets a last second

std::string hexadecimal(std::int64_t session_id) {
    return fmt::format("{:#x}", static_cast<std::uint64_t>(session_id));
}

}  // namespace

ZookeeperSession::ZookeeperSession(SessionOptions options, Log log, Watched watched, std::function<void()> on_changed,
                                   std::stop_token shutdown)
    : options_(std::move(options)),
      log_(std::make_shared<const Log>(std::move(log))),
      watched_(std::move(watched)),
      on_changed_(std::move(on_changed)),
      shutdown_(std::move(shutdown)),
      keep_inbox_open_(inbox_.get_executor()) {
    forward_library_log(log_);
}

ZookeeperSession::~ZookeeperSession() {
    if (session_id_ != 0) tell(model::RegistryLink::ended);
}

void ZookeeperSession::say(LogLevel level, const std::string& text) const {
    if (*log_) (*log_)(level, text);
}

void ZookeeperSession::tell(model::RegistryLink link) const {
    if (options_.on_link) options_.on_link(link);
}

/// Drives the inbox until done() holds; false when `until` passed or stop was requested first. All waits go through
/// this function. Events that ZooKeeper's threads posted take effect only here and in apply_posted_events().
template <class Done>
bool ZookeeperSession::wait(Clock::time_point until, const std::stop_token& stop, Done done) {
    const std::stop_callback wake(stop, [this] { boost::asio::post(inbox_, [] {}); });
    for (;;) {
        apply_posted_events();
        if (done()) return true;
        if (stop.stop_requested() || Clock::now() >= until) return false;
        auto next = std::min(until, Clock::now() + 1h);
        if (cut_off_since_) next = std::min(next, *cut_off_since_ + negotiated_timeout_);
        inbox_.run_one_until(next);
    }
}

/// Handles received events, and drops a session that is over, according to the server or to our own timer.
void ZookeeperSession::apply_posted_events() {
    inbox_.poll();
    if (!handle_) return;
    if (link_ == Link::expired) {
        say(LogLevel::warning, "ZooKeeper session " + hexadecimal(session_id_) + " has expired");
        close();
    } else if (cut_off_since_ && Clock::now() >= *cut_off_since_ + negotiated_timeout_) {
        say(LogLevel::warning, "ZooKeeper session " + hexadecimal(session_id_) +
                                   " counts as expired: disconnected for " + model::human(negotiated_timeout_) +
                                   ", its timeout");
        close();
    }
}

void ZookeeperSession::on_link(const LinkEvent& event) {
    ++link_changes_;
    const bool was_connected = link_ == Link::connected;
    link_ = event.link;
    if (event.link == Link::connected) {
        const bool known = session_id_ == event.session_id;
        session_id_ = event.session_id;
        negotiated_timeout_ = event.negotiated_timeout;
        cut_off_since_.reset();
        tell(known ? model::RegistryLink::reconnected : model::RegistryLink::established);
        say(LogLevel::info,
            "ZooKeeper session " + hexadecimal(session_id_) +
                (known ? " is reconnected" : " is established, timeout " + model::human(negotiated_timeout_)));
    } else if (event.link == Link::cut_off && was_connected) {
        cut_off_since_ = event.at;
        tell(model::RegistryLink::cut_off);
        say(LogLevel::warning, "ZooKeeper session " + hexadecimal(session_id_) + " is disconnected");
    }
}

void ZookeeperSession::close() {
    if (session_id_ != 0) tell(model::RegistryLink::ended);
    handle_.reset();
    link_ = Link::cut_off;
    session_id_ = 0;
    cut_off_since_.reset();
    authenticated_ = false;
    ++link_changes_;
}

void ZookeeperSession::open() {
    handle_ = std::make_unique<ZookeeperHandle>(
        inbox_,
        ZookeeperHandle::Options{options_.connect, options_.session_timeout, watched_.children_of, watched_.below,
                                 options_.tls},
        ZookeeperHandle::Events{[this](const LinkEvent& event) { on_link(event); },
                                [this](const std::string& path) { awaited_fired_ |= path == awaited_path_; },
                                on_changed_});
    authenticated_ = options_.digest.empty();
}

void ZookeeperSession::connect(const std::stop_token& stop, Clock::time_point until) {
    apply_posted_events();
    if (usable()) return;
    until = std::min(until, Clock::now() + options_.connect_wait);
    std::string obstacle = "no server answered";
    for (;;) {
        try {
            if (!handle_) open();
            obstacle = "no server answered";
        } catch (const Failure& unresolved) {
            obstacle = unresolved.what();
        }
        const bool opened = handle_ != nullptr;
        const auto next = opened ? until : std::min(until, Clock::now() + pause_after_unresolved);
        wait(next, stop,
             [&] { return opened && (!handle_ || link_ == Link::connected || link_ == Link::auth_failed); });
        if (handle_ && link_ == Link::connected && !authenticated_) authenticate(until, stop);
        if (usable()) return;
        if (link_ == Link::auth_failed) {
            close();
            throw zookeeper_failure(ZAUTHFAILED, Access::read, "connecting to " + options_.connect);
        }
        if (stop.stop_requested())
            throw Failure(ErrorKind::retry, "ZooKeeper: not connected, and the daemon is stopping");
        if (Clock::now() >= until) break;
    }
    if (session_id_ == 0) close();  // never connected: the next attempt resolves the names again
    throw Failure(ErrorKind::retry, "ZooKeeper at " + options_.connect + " is unreachable: " + obstacle);
}

/// Waits for the answer, because requests behind a digest that is not yet accepted are executed without it. The library
/// sends the digest again by itself when it reconnects.
void ZookeeperSession::authenticate(Clock::time_point until, const std::stop_token& stop) {
    const auto request = handle_->add_digest(options_.digest);
    std::optional<Reply> reply;
    wait(until, stop, [&] { return !handle_ || (reply = handle_->take(request)) || link_ != Link::connected; });
    if (!handle_) return;
    if (reply && reply->code == ZOK) {
        authenticated_ = true;
    } else if (link_ != Link::auth_failed) {
        close();  // cut off in the middle: a new handle has a known state
    }
}

std::int64_t ZookeeperSession::id() {
    apply_posted_events();
    return session_id_;
}

bool ZookeeperSession::connected() {
    apply_posted_events();
    return usable();
}

void ZookeeperSession::abandon(const std::string& why) {
    if (!handle_) return;
    const auto id = session_id_;
    close();
    say(LogLevel::warning, "ZooKeeper session " + hexadecimal(id) + " is closed: " + why);
}

void ZookeeperSession::require_connected(const std::string& what) {
    apply_posted_events();
    if (!usable()) throw Failure(ErrorKind::retry, "ZooKeeper: not connected, before " + what);
}

/// The library fails requests that a silent server leaves unanswered within about two thirds of the session timeout;
/// the limit here is longer. If the wait ends without an answer, the outcome is as unknown as with a lost answer.
Reply ZookeeperSession::answer(ZookeeperHandle::RequestId request) {
    std::optional<Reply> reply;
    const auto arrived = [&] { return !handle_ || (reply = handle_->take(request)); };
    const auto until = Clock::now() + std::max<model::Milliseconds>(negotiated_timeout_, 1s);
    if (!wait(until, shutdown_, arrived) && shutdown_.stop_requested()) {
        if (!shutdown_patience_until_) shutdown_patience_until_ = Clock::now() + patience_at_shutdown;
        wait(std::min(until, std::max(*shutdown_patience_until_, Clock::now() + 1s)), {}, arrived);
    }
    if (reply) return std::move(*reply);
    if (handle_) {
        handle_->forget(request);
        return {ZOPERATIONTIMEOUT, {}, {}, {}, {}};
    }
    return {ZCONNECTIONLOSS, {}, {}, {}, {}};  // the session ended during the wait
}

void ZookeeperSession::sync(const std::string& path) {
    const auto what = "syncing " + path;
    require_connected(what);
    const auto reply = answer(handle_->sync(path));
    if (reply.code != ZOK) throw zookeeper_failure(reply.code, Access::read, what);
}

template <class Submit, class Take>
void ZookeeperSession::pipeline(std::size_t count, std::size_t most, Submit submit, Take take) {
    std::deque<ZookeeperHandle::RequestId> under_way;
    std::size_t asked = 0;
    try {
        for (std::size_t next = 0; next < count; ++next) {
            // When the session ended during earlier requests, no more are sent: those have no answer either.
            for (; handle_ && asked < count && under_way.size() < most; ++asked) under_way.push_back(submit(asked));
            Reply reply{ZCONNECTIONLOSS, {}, {}, {}, {}};
            if (!under_way.empty()) {
                reply = answer(under_way.front());  // a session answers in the order of requests
                under_way.pop_front();
            }
            take(next, std::move(reply));
        }
    } catch (...) {
        if (handle_) std::for_each(under_way.begin(), under_way.end(), [&](auto id) { handle_->forget(id); });
        throw;
    }
}

std::vector<ReadResult> ZookeeperSession::read(const std::vector<Read>& wanted) {
    std::vector<ReadResult> found(wanted.size());
    if (wanted.empty()) return found;
    require_connected("reading " + wanted.front().path);
    const auto submit = [&](std::size_t i) {
        const auto& [what, path, watch] = wanted[i];
        return what == Read::What::data ? handle_->get(path, watch) : handle_->children(path, watch);
    };
    pipeline(wanted.size(), reads_under_way, submit, [&](std::size_t i, Reply reply) {
        if (reply.code != ZOK && reply.code != ZNONODE)
            throw zookeeper_failure(reply.code, Access::read, "reading " + wanted[i].path);
        found[i] = {reply.code == ZOK, std::move(reply.text), std::move(reply.children), reply.stat};
    });
    return found;
}

ReadResult ZookeeperSession::read(const Read& wanted) {
    return std::move(read(std::vector{wanted}).front());
}

Created ZookeeperSession::create(const std::string& path, const std::string& data, CreateMode mode) {
    const auto what = "creating " + path;
    require_connected(what);
    auto reply = answer(handle_->create(path, data, mode, !options_.digest.empty()));
    if (reply.code == ZUNIMPLEMENTED && mode == CreateMode::container)  // servers before 3.5
        return create(path, data, CreateMode::persistent);
    if (reply.code == ZOK) return {Created::Outcome::created, std::move(reply.text)};
    if (reply.code == ZNONODE) return {Created::Outcome::no_parent, {}};
    if (reply.code == ZNODEEXISTS) return {Created::Outcome::exists, {}};
    throw zookeeper_failure(reply.code, Access::write, what);
}

namespace {

Removed removed(int code, const std::string& path) {
    if (code == ZOK) return Removed::removed;
    if (code == ZNONODE) return Removed::no_node;
    if (code == ZBADVERSION) return Removed::other_version;
    throw zookeeper_failure(code, Access::write, "removing " + path);
}

}  // namespace

Removed ZookeeperSession::remove(const std::string& path, std::int32_t version) {
    require_connected("removing " + path);
    return removed(answer(handle_->remove(path, version)).code, path);
}

std::vector<Removed> ZookeeperSession::remove(const std::vector<Removal>& wanted) {
    std::vector<Removed> result(wanted.size(), Removed::removed);
    if (wanted.empty()) return result;
    require_connected("removing " + wanted.front().path);
    const auto begin_of = [](std::size_t piece) { return piece * removals_in_one; };
    const auto end_of = [&](std::size_t piece) { return std::min(wanted.size(), begin_of(piece + 1)); };
    const auto submit_piece = [&](std::size_t piece) {
        std::vector<Step> steps;
        for (auto i = begin_of(piece); i < end_of(piece); ++i)
            steps.push_back({Step::What::remove, wanted[i].path, {}, wanted[i].version});
        return handle_->multi(steps, !options_.digest.empty());
    };
    std::vector<std::size_t> one_by_one;
    const auto pieces = (wanted.size() + removals_in_one - 1) / removals_in_one;
    pipeline(pieces, transactions_under_way, submit_piece, [&](std::size_t piece, const Reply& reply) {
        if (reply.code == ZOK) return;
        if (reply.code != ZNONODE && reply.code != ZBADVERSION)
            throw zookeeper_failure(reply.code, Access::write, "removing " + wanted[begin_of(piece)].path);
        for (auto i = begin_of(piece); i < end_of(piece); ++i) one_by_one.push_back(i);
    });
    if (one_by_one.empty()) return result;
    require_connected("removing " + wanted[one_by_one.front()].path);
    pipeline(
        one_by_one.size(), reads_under_way,
        [&](std::size_t i) { return handle_->remove(wanted[one_by_one[i]].path, wanted[one_by_one[i]].version); },
        [&](std::size_t i, const Reply& reply) {
            result[one_by_one[i]] = removed(reply.code, wanted[one_by_one[i]].path);
        });
    return result;
}

void ZookeeperSession::guard(const std::string& path, bool ours) {
    if (options_.digest.empty() || (!ours && !guarded_.insert(path).second)) return;
    require_connected("looking at the ACL of " + path);
    const auto seen = answer(handle_->openings(path));
    if (seen.code != ZOK || seen.children.empty()) return;  // gone, or not readable for us, which means not open
    if (!ours) {
        say(LogLevel::warning, "anyone may change " + path +
                                   ", which was created before the digest was set: a client that deletes a lock " +
                                   "node there takes the lock; give it the ACL of its children");
        return;
    }
    const auto code = answer(handle_->close_to_others(path, seen.stat.version)).code;
    if (code == ZOK)
        say(LogLevel::info, path + " was open to anyone; it now belongs to the user of registry.digest_file");
    else if (code != ZNONODE && code != ZBADVERSION)
        say(LogLevel::warning, "anyone may change " + path + ", and its ACL cannot be set: " + zerror(code));
}

Committed ZookeeperSession::commit(const std::vector<Step>& steps) {
    const auto what = "writing " + steps.back().path;
    require_connected(what);
    const auto reply = answer(handle_->multi(steps, !options_.digest.empty()));
    if (reply.code == ZOK) return {};
    // Steps that failed only because another failed return ZRUNTIMEINCONSISTENCY; those before it return ZOK.
    const auto failed = std::find_if(reply.step_codes.begin(), reply.step_codes.end(),
                                     [](int code) { return code != ZOK && code != ZRUNTIMEINCONSISTENCY; });
    const auto step = static_cast<std::size_t>(failed - reply.step_codes.begin());
    if (reply.code == ZNONODE && step < steps.size()) return {Committed::Obstacle::no_node, step};
    if (reply.code == ZNODEEXISTS && step < steps.size()) return {Committed::Obstacle::exists, step};
    throw zookeeper_failure(reply.code, Access::write, what);
}

bool ZookeeperSession::wait_for_change(const std::string& path, Clock::time_point until, const std::stop_token& stop) {
    apply_posted_events();
    const auto changes = link_changes_;
    awaited_path_ = path;
    awaited_fired_ = false;
    if (!read(Read{Read::What::data, path, true}).exists) return true;
    return wait(until, stop, [&] { return awaited_fired_ || link_changes_ != changes; });
}

}  // namespace dsr::registry
