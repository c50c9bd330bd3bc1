// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "config/keys.hpp"
#include "support.hpp"

namespace dsr::environment_test {

using namespace dsr::config;
using namespace dsr::model;
using namespace dsr::config::test;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::StartsWith;

namespace {

LoadResult load_with(std::string_view yaml, Environment environment) {
    environment.insert(zone_variable.begin(), zone_variable.end());
    return load_text(yaml, Syntax::yaml, "test.yaml", environment);
}

}  // namespace

TEST_CASE("variables are named after the keys") {
    CHECK(environment_name("database.password_file") == "DS_RECONCILER_DATABASE__PASSWORD_FILE");
    CHECK(environment_name("sweep.on_start") == "DS_RECONCILER_SWEEP__ON_START");
    std::set<std::string> names;
    for (const auto& key : keys()) names.insert(environment_name(key.path));
    CHECK(names.size() == keys().size());
}

TEST_CASE("a variable overrides the file") {
    const auto result =
        load_with("sweep: {interval: 5m, watch: true}", {{"DS_RECONCILER_SWEEP__INTERVAL", "7m"},
                                                         {"DS_RECONCILER_SWEEP__WATCH", "false"},
                                                         {"DS_RECONCILER_FAILOVER__BATCH", "12"},
                                                         {"DS_RECONCILER_SWEEP__JITTER", "0.05"},
                                                         {"DS_RECONCILER_DOLPHINSCHEDULER__RECOVERS_IN_PLACE", "true"},
                                                         {"DS_RECONCILER_DATABASE__NAME", "12"},
                                                         {"PATH", "/bin"},
                                                         {"ds_reconciler_x", "y"}});
    CHECK(lines(result.errors).empty());
    REQUIRE(result.config);
    CHECK(result.config->policy.sweep_interval == 7min);
    CHECK_FALSE(result.config->sweep.watch);
    CHECK(result.config->sweep.jitter == 0.05);
    CHECK(result.config->policy.batch == 12);
    CHECK(result.config->policy.recovers_in_place == RecoversInPlace::yes);
    CHECK(result.config->database.name == "12");  // a variable has no quotes, and no need of them
    CHECK(result.config->database.time_zone == "Asia/Shanghai");
}

TEST_CASE("every key of the table can be overridden") {
    for (const auto& key : keys()) {
        INFO(key.path);
        // An impossible value has to reach the key's own check, or the key itself.
        const auto result = load_with("{}", {{environment_name(key.path), std::string(3, '\x01')}});
        REQUIRE(result.errors.size() == 1);
        CHECK(result.errors[0].source == environment_name(key.path));
        CHECK_THAT(result.errors[0].message, StartsWith(key.path + ": contains a line break or a control character"));
    }
}

TEST_CASE("errors of the environment name the variable") {
    const std::vector<std::pair<Environment, std::string>> table = {
        {{{"DS_RECONCILER_SWEEP__INTERVAL", "7"}}, "DS_RECONCILER_SWEEP__INTERVAL: sweep.interval: \"7\" has no unit"},
        {{{"DS_RECONCILER_SWEEP__INTERVAL", ""}},
         "DS_RECONCILER_SWEEP__INTERVAL: sweep.interval: is empty; unset the variable"},
        {{{"DS_RECONCILER_SWEEP__WATCH", "1"}}, "is neither true nor false"},
        {{{"DS_RECONCILER_DATABASE__USER", "\xff"}}, "DS_RECONCILER_DATABASE__USER: database.user: is not UTF-8"},
        {{{"DS_RECONCILER_SWEEP__INTERVALL", "7s"}},
         "DS_RECONCILER_SWEEP__INTERVALL: is not a known setting; the nearest is DS_RECONCILER_SWEEP__INTERVAL"},
        {{{"DS_RECONCILER_SWEEP_INTERVAL", "7s"}}, "the nearest is DS_RECONCILER_SWEEP__INTERVAL"},
        {{{"DS_RECONCILER_DATABASE_PASSWORD", "hunter2"}}, "the nearest is DS_RECONCILER_DATABASE__PASSWORD"},
        {{{"DS_RECONCILER_DATABASE_PORT", "5432"}}, "the nearest is DS_RECONCILER_DATABASE__PORT"},
        {{{"DS_RECONCILER_sweep__interval", "7s"}}, "the nearest is DS_RECONCILER_SWEEP__INTERVAL"},
        {{{"DS_RECONCILER_", "x"}},
         "DS_RECONCILER_: is not a known setting; a setting is named DS_RECONCILER_<SECTION>__<KEY>"},
        {{{"DS_RECONCILER_REGISTRY__DIGEST", "hunter2"}}, "registry.digest: is not of the form user:password"},
    };
    for (const auto& [environment, expected] : table) {
        INFO(expected);
        const auto result = load_with("{}", environment);
        REQUIRE(result.errors.size() == 1);
        CHECK(result.errors[0].line == 0);
        CHECK_THAT(to_string(result.errors[0]), Contains(expected) && !Contains("hunter2"));
    }
}

TEST_CASE("an overridden value of the file is still checked") {
    const auto result = load_with("sweep: {interval: 7}", {{"DS_RECONCILER_SWEEP__INTERVAL", "7m"}});
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].source == "test.yaml");
}

TEST_CASE("an empty variable takes back what the file gave, where nothing is a value") {
    const auto result = load_with("database: {type: mysql, password: hunter2, port: 1}",
                                  {{"DS_RECONCILER_DATABASE__PASSWORD", ""}, {"DS_RECONCILER_DATABASE__PORT", ""}});
    REQUIRE(result.config);
    CHECK_FALSE(result.config->database.password.is_set());
    CHECK(result.config->database.port == 3306);
    CHECK(result.warnings.empty());
}

TEST_CASE("what Kubernetes sets for a service of our name is passed over") {
    const auto result = load_with("{}", {{"DS_RECONCILER_SERVICE_HOST", "10.0.0.1"},
                                         {"DS_RECONCILER_SERVICE_PORT", "9530"},
                                         {"DS_RECONCILER_SERVICE_PORT_METRICS", "9530"},
                                         {"DS_RECONCILER_PORT", "tcp://10.0.0.1:9530"},
                                         {"DS_RECONCILER_PORT_9530_TCP", "tcp://10.0.0.1:9530"},
                                         {"DS_RECONCILER_PORT_9530_TCP_PROTO", "tcp"},
                                         {"DS_RECONCILER_PORT_9530_TCP_PORT", "9530"},
                                         {"DS_RECONCILER_PORT_9530_TCP_ADDR", "10.0.0.1"},
                                         {"DS_RECONCILER_METRICS_SERVICE_HOST", "10.0.0.2"},
                                         {"DS_RECONCILER_METRICS_PORT", "tcp://10.0.0.2:9530"}});
    CHECK(lines(result.errors).empty());
    CHECK(load_with("{}", {{"DS_RECONCILER_PORT", "9530"}}).errors.size() == 1);
    CHECK(load_with("{}", {{"DS_RECONCILER_SERVICE", "x"}}).errors.size() == 1);
    CHECK(load_with("{}", {{"DS_RECONCILER_PORT", "tcp://" + std::string(1'000'000, 'x')}}).errors.empty());
}

}  // namespace dsr::environment_test
