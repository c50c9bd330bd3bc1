// SPDX-License-Identifier: Apache-2.0
// What must hold of a new connection, and why PostgreSQL refused one. The client library tells whether a connection has
// the security that database.tls requires, not the server, because an impostor would say yes. A library may silently
// ignore unknown options, so each option is verified.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "store/sql/connection_settings.hpp"

namespace soci {
class session;
}

namespace dsr::store {

/// Throws Failure(permanent) unless the new connection is encrypted and its peer verified, as settings.tls requires.
/// Sends nothing to the server.
void demand_tls(soci::session& session, const ConnectionSettings& settings);

/// Whether this is libpq's text for a TLS error, which has no SQLSTATE. A connection that broke in the middle is not
/// one.
bool is_tls_complaint(std::string_view postgresql_text);

/// Why a PostgreSQL login failed. SOCI returns only the message, in the server's language (lc_messages), without the
/// SQLSTATE. Without the SQLSTATE a wrong password would look like an unreachable server.
struct LoginAnswer {
    std::string sqlstate;  ///< of the server's answer; empty when there is none
    std::string text;      ///< messages of client library and server; may be empty
};

/// Tries the same login once more and returns how it failed. Both fields are empty when it now succeeds. Never throws.
LoginAnswer ask_why_login_failed(const std::string& connection_string, std::chrono::seconds limit);

}  // namespace dsr::store
