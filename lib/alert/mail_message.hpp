// SPDX-License-Identifier: Apache-2.0
// An alert as an e-mail: RFC 5322 with a UTF-8 body. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.hpp"
#include "alert/alert_origin.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

/// Lines end with CRLF; every line is ASCII and at most 998 bytes for any alert, so that any server accepts it.
std::string mail_message(const Alert& alert, const AlertOrigin& origin, const std::string& from,
                         const std::vector<std::string>& to, model::Instant at);

/// Text for a header: unchanged if it is printable ASCII, else as RFC 2047 encoded words, folded, none splitting a
/// UTF-8 character.
std::string header_text(std::string_view text);

}  // namespace dsr::alert
