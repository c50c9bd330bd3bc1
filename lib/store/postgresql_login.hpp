// SPDX-License-Identifier: Apache-2.0
// Why a PostgreSQL login failed. SOCI returns only the message, in the server's language (lc_messages), without the
// SQLSTATE. Without the SQLSTATE a wrong password would look like an unreachable server.
#pragma once

#include <chrono>
#include <string>

namespace dsr::store {

struct LoginAnswer {
    std::string sqlstate;  ///< of the server's answer; empty when there is none
    std::string text;      ///< messages of client library and server; may be empty
};

/// Tries the same login once more and returns how it failed. Both fields are empty when it now succeeds. Never throws.
LoginAnswer ask_why_login_failed(const std::string& connection_string, std::chrono::seconds limit);

}  // namespace dsr::store
