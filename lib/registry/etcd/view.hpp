// SPDX-License-Identifier: Apache-2.0
// Converts etcd's contents to a RegistryView: one transaction of reads, so everything in a view is of one revision.
// Thread: the session's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "model/registry_view.hpp"
#include "registry/etcd/session.hpp"

namespace dsr::registry::etcd {

/// When the markers of earlier views were first seen, by name and mod_revision.
using MarkerTimes = std::map<std::string, std::pair<std::int64_t, model::Instant>>;

/// What a view was read from.
struct ViewRead {
    model::RegistryView view;
    std::int64_t revision = 0;
};

/// Reads everything in the namespace that a view contains. Sets neither `fresh` nor its related fields. Throws
/// Failure(retry) when there is no "<namespace>/nodes/master": every server of DolphinScheduler creates it, so without
/// it this is the wrong place.
ViewRead read_view(Session& session, const std::string& name_space, MarkerTimes& marker_times);

/// The master registered at the address; nothing without a key. Throws as read_view().
std::optional<model::LiveMaster> read_master(Session& session, const std::string& name_space,
                                             const model::MasterAddress& address);

/// Number of masters registered now. Throws as read_view().
std::size_t count_masters(Session& session, const std::string& name_space);

}  // namespace dsr::registry::etcd
