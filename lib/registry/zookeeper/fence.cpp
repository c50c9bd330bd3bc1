// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/fence.hpp"

#include <vector>

#include "model/failure.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"

namespace dsr::registry {
namespace {

using model::ErrorKind;
using model::Failure;

enum StepOf : std::size_t { lock_stands, address_free, address_left, marker_made };

}  // namespace

Fencing fence_incarnation(ZookeeperSession& session, const std::string& name_space, const std::string& lock_node,
                          const model::Incarnation& dead, model::Instant value) {
    require_node_name(dead.address);
    const auto masters = name_space + std::string{path::masters};
    const auto markers = name_space + std::string{path::markers};
    const auto master = masters + "/" + dead.address.text;
    std::vector<Step> steps{{Step::What::check, lock_node, {}},
                            {Step::What::create, master, {}},
                            {Step::What::remove, master, {}},
                            {Step::What::create, markers + "/" + marker_name(dead), marker_value(value)}};
    auto committed = session.commit(steps);
    if (committed.obstacle == Committed::Obstacle::exists && committed.step == marker_made) {
        steps.resize(marker_made);
        committed = session.commit(steps);
    }
    switch (committed.obstacle) {
        case Committed::Obstacle::none:
            return Fencing::fenced;
        case Committed::Obstacle::exists:
            return Fencing::registered;
        case Committed::Obstacle::no_node:
            break;
    }
    if (committed.step == lock_stands) return Fencing::lock_lost;
    if (committed.step == marker_made)
        throw Failure(ErrorKind::permanent,
                      "ZooKeeper: " + markers + " does not exist: this cluster has no failover-finish markers");
    throw Failure(ErrorKind::retry, masters + " no longer exists in ZooKeeper");
}

}  // namespace dsr::registry
