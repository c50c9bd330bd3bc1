// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/etcd_registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "model/failure.hpp"
#include "registry/etcd/lock.hpp"
#include "registry/etcd/place.hpp"

namespace dsr::registry {

using model::ErrorKind;
using model::Failure;
using namespace std::chrono_literals;

namespace {

/// etcd accepts 128 operations in one transaction.
constexpr std::size_t removals_in_one = 100;

etcd::SessionOptions session_options(EtcdOptions options) {
    etcd::SessionOptions session;
    session.gateway = {std::move(options.endpoints), std::move(options.user), std::move(options.password),
                       std::move(options.tls), std::clamp<model::Milliseconds>(options.ttl / 4, 1s, 5s)};
    session.ttl = options.ttl;
    session.masters = etcd::prefix_of(options.name_space, path::masters);
    session.line = etcd::own_key(options.name_space, path::own_leader) + "/";
    session.on_link = std::move(options.on_link);
    return session;
}

}  // namespace

EtcdRegistry::EtcdRegistry(EtcdOptions options, Log log, std::function<void()> members_changed,
                           std::stop_token shutdown)
    : name_space_(options.name_space),
      identity_(options.identity),
      session_(std::make_shared<etcd::Session>(session_options(std::move(options)), std::move(log),
                                               std::move(members_changed), shutdown)),
      leader_(session_, etcd::own_key(name_space_, path::own_leader), identity_, std::move(shutdown)) {}

model::RegistryView EtcdRegistry::observe() {
    model::RegistryView view;
    bool reached = false;
    try {
        session_->connect();
        auto session_id = session_->id();
        reached = session_->renew();
        if (!reached) {
            session_->connect();  // a new lease, if etcd ended the one before; else it is etcd that does not answer
            reached = session_->id() != std::exchange(session_id, session_->id());
        }
        auto read = etcd::read_view(*session_, name_space_, marker_times_);
        if (read.revision < last_revision_) {
            const auto why = fmt::format("etcd went back from revision {} to {}: was it restored from a backup?",
                                         std::exchange(last_revision_, read.revision), read.revision);
            session_->abandon(why);
            throw Failure(ErrorKind::retry, why);
        }
        last_revision_ = read.revision;
        view = std::move(read.view);
        view.session_id = session_id;
        view.fresh = session_id != 0 && session_->id() == session_id;
        if (!view.fresh) throw Failure(ErrorKind::retry, "etcd: the session was lost while reading");
        session_->expect_change();
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent) throw;
        view = {};  // a partial view is not returned: unknown is never "none"
        view.why_not_fresh = failure.what();
        view.session_id = session_->id();
    }
    view.reached = reached && session_->id() != 0;
    view.taken_at = model::system_now();
    return view;
}

std::optional<model::LiveMaster> EtcdRegistry::registered(const model::MasterAddress& address) {
    require_node_name(address);
    session_->connect();
    return etcd::read_master(*session_, name_space_, address);
}

std::size_t EtcdRegistry::live_master_count() {
    session_->connect();
    return etcd::count_masters(*session_, name_space_);
}

std::optional<std::vector<std::string>> EtcdRegistry::marker_names() {
    session_->connect();
    const auto prefix = etcd::prefix_of(name_space_, path::markers);
    const auto answer =
        session_->gateway().read({{.key = etcd::key_of(name_space_, path::markers)},
                                  {.key = prefix, .range_end = etcd::prefix_end(prefix), .keys_only = true}});
    if (answer.answers[0].found.empty() && answer.answers[1].found.empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& kv : answer.answers[1].found) {
        auto name = kv.key.substr(prefix.size());
        if (is_node_name(name)) names.push_back(std::move(name));
    }
    return names;
}

LockAttempt EtcdRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                  const LeakProof& leaked) {
    return etcd::acquire_lock(session_, {etcd::key_of(name_space_, path), identity_, name_space_}, wait, stop, leaked);
}

LockAttempt EtcdRegistry::acquire_own(const std::string& name, model::Milliseconds wait, std::stop_token stop) {
    if (!is_node_name(name) || name == path::own_leader)
        throw Failure(ErrorKind::permanent, "'" + name + "' is not a valid name for a lock of this daemon");
    return etcd::acquire_lock(session_, {etcd::own_key(name_space_, name), identity_, name_space_}, wait, stop, {});
}

std::vector<MarkerRemoval> EtcdRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    session_->connect();
    std::vector<MarkerRemoval> outcome(markers.size(), MarkerRemoval::removed);
    try {
        for (std::size_t begin = 0; begin < markers.size(); begin += removals_in_one) {
            const auto size = std::min(removals_in_one, markers.size() - begin);
            remove_together(markers.subspan(begin, size), std::span(outcome).subspan(begin, size));
        }
    } catch (const Failure& failure) {
        // Some may be gone: the next removal finds them so, and a marker that was written anew has another revision.
        if (failure.kind() != ErrorKind::unknown_outcome) throw;
        throw Failure(ErrorKind::retry, failure.what());
    }
    return outcome;
}

void EtcdRegistry::remove_together(std::span<const model::FailoverMarker> markers, std::span<MarkerRemoval> outcome) {
    std::vector<std::size_t> unchanged(markers.size());
    std::iota(unchanged.begin(), unchanged.end(), std::size_t{0});
    while (!unchanged.empty()) {
        etcd::Txn txn;
        for (const auto i : unchanged) {
            const auto key = etcd::prefix_of(name_space_, path::markers) + markers[i].name;
            txn.when.push_back({key, etcd::Compare::Target::mod, markers[i].modified_in});
            txn.then.push_back(etcd::Delete{key});
            txn.otherwise.push_back(etcd::Range{.key = key, .keys_only = true});
        }
        const auto answer = session_->gateway().txn(txn);
        if (answer.succeeded) return;
        std::vector<std::size_t> left;
        for (std::size_t k = 0; k < unchanged.size(); ++k) {
            const auto i = unchanged[k];
            const auto& found = answer.answers[k].found;
            if (found.empty())
                outcome[i] = MarkerRemoval::gone_already;
            else if (found[0].mod_revision != markers[i].modified_in)
                outcome[i] = MarkerRemoval::changed;
            else
                left.push_back(i);
        }
        if (left.size() == unchanged.size())
            throw Failure(ErrorKind::retry, "etcd: an answer about failover markers that contradicts itself");
        unchanged = std::move(left);
    }
}

}  // namespace dsr::registry
