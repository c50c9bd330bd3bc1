// SPDX-License-Identifier: Apache-2.0
// The minimal privileges of the daemon in DolphinScheduler's database: what the statements of the store's dialect, the
// journal and the alert table need, and nothing that creates, alters or drops a table. The tests run as a user with
// exactly these.
#pragma once

#include <string>

#include "model/schema_facts.hpp"
#include "model/service_kinds.hpp"
#include "store/sql/connection_settings.hpp"

namespace dsr::journal {

/// The user named in the text, to be replaced by the reader.
inline constexpr const char* granted_user = "ds_reconciler";

/// SQL for the owner of the tables to run after the journal's tables exist. With JDBC: with the rights on
/// DolphinScheduler's registry tables and on the table of the replicas. With etcd: with the right to see the sessions
/// of others, which is optional and not the owner's to give. Throws Failure(permanent) for SQLite, which has no users.
std::string grant_statements(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                             model::RegistryKind registry = model::RegistryKind::zookeeper);

}  // namespace dsr::journal
