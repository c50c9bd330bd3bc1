// SPDX-License-Identifier: Apache-2.0
// The guard of a failover transaction by a registry in the same database (model/transaction_guard.hpp): it holds by
// rows that this transaction locks, or inserts and deletes again, until its commit. Masters that want the lock or the
// address wait for it. Nothing of it is ever visible but the marker, which appears with the claim. Rows are locked in
// this order: failover lock, address, client, replica; those of instances come after all of them. A master's
// transaction on the registry changes one data row and adds an event, so it cannot deadlock with this one. In MySQL,
// masters that wait for one lock together may deadlock with each other when this ends: all but one fail, and try again
// with their next attempt. Neighbours of a key may wait, too, if it was held shortly before (gap locks).
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>

#include "model/transaction_guard.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::store {

/// In the open transaction of `connection`, at READ COMMITTED. On a refusal the transaction must be rolled back. Throws
/// what SOCI throws, and Failure(retry) when the database contradicts itself.
[[nodiscard]] std::optional<model::GuardRefusal> enter_guard(soci::session& connection, const SchemaSql& sql,
                                                             const model::TransactionGuard& guard);

/// Whether that ticket leads at this moment. After enter_guard() nobody can remove its row, and this waits for nobody.
[[nodiscard]] bool leads(soci::session& connection, const SchemaSql& sql, std::int64_t ticket);

}  // namespace dsr::store
