// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/fence.hpp"

#include "model/failure.hpp"
#include "registry/etcd/place.hpp"
#include "registry/marker_name.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;

Fencing fence_incarnation(Gateway& gateway, const std::string& name_space, const LockKey& lock,
                          const model::Incarnation& dead, model::Instant value) {
    require_node_name(dead.address);
    const auto master = prefix_of(name_space, path::masters) + dead.address.text;
    const auto markers = prefix_of(name_space, path::markers);
    const auto marker = markers + marker_name(dead);
    const auto directory =
        gateway.read({{.key = key_of(name_space, path::markers)},
                      {.key = markers, .range_end = prefix_end(markers), .keys_only = true, .limit = 1}});
    if (directory.answers[0].found.empty() && directory.answers[1].found.empty())
        throw Failure(ErrorKind::permanent, "etcd: " + key_of(name_space, path::markers) +
                                                " does not exist: this cluster has no failover-finish markers");
    const auto answer =
        gateway.txn({.when = {{lock.key, Compare::Target::create, lock.revision},
                              {master, Compare::Target::create, 0},
                              {marker, Compare::Target::create, 0}},
                     .then = {Put{marker, marker_value(value)}},
                     .otherwise = {Range{.key = lock.key}, Range{.key = master}, Range{.key = marker}}});
    if (answer.succeeded) return Fencing::fenced;
    const auto& held = answer.answers[0].found;
    if (held.empty() || held[0].create_revision != lock.revision) return Fencing::lock_lost;
    if (!answer.answers[1].found.empty()) return Fencing::registered;
    return Fencing::fenced;  // it exists already, beside our lock and without that master, at one revision
}

}  // namespace dsr::registry::etcd
