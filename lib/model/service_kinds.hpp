// SPDX-License-Identifier: Apache-2.0
// The kinds of the services around the daemon: the configuration names them, and an adapter acts on them.
#pragma once

#include <array>
#include <string_view>

#include "base/enumerators.hpp"

namespace dsr::model {

/// Where the masters register. `jdbc`: in DolphinScheduler's database itself. The names are visible to users.
enum class RegistryKind { zookeeper, etcd, jdbc };

inline constexpr std::array<std::string_view, 3> registry_kind_names{"zookeeper", "etcd", "jdbc"};
static_assert(base::names_each<RegistryKind>(registry_kind_names));
constexpr std::string_view name(RegistryKind kind) {
    return registry_kind_names[static_cast<std::size_t>(kind)];
}

/// The server behind DolphinScheduler's database; `mysql` includes MariaDB.
enum class DatabaseKind { postgresql, mysql, sqlite };

inline constexpr std::array<std::string_view, 3> database_kind_names{"postgresql", "mysql", "sqlite"};
static_assert(base::names_each<DatabaseKind>(database_kind_names));
constexpr std::string_view name(DatabaseKind kind) {
    return database_kind_names[static_cast<std::size_t>(kind)];
}

/// Protection of the connection to the database server.
enum class TlsMode {
    off,      ///< the client library's default
    require,  ///< encrypted, without verification of the peer
    verify,   ///< with a certificate that a given file signed and that names the host
};

/// What a webhook posts.
enum class WebhookForm {
    generic,       ///< one JSON object: id, severity, key, title, summary, cluster, replica, time, details
    slack,         ///< {"text": ...}, supported by many chat services
    alertmanager,  ///< an array of one for Alertmanager's /api/v2/alerts
    dingtalk,      ///< a custom robot of DingTalk, signed if there is a secret
    feishu,        ///< a custom bot of Feishu or Lark, signed if there is a secret
    wecom,         ///< a group robot of WeCom
    teams,         ///< an Adaptive Card for a workflow of Microsoft Teams
    pagerduty,     ///< PagerDuty's Events API v2; the secret is its integration key
    custom,        ///< the user's own JSON text (model/alert_template.hpp)
};

/// Encryption to the mail server.
enum class MailEncryption {
    starttls,  ///< required: without it nothing is sent
    tls,       ///< from the first byte
    none,      ///< for a loopback server
};

}  // namespace dsr::model
