// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/log.hpp"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

namespace dsr::log_test {

using namespace dsr::registry;

TEST_CASE("the library's lines reach the youngest living sink", "[registry][log]") {
    std::vector<std::pair<LogLevel, std::string>> old_lines, young_lines;
    const auto old_sink = std::make_shared<const Log>(
        [&](LogLevel level, const std::string& line) { old_lines.emplace_back(level, line); });
    auto young_sink = std::make_shared<const Log>(
        [&](LogLevel level, const std::string& line) { young_lines.emplace_back(level, line); });
    forward_library_log(old_sink);
    forward_library_log(young_sink);
    zookeeper_log_line(
        "2026-11-23 06:20:00,123:42:ZOO_ERROR@handle_socket_error_msg@2011: Socket [127.0.0.1:1]: refused\n");
    young_sink.reset();
    zookeeper_log_line(
        "2026-11-23 06:20:00,123:42:ZOO_INFO@check_events@2473: initiated connection to server [127.0.0.1:1]");
    zookeeper_log_line("something else");
    using Lines = std::vector<std::pair<LogLevel, std::string>>;
    CHECK(young_lines == Lines{{LogLevel::warning, "ZooKeeper library: Socket [127.0.0.1:1]: refused"}});
    CHECK(old_lines == Lines{{LogLevel::debug, "ZooKeeper library: initiated connection to server [127.0.0.1:1]"},
                             {LogLevel::debug, "ZooKeeper library: something else"}});
}

}  // namespace dsr::log_test
