// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "config/print.hpp"
#include "support.hpp"

namespace dsr::describe_test {

using namespace dsr::config;
using namespace dsr::model;
using namespace dsr::config::test;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("the description is a configuration that loads to the same values") {
    Folder folder;
    Config config;
    config.database.time_zone = "Europe/Berlin";
    SECTION("defaults") {}
    SECTION("everything else") {
        config.registry.connect = "[::1]:2181,zk2:2181";
        config.registry.name_space = "teams/a b";
        config.registry.session_timeout = 12s;
        config.registry.digest_file = folder.write("d", "u:hunter2");
        config.registry.digest = Secret{"u:hunter2"};
        config.database.tls = TlsMode::verify;
        config.database.tls_ca_file = "/ca.pem";
        config.database.type = DatabaseKind::mysql;
        config.database.host = "::1";
        config.database.port = 3307;
        config.database.name = "12";
        config.database.user = "null";
        config.database.password_file = folder.write("p \"q\"", "hunter3");
        config.database.password = Secret{"hunter3"};
        config.sweep = {0.025, false, false, true};
        config.policy = {.failover_enabled = false,
                         .grace = 0s,
                         .confirmations = 1,
                         .sweep_interval = 61s,
                         .batch = 1,
                         .rate = 2,
                         .max_per_sweep = 7,
                         .lock_wait = 100ms,
                         .lock_hold = 1s,
                         .live_worker_tasks = LiveWorkerTasks::hold,
                         .stopped_rows = StoppedRows::recover,
                         .kill_wait = 100ms,
                         .confirm_within = 10min,
                         .release_valid = 2h,
                         .max_attempts = 3,
                         .recovers_in_place = RecoversInPlace::no,
                         .lock_layout = LockLayout::global,
                         .clean_markers = false,
                         .marker_retention = 1h};
        config.alerts = {true, false, 9, 0s};
        config.recording = {false, "/tmp/r: # s", 1, 1'048'576};
        config.log = {LogLevel::trace, LogFormat::text};
    }
    SECTION("an embedded database") {
        config.database.type = DatabaseKind::sqlite;
        config.database.path = "/tmp/a: # b.db";
    }
    const std::string text = describe(config);
    INFO(text);
    CHECK_THAT(text, !Contains("hunter"));
    const auto result = load_text(text, Syntax::yaml, "described", {});
    CHECK(lines(result.errors).empty());
    REQUIRE(result.config);
    CHECK(*result.config == config);
}

TEST_CASE("the description shows defaults as they are documented, and of secrets only whether they are set") {
    Config config;
    config.database.time_zone = "UTC";
    config.database.password = Secret{"hunter2"};
    const std::string text = describe(config);
    CHECK_THAT(text, Contains("\n  password: (set)\n") || Contains("\n  # password: (set)\n"));
    CHECK_THAT(text, Contains("# digest: (not set)\n"));
    CHECK_THAT(text, Contains("\n  interval: 60s\n"));
    CHECK_THAT(text, Contains("\n  time_zone: UTC\n"));
    CHECK_THAT(text, Contains("\n  digest_file: null\n"));
    CHECK_THAT(text, !Contains("hunter2") && !Contains("path:"));
    config.database.type = DatabaseKind::sqlite;
    const auto embedded = describe(config);
    CHECK_THAT(embedded, !Contains("host:") && Contains("  path: null\n"));
    CHECK_THAT(embedded.substr(0, embedded.find("\nalerts:")), !Contains("password"));  // mail has one of its own
}

TEST_CASE("texts are quoted where YAML would read something else") {
    const Key& user = *find_key("database.user");
    for (const std::string plain : {"ds", "/etc/x.y-z_1", "Asia/Shanghai", "a1"}) CHECK(written(user, plain) == plain);
    for (const std::string text : {"1", "1.5", "true", "NO", "null", "~", "a b", "a: b", "#x", "a#", "-x", "*x", "",
                                   "\xC3\xA9", "a\"b\\c", "y"}) {
        INFO(text);
        CHECK(written(user, text).front() == '"');
        Config config;
        config.database.time_zone = "UTC";
        config.database.user = text;
        if (text.empty()) continue;  // not a user's name
        const auto result = load_text(describe(config), Syntax::yaml, "described", {});
        REQUIRE(result.config);
        CHECK(result.config->database.user == text);
    }
    CHECK(written(*find_key("failover.batch"), "5000") == "5000");
}

}  // namespace dsr::describe_test
