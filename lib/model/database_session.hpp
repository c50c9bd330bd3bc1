// SPDX-License-Identifier: Apache-2.0
// The sessions of other programs at the database server: a master that is cut off from the registry may still have
// some.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace dsr::model {

/// One session in the workflows' database.
struct DatabaseSession {
    std::int64_t id = 0;  ///< PostgreSQL: the process; MySQL: the connection
    std::string client;   ///< where it comes from, as the server tells it: an IP address or a name, without the port
    std::string application;            ///< PostgreSQL: as the client calls itself; MySQL: empty
    std::chrono::microseconds idle{0};  ///< since its last statement began or ended, by the database's clock
    bool operator==(const DatabaseSession&) const = default;
};

/// What the server shows to this user. A session that it does not show may exist.
struct DatabaseSessions {
    std::string own_client;               ///< where our own session comes from; empty when not over TCP
    std::vector<DatabaseSession> others;  ///< without those of daemons like this one
};

}  // namespace dsr::model
