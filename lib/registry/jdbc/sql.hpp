// SPDX-License-Identifier: Apache-2.0
// The SQL of DolphinScheduler's JDBC registry, in each of its forms, and of our own table of replicas. Keys are
// compared as bytes and by ranges: a collation may take two keys for one, or leave out '/'. Columns of unbounded width
// are read up to a limit. Values are bound (:name).
#pragma once

#include <string>

#include "store/sql/connection_settings.hpp"

namespace dsr::registry::jdbc {

/// Maximum characters read of an event, which holds a whole data row as JSON.
inline constexpr int event_characters = 70'000;
/// Number of the newest events that one look reads. A server writes one every 10 s.
inline constexpr int max_events = 10'000;

/// How a server shows that it lives.
enum class JdbcForm {
    clients,  ///< 3.3 and later: a client's row, which it refreshes; each write of a data row is told by an event
    terms,    ///< 3.2: it refreshes the column last_term of each of its own data rows; no clients, no events
};

struct JdbcSql {
    JdbcForm form = JdbcForm::clients;
    std::string catalog;  ///< (table, column) of the registry's tables and of ours that this user sees

    // One look, in a transaction of its own.
    std::string standby;  ///< 1 where this server only follows another one
    std::string clients;  ///< (id, name, last_heartbeat_time, connection_config); empty in 3.2
    std::string data;   ///< (id, key, value, client, create_time in microseconds, 1 if written again, last_term) of the
                        ///< keys from :first to before :last. 3.2: client is 1 for an ephemeral row, else 0
    std::string locks;  ///< (lock_key) below /lock/
    std::string events;        ///< (id, JSON) of ADD and UPDATE with id > :after, the newest first; empty in 3.2
    std::string newest_event;  ///< the highest id; 0 without any; empty in 3.2
    std::string event;         ///< 1 if there is an event :id; empty in 3.2
    std::string ticket;        ///< 1 if our :ticket lives

    std::string lock_row;    ///< (id, lock_key, lock_owner, client, create_time in microseconds, its stamp) of :key, as
                             ///< the table's unique index compares
    std::string drop_stale;  ///< deletes the lock row :id of :client, unless that has a stamp other than :stamp; empty
                             ///< in 3.2, where a lock tells nothing of the life of its holder

    std::string marker_directory;  ///< 1 where there is one
    std::string data_row;          ///< 1 if there is a row :key
    std::string remove_marker;     ///< deletes row :id if it still is :key with :value

    // ds_reconciler_replicas. All times are the database's.
    std::string enter;  ///< a row of :identity that lives for :ttl (microseconds); where `entered` is empty, its ticket
    std::string entered;  ///< the ticket of the row that this connection inserted
    std::string renew;    ///< as long again from now, if :ticket lives
    std::string forget;   ///< deletes those that do not live any more
    std::string line;     ///< (ticket, identity) of those that live, in order
    std::string leave;    ///< deletes :ticket
};

/// Throws Failure(permanent) for SQLite: no DolphinScheduler has its JDBC registry there.
JdbcSql jdbc_sql(store::DatabaseKind kind, JdbcForm form = JdbcForm::clients);

}  // namespace dsr::registry::jdbc
