// SPDX-License-Identifier: Apache-2.0
//
// A JDBC URL of PostgreSQL, MySQL or MariaDB, in its parts. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.hpp"

namespace dsr::config::dolphinscheduler {

struct JdbcHost {
    /// An IPv6 address without brackets.
    std::string host;
    /// 0: not given.
    std::uint16_t port = 0;
};

struct JdbcUrl {
    /// postgresql or mysql (MariaDB too), as database.type has it.
    std::string type;
    /// In their order; empty: the driver's default, localhost.
    std::vector<JdbcHost> hosts;
    /// Empty: the driver's default, the user's name.
    std::string database;
    /// By name in lower case, percent-decoded. May contain a password.
    std::map<std::string, std::string, std::less<>> options;
};

/// Faults never contain an option's value.
Checked<JdbcUrl> parse_jdbc_url(std::string_view url);

}  // namespace dsr::config::dolphinscheduler
