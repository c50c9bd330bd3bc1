// SPDX-License-Identifier: Apache-2.0
// The least rights in DolphinScheduler's database with which the daemon does its work: what the statements of the
// store's dialect, of the journal and of the alerts' table need, and nothing that makes, alters or drops a table. The
// tests run as a user that has just these.
#pragma once

#include <string>

#include "model/schema_facts.hpp"
#include "store/connection_settings.hpp"

namespace dsr::journal {

/// The user that the text names, for people to replace.
inline constexpr const char* granted_user = "ds_reconciler";

/// SQL for the owner of the tables to run, once the journal's are there. Throws Failure(permanent) for SQLite, which
/// knows no users.
std::string grant_statements(const store::ConnectionSettings& settings, const model::SchemaFacts& schema);

}  // namespace dsr::journal
