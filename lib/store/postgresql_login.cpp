// SPDX-License-Identifier: Apache-2.0
#include "store/postgresql_login.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <memory>

namespace dsr::store {

namespace {

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
