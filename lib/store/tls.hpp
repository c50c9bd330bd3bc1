// SPDX-License-Identifier: Apache-2.0
// Whether a connection has the security that database.tls requires. The client library tells, not the server, because
// an impostor would say yes. A library may silently ignore unknown options, so each option is verified.
#pragma once

#include <string_view>

#include "store/connection_settings.hpp"

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

}  // namespace dsr::store
