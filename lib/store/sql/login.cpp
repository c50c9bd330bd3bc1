// SPDX-License-Identifier: Apache-2.0
#include "store/sql/login.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <memory>

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
                         describe(settings) + ", while connecting: " + what + ". No query was sent");
}

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};

/// True when the login succeeded, false when it failed or the time is up.
bool log_in(PGconn& connection, std::chrono::steady_clock::time_point deadline) {
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd socket{PQsocket(&connection), static_cast<short>(next == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        if (poll(&socket, 1, static_cast<int>(left.count())) <= 0) return false;
        next = PQconnectPoll(&connection);
        if (next == PGRES_POLLING_OK) return true;
        if (next == PGRES_POLLING_FAILED) return false;
    }
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
               "the connection is not encrypted, and database.tls.mode requires it: the server does not offer TLS. "
               "Enable TLS on the server, or use a server that has it");
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

LoginAnswer ask_why_login_failed(const std::string& connection_string, std::chrono::seconds limit) {
    const std::unique_ptr<PGconn, Finish> connection(PQconnectStart(connection_string.c_str()));
    if (!connection) return {};
    const auto said = [&] { return std::string(PQerrorMessage(connection.get())); };
    if (PQstatus(connection.get()) == CONNECTION_BAD) return {"", said()};
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    if (log_in(*connection, std::chrono::steady_clock::now() + limit)) return {};

    LoginAnswer answer{"", said()};
    if (PQconnectionNeedsPassword(connection.get()) != 0) answer.sqlstate = "28P01";
    // "FATAL:  28P01: password authentication failed ...": severity and text are translated, the code is not.
    const auto is_code = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    for (std::size_t at = answer.text.find(":  "); at != std::string::npos; at = answer.text.find(":  ", at + 1)) {
        const std::string code = answer.text.substr(at + 3, 5);
        if (code.size() == 5 && std::ranges::all_of(code, is_code) && answer.text.substr(at + 8, 1) == ":") {
            answer.sqlstate = code;
            break;
        }
    }
    const std::size_t location = answer.text.find("\nLOCATION:");
    if (location != std::string::npos) answer.text.resize(location);
    return answer;
}

}  // namespace dsr::store
