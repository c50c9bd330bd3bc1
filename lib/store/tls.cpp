// SPDX-License-Identifier: Apache-2.0
#include "store/tls.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <string>

#include "model/failure.hpp"

namespace dsr::store {

namespace {

// The kind determines the type; see soci_session.cpp.
__attribute__((no_sanitize("vptr"))) PGconn* postgresql_of(soci::session& session) {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

__attribute__((no_sanitize("vptr"))) MYSQL* mysql_of(soci::session& session) {
    return static_cast<soci::mysql_session_backend*>(session.get_backend())->conn_;
}

[[noreturn]] void refuse(const ConnectionSettings& settings, const std::string& what) {
    throw model::Failure(model::ErrorKind::permanent,
                         describe(settings) + ", while connecting: " + what + ". Nothing was asked of it");
}

}  // namespace

void demand_tls(soci::session& session, const ConnectionSettings& settings) {
    if (settings.tls.mode == Tls::Mode::off || settings.kind == DatabaseKind::sqlite) return;
    bool encrypted = false;
    bool verifies = false;
    if (settings.kind == DatabaseKind::postgresql) {
        encrypted = PQsslInUse(postgresql_of(session)) != 0;
        verifies = true;  // sslmode=verify-full; libpq refuses unknown options
    } else {
        MYSQL* const connection = mysql_of(session);
        encrypted = mysql_get_ssl_cipher(connection) != nullptr;
        my_bool checks_name = 0;
        verifies =
            mysql_get_option(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &checks_name) == 0 && checks_name != 0;
    }
    if (!encrypted) {
        refuse(settings,
               "the connection is not encrypted, and database.tls.mode demands it: the server does not offer "
               "TLS. Set TLS up there, or point the reconciler at a server that has it");
    }
    if (settings.tls.mode == Tls::Mode::verify && !verifies) {
        refuse(settings,
               "the installed MySQL client library does not check the server's name, which database.tls.mode "
               "verify demands. Install MariaDB's (libmariadb3), or connect through a tunnel that checks it");
    }
}

bool is_tls_complaint(std::string_view text) {
    const auto has = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
    // "SSL SYSCALL error" concerns the network, not the certificate.
    if (has("SSL SYSCALL")) return false;
    constexpr std::array<std::string_view, 6> complaints{"SSL error",        "does not support SSL",
                                                         "certificate file", "certificate for",
                                                         "private key",      "server certificate"};
    return std::ranges::any_of(complaints, has);
}

}  // namespace dsr::store
