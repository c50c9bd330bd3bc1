// SPDX-License-Identifier: Apache-2.0
#include "config/hosts.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dsr::hosts_test {

using namespace dsr::config;
using Catch::Contains;

TEST_CASE("lists of ZooKeeper servers are kept without spaces") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"127.0.0.1:2181", "127.0.0.1:2181"},
        {"zk1:2181,zk2:2181,zk3:2181", "zk1:2181,zk2:2181,zk3:2181"},
        {" zk-1.example.com:2181 ,\tzk_2:02182 ", "zk-1.example.com:2181,zk_2:2182"},
        {"[::1]:2181", "[::1]:2181"},
        {"[2001:db8::1]:2181,zk2:1", "[2001:db8::1]:2181,zk2:1"},
        {"zk1:65535", "zk1:65535"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const auto checked = check_connect(text);
        REQUIRE_FALSE(fault_of(checked));
        CHECK(std::get<std::string>(checked) == expected);
    }
}

TEST_CASE("anything else in such a list is refused with the reason") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", "empty server"},
        {"zk1:2181,", "empty server"},
        {",zk1:2181", "empty server"},
        {"zk1:2181,,zk2:2181", "empty server"},
        {"zk1", "\"zk1\" has no port"},
        {"zk1:2181,zk2", "\"zk2\" has no port"},
        {"[::1]", "has no port"},
        {"zk1:", "no valid port"},
        {"zk1:0", "no valid port"},
        {"zk1:65536", "no valid port"},
        {"zk1:-1", "no valid port"},
        {"zk1:2181x", "no valid port"},
        {"zk1:99999999999999999999", "no valid port"},
        {"zk1:2181/ds", "registry.namespace"},
        {"zk1:2181,zk2:2181/ds/x", "registry.namespace"},
        {"/ds", "registry.namespace"},
        {"::1:2181", "brackets"},
        {"2001:db8::1:2181", "brackets"},
        {"[zk1]:2181", "host name or address"},
        {"[::g]:2181", "brackets"},
        {":2181", "host name or address"},
        {"zk 1:2181", "host name or address"},
        {"zk1:2181;zk2:2181", "brackets"},
        {"zk1:2181 zk2:2181", "brackets"},
        {"zookeeper://zk1:2181", "registry.namespace"},
        {"...:2181", "host name or address"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const auto checked = check_connect(text);
        REQUIRE(fault_of(checked));
        CHECK_THAT(fault_of(checked)->message, Contains(expected));
    }
}

TEST_CASE("libzookeeper gets IPv6 addresses without brackets") {
    CHECK(zookeeper_hosts("[::1]:2181,zk2:2182") == "::1:2181,zk2:2182");
    CHECK(zookeeper_hosts("127.0.0.1:2181") == "127.0.0.1:2181");
}

TEST_CASE("the database's host is a name, an address or a socket folder") {
    for (const std::string text :
         {"127.0.0.1", "db", "db.example.com", "::1", "fe80::1", "/var/run/postgresql", "db_1"}) {
        INFO(text);
        REQUIRE_FALSE(fault_of(check_host(text)));
        CHECK(std::get<std::string>(check_host(text)) == text);
    }
    const std::vector<std::pair<std::string, std::string>> table = {
        {"db:5432", "the port is a key of its own"}, {"db1,db2", "several hosts"},   {"", "is not a host name"},
        {"db host", "is not a host name"},           {"db'x", "is not a host name"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        REQUIRE(fault_of(check_host(text)));
        CHECK_THAT(fault_of(check_host(text))->message, Contains(expected));
    }
}

TEST_CASE("the address of a page is kept without a slash at its end") {
    const auto kept = [](std::string_view text) { return config::check_page_url(text); };
    CHECK(std::get<std::string>(kept("https://ds.example.org/dolphinscheduler/ui/")) ==
          "https://ds.example.org/dolphinscheduler/ui");
    CHECK(std::get<std::string>(kept("HTTP://10.0.0.1:12345")) == "http://10.0.0.1:12345");
    for (const char* wrong : {"", "ds.example.org", "javascript:alert(1)", "ftp://ds.example.org", "https://",
                              "https://u:p@ds.example.org/", "https://ds.example.org/?a=1", "https://ds.example.org/#x",
                              "https://ds.example.org/ x", "https://ds:99999/", "https://ds.example.org/\"x"}) {
        INFO(wrong);
        CHECK_FALSE(std::holds_alternative<std::string>(kept(wrong)));
    }
}

}  // namespace dsr::hosts_test
