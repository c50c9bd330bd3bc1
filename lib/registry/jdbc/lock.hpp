// SPDX-License-Identifier: Apache-2.0
// DolphinScheduler's failover lock, of which we hold nothing outside a transaction: masters retry a committed row
// without a pause, while they wait for an uncommitted one in the database. So a lock is taken here when nobody is in
// its way, and the failover transaction inserts and deletes its row (model::TransactionGuard). A row that a master
// leaked is passed by and stays; one of a dead client is deleted, as every server of DolphinScheduler does. In 3.2 a
// row tells nothing of its holder (3.2.2 fails to refresh it), so none is deleted. Thread: the store's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "registry/jdbc/replicas.hpp"
#include "registry/jdbc/sql.hpp"
#include "registry/jdbc/view.hpp"
#include "registry/log.hpp"
#include "registry/registry.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr::registry::jdbc {

/// What a lock needs of its registry; it may outlive that, and is then not held.
struct Place {
    store::SociStore& store;
    JdbcSql sql;
    Log log;
    JdbcView view;
    Replicas replicas;

    Place(store::SociStore& database, LifeTerms terms, ReplicaOptions options, Log to)
        : store(database),
          sql(jdbc_sql(database.session().settings().kind)),
          log(std::move(to)),
          view(database, sql, terms),
          replicas(database, sql, std::move(options), log) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
};

/// As Registry::acquire.
LockAttempt acquire_lock(const std::shared_ptr<Place>& place, const std::string& path, model::Milliseconds wait,
                         const std::stop_token& stop, const LeakProof& leaked);

/// As Registry::acquire_own: the leader has it, whatever its name.
LockAttempt acquire_own_lock(const std::shared_ptr<Place>& place);

}  // namespace dsr::registry::jdbc
