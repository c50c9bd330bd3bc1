// SPDX-License-Identifier: Apache-2.0
#include "config/validate.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support.hpp"

namespace dsr::validate_test {

using namespace dsr::config;
using namespace dsr::config::test;
using Catch::Contains;

namespace {

struct Expected {
    std::string text;
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};

void check_all(const std::vector<std::string>& found, const std::vector<std::string>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK_THAT(found[i], Contains(expected[i]));
}

}  // namespace

TEST_CASE("rules about several keys") {
    const std::vector<Expected> table = {
        {"database: {type: sqlite, path: /a.db}", {}, {}},
        {"http: {listen: \"[::1]:9530\"}", {}, {}},
        {"http: {listen: \"[0:0:0:0:0:0:0:1]:9530\"}", {}, {}},
        {"http: {listen: \"0.0.0.0:9530\"}", {}, {"is not on loopback and there is no http.token_file"}},
        {"http: {listen: \"0.0.0.0:9530\", enabled: false}", {}, {}},
        {"http: {listen: \"localhost:9530\"}", {"is not address:port"}, {}},
        {"http: {listen: \"::1:9530\"}", {"is not address:port"}, {}},
        {"http: {listen: \"127.0.0.1:0\"}", {"has no valid port"}, {}},
        {"http: {listen: \"0.0.0.0:9530\", read_token: another-token-0123456789}", {}, {"stands in the configuration"}},
        {"http: {token: too-short}", {"is not a token"}, {}},
        {"http: {read_token: too-short}", {"is not a token"}, {}},
        {"http: {token: a-token-0123456789, read_token: a-token-0123456789}",
         {"http.read_token: is the same token as http.token"},
         {"http.token: stands", "http.read_token: stands"}},
        {"database: {type: sqlite, path: /a.db, statement_timeout: 5s}", {}, {}},
        {"database:\n  type: sqlite\n", {"test.yaml:1: database.path: is required with database.type sqlite"}, {}},
        {"database:\n  type: sqlite\n  path: null\n", {"database.path: is required"}, {}},
        {"database:\n  type: sqlite\n  path: a.db\n",
         {"test.yaml:3: database.path: \"a.db\" is not an absolute path"},
         {}},
        {"database:\n  type: sqlite\n  path: /a.db\n  host: db\n  port: 1\n  name: n\n  user: u\n  password: p\n  "
         "password_file: /none\n"
         "  connect_timeout: 5s\n",
         {"test.yaml:4: database.host: is not for database.type sqlite", "test.yaml:5: database.port: is not for",
          "test.yaml:6: database.name: is not for", "test.yaml:7: database.user: is not for",
          "test.yaml:8: database.password: is not for", "test.yaml:8: database.password: is given together",
          "test.yaml:9: database.password_file: is not for", "test.yaml:10: database.connect_timeout: is not for"},
         {}},
        {"database:\n  type: sqlite\n  path: /a.db\n  password_file: /none\n", {"password_file: is not for"}, {}},
        {"database: {type: mysql, path: /a.db}", {"database.path: is only for database.type sqlite"}, {}},
        {"database: {path: /a.db}", {"database.path: is only for database.type sqlite"}, {}},
        {"database: {type: nosuch, path: /a.db, host: x}", {"database.type: \"nosuch\" is not one of"}, {}},
        {"database: {host: /run/postgresql}", {}, {}},
        {"database: {type: mysql, host: /run/mysqld}", {"database.host: is a socket folder"}, {}},

        {"database: {type: mysql, login_plugins: \"mysql_clear_password,dialog\"}", {}, {}},
        {"database: {type: sqlite, path: /a.db, login_plugins: dialog}",
         {"login_plugins: is not for database.type"},
         {}},
        {"database: {type: mysql, login_plugins: \"dialog, x\"}", {"is not a list of plugin names"}, {}},
        {"database: {type: mysql, login_plugins: \"a;ssl-enforce=0\"}", {"is not a list of plugin names"}, {}},

        {"database: {tls: {mode: require}}", {}, {}},
        {"database: {tls: {mode: verify, ca_file: /ca.pem}}", {}, {}},
        {"database: {tls: {mode: verify, ca_file: /ca.pem, cert_file: /c.pem, key_file: /c.key}}", {}, {}},
        {"database: {tls: {mode: verify}}", {"database.tls.ca_file: is required with database.tls.mode verify"}, {}},
        {"database: {tls: {mode: prefer}}",
         {"database.tls.mode: \"prefer\" is not one of: off, require or verify"},
         {}},
        {"database: {tls: {ca_file: /ca.pem}}", {"ca_file: is of no use without database.tls.mode verify"}, {}},
        {"database: {tls: {mode: require, ca_file: /ca.pem}}", {"ca_file: is of no use without"}, {}},
        {"database: {tls: {mode: verify, ca_file: /ca.pem, cert_file: /c.pem}}",
         {"database.tls.cert_file: needs database.tls.key_file"},
         {}},
        {"database: {tls: {mode: verify, ca_file: /ca.pem, key_file: /c.key}}",
         {"database.tls.key_file: needs database.tls.cert_file"},
         {}},
        {"database: {type: sqlite, path: /a.db, tls: {mode: verify, ca_file: /ca.pem}}",
         {"database.tls.mode: is not for database.type sqlite", "database.tls.ca_file: is not for"},
         {}},
        {"database: {host: /run/postgresql, tls: {mode: require}}", {"mode: is not for a socket folder"}, {}},
        {"registry: {tls: {enabled: true, ca_file: /ca.pem, cert_file: /c.pem, key_file: /c.key}}", {}, {}},
        {"registry: {tls: {enabled: true, ca_file: /ca.pem}}",
         {"registry.tls.cert_file: is required with registry.tls.enabled", "registry.tls.key_file: is required"},
         {}},
        {"registry: {tls: {ca_file: /ca.pem}}", {"ca_file: is of no use without registry.tls.enabled true"}, {}},
        {"registry: {tls: {enabled: true, ca_file: \"/a,b.pem\", cert_file: /c.pem, key_file: /c.key}}",
         {"contains a comma"},
         {}},

        {"registry: {type: jdbc}", {}, {}},
        {"registry: {type: jdbc, lock_layout: per_address, namespace: ds}\nfailover: {lock_hold: 5s, grace: 5s}",
         {},
         {}},
        {"registry: {type: jdbc, connect: \"zk:2181\"}", {"registry.connect: is only for registry.type zookeeper"}, {}},
        {"registry: {type: jdbc, endpoints: \"http://e:2379\"}", {"endpoints: is only for registry.type etcd"}, {}},
        {"registry: {type: jdbc, tls: {ca_file: /ca.pem}}",
         {"ca_file: is of no use without registry.type zookeeper or etcd"},
         {}},
        {"registry: {type: jdbc}\nfailover: {lock_hold: 6s}",
         {"failover.lock_hold: is at most 5s with registry.type jdbc"},
         {}},
        {"registry: {type: jdbc}\ndatabase: {type: sqlite, path: /a.db}",
         {"registry.type: jdbc is not for database.type sqlite"},
         {}},
        {"registry: {type: mysql}", {"registry.type: mysql is not supported: with this registry of 3.1"}, {}},
        {"registry: {type: nosuch}", {"registry.type: \"nosuch\" is not one of: zookeeper, etcd or jdbc"}, {}},

        {"failover: {grace: 29s}",
         {},
         {"test.yaml:1: failover.grace: 29s is shorter than registry.session_timeout (30s)"}},
        {"failover: {grace: 30s}", {}, {}},
        {"failover: {grace: 0s}", {}, {}},
        {"failover: {grace: 0s, confirmations: 1}", {}, {}},
        {"registry:\n  session_timeout: 5m\n",
         {},
         {"failover.grace: 150s is shorter than registry.session_timeout (5m)"}},
        {"failover: {grace: 1x}", {"failover.grace: \"1x\" has an unknown unit"}, {}},
        {"failover: {lock_hold: 1s, lock_wait: 10s, kill_wait: 500ms}", {}, {}},
        {"failover: {kill_wait: 20s}", {}, {"failover.kill_wait: 20s is not shorter than failover.lock_hold (20s)"}},
        {"failover: {kill_wait: 20s, live_worker_tasks: hold}", {}, {}},
        {"alerts: {table: false}", {}, {}},
        {"alerts: {log: false}", {}, {}},
        {"alerts: {table: false, log: false}", {}, {"alerts.log: alerts.table is off too"}},
    };
    for (const auto& [text, errors, warnings] : table) {
        INFO(text);
        const LoadResult result = load_yaml(text);
        INFO(all_text(result));
        CHECK(result.config.has_value() == errors.empty());
        check_all(lines(result.errors), errors);
        check_all(lines(result.warnings), warnings);
    }
}

TEST_CASE("with registry.type jdbc a hand-over is short by itself") {
    const auto hold = [](std::string_view text) { return load_yaml(text).config.value().policy.lock_hold; };
    CHECK(hold("registry: {type: jdbc}") == std::chrono::seconds{5});
    CHECK(hold("registry: {type: jdbc}\nfailover: {lock_hold: 2s}") == std::chrono::seconds{2});
    CHECK(hold("registry: {type: etcd}") == std::chrono::seconds{20});
}

}  // namespace dsr::validate_test
