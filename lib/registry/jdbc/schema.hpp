// SPDX-License-Identifier: Apache-2.0
// In which form the database holds a JDBC registry of DolphinScheduler, by the catalog. Thread: the store's.
#pragma once

#include "model/failure.hpp"
#include "registry/jdbc/sql.hpp"
#include "store/sql/soci_session.hpp"

namespace dsr::registry::jdbc {

/// What the catalog shows.
struct JdbcSchema {
    JdbcForm form = JdbcForm::clients;
    bool replicas = false;  ///< the table ds_reconciler_replicas exists
};

/// Throws Failure(permanent), with what to do, for a missing table and for tables in another form.
JdbcSchema inspect_schema(store::SociSession& session, const JdbcSql& sql);

/// The same failure with what to do about a missing privilege, when it is permanent.
[[nodiscard]] model::Failure with_remedy(const model::Failure& failure);

}  // namespace dsr::registry::jdbc
