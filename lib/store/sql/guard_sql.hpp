// SPDX-License-Identifier: Apache-2.0
// The SQL of a guard (registry_guard.hpp) on DolphinScheduler's registry tables, and on our own table of replicas. The
// columns of time that are not named have the database's clock as their default.
#pragma once

#include <string>

#include "model/schema_facts.hpp"
#include "store/generation.hpp"

namespace dsr::store {

struct GuardSql {
    bool has_clients = true;  ///< as 3.3 and later have them; 3.2 has only a term in each row, and no events

    std::string insert_lock;  ///< :path; no row when the lock is held
    std::string delete_lock;  ///< :path; only the row that insert_lock made
    std::string leaked_lock;  ///< (lock_key) of row :id, locked

    std::string insert_address;  ///< :key; no row when it is registered
    std::string delete_address;  ///< :key; only the row that insert_address made
    std::string still_row;       ///< (data_key, client_id, data_value) of row :id, locked; 3.2: client_id is 0
    std::string live_row;        ///< the same, locked against changes only
    std::string still_client;    ///< (last_heartbeat_time) of client :id, locked; 3.2: (last_term) of row :id
    std::string events;          ///< (jdbc_registry_data) of the events above :after, except deletions; empty in 3.2

    std::string insert_marker;  ///< :key, :value; leaves an existing one

    std::string hold_ticket;  ///< :ticket, locked against changes
    std::string leads;        ///< a row if :ticket is alive and the lowest that is; waits for nobody
};

/// With the words of one dialect, for the registry that the releases of that generation have.
GuardSql guard_sql(Words words, model::Generation generation);

}  // namespace dsr::store
