// SPDX-License-Identifier: Apache-2.0
// How DolphinScheduler's database is reached. Filled from the configuration; the store keeps a copy.
#pragma once

#include <chrono>
#include <string>

#include "model/zone.hpp"

namespace dsr::store {

enum class DatabaseKind { postgresql, mysql, sqlite };

/// What a connection has to be before anything is said over it; tls.hpp checks it.
struct Tls {
    enum class Mode {
        off,      ///< whatever the client library does by itself
        require,  ///< encrypted, whoever is at the other end
        verify,   ///< by a certificate that `ca_file` signed and that bears the host's name
    };
    Mode mode = Mode::off;
    std::string ca_file{};    ///< PEM; of `verify`, as the next two
    std::string cert_file{};  ///< our own, or empty
    std::string key_file{};
};

struct ConnectionSettings {
    DatabaseKind kind = DatabaseKind::postgresql;
    std::string host = "127.0.0.1";
    int port = 0;        ///< 0: the kind's own, 5432 or 3306
    std::string name{};  ///< of the database; PostgreSQL looks along the user's search path
    std::string user{};
    std::string password{};                      ///< never in a message, a log or an argument list
    std::string path{};                          ///< SQLite's file; it must exist
    std::chrono::seconds connect_timeout{5};     ///< at least 2 (libpq)
    std::chrono::seconds statement_timeout{30};  ///< the longest that one call waits for one statement
    std::chrono::seconds lock_timeout{3};        ///< the longest wait for a row that somebody else holds
    model::Zone zone;                            ///< wall clock of DolphinScheduler's JVMs
    Tls tls{};                                   ///< not for SQLite
    std::string login_plugins{};  ///< of MySQL, separated by commas; empty: whichever the server asks for
};

/// "PostgreSQL database 'ds' at 10.0.0.5:5432", for messages.
std::string describe(const ConnectionSettings& settings);

/// What soci::session opens; holds the password. Throws Failure(permanent) for what SOCI's parser cannot take.
std::string connect_string(const ConnectionSettings& settings);

/// text without the password, in whichever form connect_string wrote it, and in one line: for messages of libraries.
std::string scrub(std::string text, const ConnectionSettings& settings);

}  // namespace dsr::store
