// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/zookeeper_registry.hpp"

#include <utility>

#include "model/failure.hpp"
#include "registry/layout.hpp"
#include "registry/zookeeper/curator_mutex.hpp"
#include "registry/zookeeper/tls.hpp"
#include "registry/zookeeper/view.hpp"

namespace dsr::registry {

using model::ErrorKind;
using model::Failure;

namespace {

LatchPlace latch_place(const std::string& name_space, const std::string& identity) {
    auto place = own_place(name_space, path::own_leader);
    return {std::move(place.root), std::move(place.path), identity};
}

SessionOptions session_options(SessionOptions options) {
    if (options.tls) demand_client_tls();
    return options;
}

Watched watched(const std::string& name_space) {
    const auto leader = own_place(name_space, path::own_leader);
    return {name_space + std::string{path::masters}, leader.root + leader.path};
}

}  // namespace

ZookeeperRegistry::ZookeeperRegistry(ZookeeperOptions options, Log log, std::function<void()> members_changed,
                                     std::stop_token shutdown)
    : root_(namespace_root(options.name_space)),
      identity_(options.identity),
      shutdown_(shutdown),
      session_(std::make_shared<ZookeeperSession>(session_options(std::move(options)), std::move(log), watched(root_),
                                                  std::move(members_changed), shutdown)),
      latch_(session_, latch_place(root_, identity_), std::move(shutdown)) {}

void ZookeeperRegistry::connect_and_sync() {
    session_->connect(shutdown_);
    session_->sync(at(path::masters));
}

model::RegistryView ZookeeperRegistry::look(const LastLook* known) {
    model::RegistryView view;
    bool reached = false;
    try {
        connect_and_sync();
        reached = true;
        const auto session_id = session_->id();
        LastLook now;
        view = read_view(*session_, root_, known, now);
        view.session_id = session_id;
        view.fresh = session_->connected() && session_->id() == session_id;
        if (!view.fresh) throw Failure(ErrorKind::retry, "ZooKeeper: the session was lost while reading");
        last_look_ = std::move(now);
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent) throw;
        view = {};  // a partial view is not returned: unknown is never "none"
        view.why_not_fresh = failure.what();
        view.session_id = session_->id();
    }
    view.reached = reached && session_->connected();
    view.taken_at = model::system_now();
    return view;
}

std::optional<model::LiveMaster> ZookeeperRegistry::registered(const model::MasterAddress& address) {
    require_node_name(address);
    connect_and_sync();
    const auto found = session_->read(std::vector<Read>{{Read::What::data, at(path::masters)},
                                                        {Read::What::data, at(path::masters) + "/" + address.text}});
    if (!found[0].exists) throw Failure(ErrorKind::retry, at(path::masters) + " no longer exists in ZooKeeper");
    if (!found[1].exists) return {};
    return live_master(address, found[1].data, found[1].stat);
}

std::size_t ZookeeperRegistry::live_master_count() {
    connect_and_sync();
    const auto found = session_->read(Read{Read::What::children, at(path::masters)});
    if (!found.exists) throw Failure(ErrorKind::retry, at(path::masters) + " no longer exists in ZooKeeper");
    return found.children.size();
}

std::optional<std::vector<std::string>> ZookeeperRegistry::marker_names() {
    connect_and_sync();
    auto found = session_->read(Read{Read::What::children, at(path::markers)});
    if (!found.exists) return std::nullopt;
    return std::move(found.children);
}

LockAttempt ZookeeperRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                       const LeakProof& leaked) {
    return acquire_curator_mutex(session_, {root_, path, identity_, root_}, wait, stop, leaked);
}

LockAttempt ZookeeperRegistry::acquire_own(const std::string& name, model::Milliseconds wait, std::stop_token stop) {
    if (!is_node_name(name) || name == path::own_leader)
        throw Failure(ErrorKind::permanent, "'" + name + "' is not a valid name for a lock of this daemon");
    auto place = own_place(root_, name);
    return acquire_curator_mutex(session_, {std::move(place.root), std::move(place.path), identity_, root_}, wait, stop,
                                 {});
}

Leadership ZookeeperRegistry::lead() {
    return latch_.lead();
}

Leadership ZookeeperRegistry::leadership() {
    return latch_.look();
}

void ZookeeperRegistry::resign() {
    latch_.resign();
}

std::vector<MarkerRemoval> ZookeeperRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    std::vector<Removal> wanted;
    wanted.reserve(markers.size());
    for (const auto& marker : markers)
        wanted.push_back({at(path::markers) + "/" + marker.name, static_cast<std::int32_t>(marker.version)});
    session_->connect(shutdown_);
    std::vector<MarkerRemoval> outcome;
    outcome.reserve(markers.size());
    try {
        for (const auto one : session_->remove(wanted)) {
            outcome.push_back(one == Removed::removed   ? MarkerRemoval::removed
                              : one == Removed::no_node ? MarkerRemoval::gone_already
                                                        : MarkerRemoval::changed);
        }
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::unknown_outcome) throw;
        outcome = after_lost_answer(wanted, failure);
    }
    return outcome;
}

std::vector<MarkerRemoval> ZookeeperRegistry::after_lost_answer(const std::vector<Removal>& wanted,
                                                                const Failure& failure) {
    connect_and_sync();
    std::vector<Read> reads;
    reads.reserve(wanted.size());
    for (const auto& one : wanted) reads.push_back({Read::What::data, one.path});
    const auto found = session_->read(reads);
    std::vector<MarkerRemoval> outcome;
    outcome.reserve(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (found[i].exists && found[i].stat.version == wanted[i].version)
            throw Failure(ErrorKind::retry, failure.what());
        outcome.push_back(found[i].exists ? MarkerRemoval::changed : MarkerRemoval::removed);
    }
    return outcome;
}

}  // namespace dsr::registry
