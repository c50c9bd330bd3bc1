// SPDX-License-Identifier: Apache-2.0
#include "query/cluster_identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dsr::query {

using namespace model;

namespace {

std::string text(const Json& value) {
    return value.is_null() ? "?" : value.get<std::string>();
}

std::string registry_words(const Json& registry, const Json& name_space) {
    const auto kind = text(registry.at("kind"));
    const auto endpoints = registry.at("endpoints").get<std::vector<std::string>>();
    if (endpoints.empty()) return fmt::format("registry {}", kind);
    return fmt::format("registry {} {}, namespace {}", kind, fmt::join(endpoints, ","), text(name_space));
}

std::string database_words(const Json& database) {
    auto words = fmt::format("database {} {}", text(database.at("kind")), text(database.at("name")));
    if (database.at("host").is_null()) return words;
    const auto host = text(database.at("host"));
    if (host.starts_with('/')) return fmt::format("{} at {}", words, host);  // the folder of a socket
    const bool v6 = host.find(':') != std::string::npos;
    return fmt::format("{} at {}{}{}:{}", words, v6 ? "[" : "", host, v6 ? "]" : "", database.at("port").dump());
}

}  // namespace

Json to_json(const ClusterIdentity& identity, const std::optional<SweepReport>& seen) {
    Json json;
    json["name"] = identity.name;
    json["namespace"] = identity.name_space;
    json["registry"] = {{"kind", name(identity.registry)}, {"endpoints", identity.endpoints}};
    json["database"] = {{"kind", name(identity.database)},
                        {"host", text_json(identity.database_host)},
                        {"port", identity.database_port == 0 ? Json(nullptr) : Json(identity.database_port)},
                        {"name", identity.database_name}};
    json["dolphinscheduler"] = nullptr;
    if (seen && seen->schema) {
        const auto& schema = *seen->schema;
        json["dolphinscheduler"] = {{"version", text_json(schema.version_text)}, {"tables", name(schema.generation)}};
    }
    json["lock_layout"] = seen && seen->layout ? Json(name(*seen->layout)) : Json(nullptr);
    json["config_file"] = text_json(identity.config_file);
    json["page_url"] = text_json(identity.page_url);
    return json;
}

std::string in_words(const Json& cluster) {
    auto words = fmt::format("{}: {}; {}", text(cluster.at("name")),
                             registry_words(cluster.at("registry"), cluster.at("namespace")),
                             database_words(cluster.at("database")));
    if (const auto& build = cluster.at("dolphinscheduler"); !build.is_null())
        words += fmt::format("; DolphinScheduler {}, tables {}, failover lock {}", text(build.at("version")),
                             text(build.at("tables")), text(cluster.at("lock_layout")));
    if (const auto& file = cluster.at("config_file"); !file.is_null()) words += "; configuration " + text(file);
    return words;
}

}  // namespace dsr::query
