// SPDX-License-Identifier: Apache-2.0
// Why a PostgreSQL login failed. SOCI hands on only the message, and that is in the server's language (lc_messages);
// the SQLSTATE is not. Without it a wrong password would look like a server that is out of reach.
#pragma once

#include <chrono>
#include <string>

namespace dsr::store {

struct LoginAnswer {
    std::string sqlstate;  ///< of the server's answer; empty when none came
    std::string text;      ///< what client library and server said; may be empty
};

/// Tries the same login once more and tells how that one failed. Both are empty when it works now. Never throws.
LoginAnswer ask_why_login_failed(const std::string& connection_string, std::chrono::seconds limit);

}  // namespace dsr::store
