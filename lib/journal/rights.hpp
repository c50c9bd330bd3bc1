// SPDX-License-Identifier: Apache-2.0
// What the daemon's user must be allowed to do in DolphinScheduler's database: printed for the owner of the tables by
// grants, and tried by `doctor`.
#pragma once

#include <string>
#include <vector>

#include "model/schema_facts.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr::journal {

struct Right {
    std::string rights;     ///< as in GRANT, separated by commas
    std::string table;      ///< or "sequence NAME"
    std::string columns{};  ///< the only ones, separated by commas, for a database that grants by column; empty: all
    std::string readable = "id";  ///< a column that may be read, if `columns` is empty
};

/// Every right, in the order of GRANT statements. `registry_in_database`: the registry is JDBC. Empty for SQLite, which
/// has no users.
std::vector<Right> rights_of(store::DatabaseKind kind, const model::SchemaFacts& schema, bool registry_in_database);

struct DeniedRight {
    std::string right;    ///< "update of t_ds_command"
    bool to_act = false;  ///< only mode act needs it; shadow mode works without
};

/// Tries each of them by a statement that touches no row. Blocks; throws Failure(retry) if the database is unreachable.
std::vector<DeniedRight> denied_of(const std::vector<Right>& rights, store::SociStore& store);

}  // namespace dsr::journal
