// SPDX-License-Identifier: Apache-2.0
// One read of the JDBC registry's tables: everything as of one moment, in a read-only transaction of its own. Thread:
// the store's. Throws what the session throws.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/registry_view.hpp"
#include "registry/jdbc/signs_of_life.hpp"
#include "registry/jdbc/sql.hpp"
#include "store/sql/soci_session.hpp"

namespace dsr::registry::jdbc {

/// The events that were read before. Ids are drawn before they are committed, so a lower one may appear later.
struct EventsRead {
    static constexpr std::int64_t window = 100;
    bool any_look = false;         ///< the first look finds old events only
    std::int64_t newest = 0;       ///< the highest id; 0 without any
    std::set<std::int64_t> known;  ///< those in the window below it
};

struct MarkerRow {
    std::int64_t id = 0;
    std::int64_t client = 0;
    std::string value;
    std::int64_t created = 0;  ///< in microseconds of its writer's clock; 0: written again since
};

struct Look {
    Signs signs;                                ///< of masters and workers, by key
    std::optional<std::int64_t> masters_row{};  ///< the id of the row /nodes/master
    bool marker_directory = false;
    std::map<std::string, MarkerRow> markers{};  ///< by name
    model::LockTraces locks{};
    EventsRead events{};
    bool events_deleted = false;  ///< the newest one of the look before is gone
    bool standby = false;         ///< this server only follows another one
    bool ticket_lives = false;
};

/// What to read.
struct LookAt {
    bool masters_only = false;
    EventsRead before{};      ///< of the look before
    std::int64_t ticket = 0;  ///< ours; 0: none
};

Look look_at(store::SociSession& session, const JdbcSql& sql, const LookAt& what);

}  // namespace dsr::registry::jdbc
