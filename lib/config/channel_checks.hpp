// SPDX-License-Identifier: Apache-2.0
//
// Checks of the webhook's URL and of mail addresses.
#pragma once

#include <string>
#include <string_view>

#include "config/checked.hpp"

namespace dsr::config {

/// `https://host[:port]/...`, or http for a loopback host; no user or password in it. The fault never contains the
/// text.
Checked<std::string> check_webhook_url(std::string_view text);

/// One address, `name@domain`, without a display name: nothing that could end a header line or an SMTP command.
Checked<std::string> check_mail_address(std::string_view text);

/// One or more addresses, separated by commas; spaces around the commas are removed.
Checked<std::string> check_mail_addresses(std::string_view text);

}  // namespace dsr::config
