// SPDX-License-Identifier: Apache-2.0
// The meaning of a database error for the sweep. SOCI's own categories are too coarse (a refused connection, a timeout
// and a duplicate key are all "unknown"), so each back end is classified by SQLSTATE, error number or result code.
#pragma once

#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "store/sql/connection_settings.hpp"

namespace soci {
class soci_error;
}

namespace dsr::store {

/// The operation that failed; a connection lost during a commit leaves the outcome unknown.
enum class Phase { connect, statement, commit };

/// The meaning of an error, and advice for the operator.
struct SqlErrorKind {
    model::ErrorKind error_kind = model::ErrorKind::retry;
    std::string_view advice;  ///< half a sentence; may be empty
    bool operator==(const SqlErrorKind&) const = default;
};

/// By SQLSTATE; an empty one means that no server answered (or, in a statement, that the driver itself refused).
SqlErrorKind postgresql_error_kind(std::string_view sqlstate, Phase phase);

/// By the error number of server or client library; 0 means that the driver itself refused.
SqlErrorKind mysql_error_kind(unsigned int number, Phase phase);

/// By SQLite's primary result code; 0 means that the driver itself refused.
SqlErrorKind sqlite_error_kind(int code, Phase phase);

/// The Failure for an exception of SOCI. `doing` completes "while ...". When PostgreSQL refused a login, asks once more
/// for the SQLSTATE, which SOCI does not return. Never contains the password.
model::Failure to_failure(const soci::soci_error& error, Phase phase, std::string_view doing,
                          const ConnectionSettings& settings);

}  // namespace dsr::store
