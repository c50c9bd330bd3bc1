// SPDX-License-Identifier: Apache-2.0
// Whether a connection is what database.tls asked for. Told by this end's client library, not by the server: an
// impostor would say yes. Options that a library does not know it may pass over in silence, so none is believed unseen.
#pragma once

#include <string_view>

#include "store/connection_settings.hpp"

namespace soci {
class session;
}

namespace dsr::store {

/// Throws Failure(permanent) unless the new connection is encrypted, and its peer verified, as settings.tls asks. Says
/// nothing to the server.
void demand_tls(soci::session& session, const ConnectionSettings& settings);

/// Whether that is how libpq complains of TLS, for which it has no SQLSTATE; a connection that broke in the middle is
/// no such complaint.
bool is_tls_complaint(std::string_view postgresql_text);

}  // namespace dsr::store
