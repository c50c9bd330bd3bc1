// SPDX-License-Identifier: Apache-2.0
// Settings of the connection to DolphinScheduler's database. Filled from the configuration; the store keeps a copy.
#pragma once

#include <chrono>
#include <string>

#include "model/service_kinds.hpp"
#include "model/zone.hpp"

namespace dsr::store {

using model::DatabaseKind;

/// Required security of a connection before any data is sent over it; login.hpp checks it.
struct Tls {
    using Mode = model::TlsMode;
    Mode mode = Mode::off;
    std::string ca_file{};    ///< PEM; like the next two, for `verify` only
    std::string cert_file{};  ///< our own, or empty
    std::string key_file{};
};

struct ConnectionSettings {
    DatabaseKind kind = DatabaseKind::postgresql;
    std::string host = "127.0.0.1";
    int port = 0;        ///< 0: the default, 5432 or 3306
    std::string name{};  ///< of the database; PostgreSQL uses the user's search path
    std::string user{};
    std::string password{};                      ///< never in a message, a log or an argument list
    std::string path{};                          ///< SQLite's file, which must exist
    std::chrono::seconds connect_timeout{5};     ///< at least 2 (libpq)
    std::chrono::seconds statement_timeout{30};  ///< maximum time that one call waits for one statement
    std::chrono::seconds lock_timeout{3};        ///< maximum wait for a row that another transaction holds
    model::Zone zone;                            ///< wall clock of DolphinScheduler's JVMs
    Tls tls{};                                   ///< not for SQLite
    std::string login_plugins{};  ///< of MySQL, separated by commas; empty: whichever the server requests
};

/// "PostgreSQL database 'ds' at 10.0.0.5:5432", for messages.
std::string describe(const ConnectionSettings& settings);

/// The string that soci::session opens; contains the password. Throws Failure(permanent) for values that SOCI's parser
/// cannot read.
std::string connect_string(const ConnectionSettings& settings);

/// The text without the password, in any form that connect_string writes, on one line: for messages of libraries.
std::string scrub(std::string text, const ConnectionSettings& settings);

}  // namespace dsr::store
