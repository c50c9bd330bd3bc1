// SPDX-License-Identifier: Apache-2.0
#include "cluster_identity.hpp"

#include "base/text.hpp"

namespace dsr {

query::ClusterIdentity identity_of(const config::Config& config) {
    const auto& registry = config.registry;
    const auto& database = config.database;
    query::ClusterIdentity identity;
    identity.name = config::cluster_name(config);
    identity.name_space = registry.name_space;
    identity.registry = registry.type;
    if (registry.type != model::RegistryKind::jdbc) {
        const bool etcd = registry.type == model::RegistryKind::etcd;
        for (const auto endpoint : base::split(etcd ? registry.endpoints : registry.connect, ','))
            identity.endpoints.emplace_back(endpoint);
    }
    identity.database = database.type;
    if (database.type == model::DatabaseKind::sqlite) {
        identity.database_name = database.path.string();
    } else {
        identity.database_host = database.host;
        identity.database_port = database.port;
        identity.database_name = database.name;
    }
    identity.config_file = config.file.string();
    identity.page_url = config.http.external_url;
    return identity;
}

}  // namespace dsr
