// SPDX-License-Identifier: Apache-2.0
// Which cluster a daemon watches: for a person with several. No user, no secret. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/service_kinds.hpp"
#include "model/sweep_report.hpp"
#include "query/json.hpp"

namespace dsr::query {

/// By the configuration; empty until it is known.
struct ClusterIdentity {
    std::string name;        ///< for people: alerts.cluster, or the namespace
    std::string name_space;  ///< of the registry
    model::RegistryKind registry = model::RegistryKind::zookeeper;
    std::vector<std::string> endpoints{};  ///< of the registry, without credentials; none with jdbc
    model::DatabaseKind database = model::DatabaseKind::postgresql;
    std::string database_host{};      ///< empty with sqlite
    std::uint16_t database_port = 0;  ///< 0 with sqlite
    std::string database_name{};      ///< with sqlite the path of its file
    std::string config_file{};
    std::string page_url{};  ///< of the daemon's web page (http.external_url); empty if unknown
};

/// openapi.json: Cluster. `seen`: the sweep that says which DolphinScheduler this is.
Json to_json(const ClusterIdentity& identity, const std::optional<model::SweepReport>& seen);

/// A Cluster of openapi.json on one line. May contain control characters of the configuration.
std::string in_words(const Json& cluster);

}  // namespace dsr::query
