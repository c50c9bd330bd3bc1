// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "config/keys.hpp"
#include "support.hpp"

namespace dsr::load_test {

using namespace dsr::config;
using namespace dsr::model;
using namespace dsr::config::test;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

// Acts as a user without special rights for as long as it lives, because root may read everything.
class OrdinaryUser {
public:
    OrdinaryUser() : was_root_{::geteuid() == 0} {
        if (was_root_) REQUIRE(::seteuid(65534) == 0);
    }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;
    ~OrdinaryUser() {
        if (was_root_ && ::seteuid(0) != 0) std::abort();
    }

private:
    bool was_root_;
};

struct Bad {
    std::string text;
    std::string error;
};

void check_bad(const std::vector<Bad>& table) {
    for (const auto& [text, error] : table) {
        INFO(text);
        const LoadResult result = load_yaml(text);
        CHECK_FALSE(result.config.has_value());
        REQUIRE(lines(result.errors).size() == 1);
        CHECK_THAT(lines(result.errors)[0], Contains(error));
    }
}

}  // namespace

TEST_CASE("the configuration of the documentation is read into typed values") {
    const auto result = load_text(R"(
registry:  {connect: "127.0.0.1:2181", namespace: dolphinscheduler, session_timeout: 30s, digest_file: null}
database:  {type: postgresql, host: 127.0.0.1, port: 5432, name: dolphinscheduler, user: ds, time_zone: Asia/Shanghai}
sweep:     {interval: 60s, jitter: 0.1, on_start: true, watch: true}
failover:  {enabled: true, grace: 150s, confirmations: 2, batch: 5000, rate: 0, lock_wait: 10s, lock_hold: 20s, max_per_sweep: 0, live_worker_tasks: kill, kill_wait: 5s, confirm_within: 10m, release_valid: 1h, max_attempts: 3, mode: act, stopped_rows: hold}
journal:   {create: false, required: true, retention: 90d}
guards:    {mass_loss_window: 10m, clock_skew: 60s}
dolphinscheduler: {recovers_in_place: auto}
markers:   {clean: true, retention: 7d}
alerts:    {table: true, log: true, group: 1, suppress: 60m}
)",
                                  Syntax::yaml, "test.yaml", {});
    CHECK(lines(result.errors).empty());
    CHECK(lines(result.warnings).empty());
    REQUIRE(result.config);
    Config expected;
    expected.database.time_zone = "Asia/Shanghai";
    CHECK(*result.config == expected);
}

TEST_CASE("the defaults are those of the documentation") {
    const Config config;
    CHECK(config.registry.connect == "127.0.0.1:2181");
    CHECK(config.registry.name_space == "dolphinscheduler");
    CHECK(config.registry.session_timeout == 30s);
    CHECK(config.policy.lock_layout == std::nullopt);
    CHECK(config.database.type == DatabaseKind::postgresql);
    CHECK(config.database.host == "127.0.0.1");
    CHECK(config.database.port == 5432);
    CHECK(config.database.name == "dolphinscheduler");
    CHECK(config.database.user == "ds");
    CHECK(config.database.time_zone.empty());
    CHECK(config.database.connect_timeout == 5s);
    CHECK(config.database.statement_timeout == 30s);
    CHECK(config.policy.sweep_interval == 60s);
    CHECK(config.sweep.jitter == 0.1);
    CHECK(config.sweep.on_start);
    CHECK(config.sweep.watch);
    CHECK(config.policy.failover_enabled);
    CHECK(config.policy.grace == 150s);
    CHECK(config.policy.confirmations == 2);
    CHECK(config.policy.batch == 5000);
    CHECK(config.policy.rate == 0);
    CHECK(config.policy.lock_wait == 10s);
    CHECK(config.policy.lock_hold == 20s);
    CHECK(config.policy.max_per_sweep == 0);
    CHECK(config.policy.live_worker_tasks == LiveWorkerTasks::kill);
    CHECK(config.policy.kill_wait == 5s);
    CHECK(config.policy.confirm_within == 10min);
    CHECK(config.policy.release_valid == 1h);
    CHECK(config.policy.max_attempts == 3);
    CHECK(config.sweep.shadow == false);
    CHECK_FALSE(config.policy.journal_create);
    CHECK(config.policy.journal_required);
    CHECK(config.policy.journal_retention == 24h * 90);
    CHECK(config.policy.mass_loss_window == 10min);
    CHECK(config.policy.clock_skew == 60s);
    CHECK(config.policy.recovers_in_place == RecoversInPlace::automatic);
    CHECK(config.policy.clean_markers);
    CHECK(config.policy.marker_retention == 168h);
    CHECK(config.recording.enabled);
    CHECK(config.recording.folder == "/var/lib/ds-reconciler/recordings");
    CHECK(config.recording.files == 200);
    CHECK(config.recording.size == 64);
    CHECK(config.alerts.table);
    CHECK(config.alerts.log);
    CHECK(config.alerts.group == 1);
    CHECK(config.alerts.suppress == 60min);
    CHECK(config.log.level == LogLevel::info);
    CHECK(config.log.format == LogFormat::automatic);
}

TEST_CASE("every key can be changed") {
    Folder folder;
    const auto digest = folder.write("digest", "user:hunter2\n");
    const auto password = folder.write("password", "hunter3\n");
    const auto result = load_text(R"(
registry:
  connect: "zk1:2181, zk2:2182"
  namespace: teams/ds
  session_timeout: 12s
  digest_file: )" + digest.string() + R"(
  lock_layout: failover_masters
database:
  type: mysql
  host: db.example.com
  port: 33060
  name: ds
  user: "reconciler"
  password_file: )" + password.string() +
                                      R"(
  time_zone: Europe/Berlin
  connect_timeout: 7s
  statement_timeout: 500ms
  login_plugins: dialog
sweep: {interval: 5m, jitter: 0.025, on_start: false, watch: FALSE}
failover:
  enabled: false
  grace: 0s
  confirmations: 1
  batch: 10000
  rate: 2000
  lock_wait: 1m
  lock_hold: 1s
  max_per_sweep: 7
  live_worker_tasks: mark
  kill_wait: 100ms
  confirm_within: 1s
  release_valid: 2h
  max_attempts: 1000
  mode: shadow
  stopped_rows: recover
journal: {create: true, required: false, retention: 24h}
guards: {mass_loss_window: 1s, clock_skew: 1h}
dolphinscheduler: {recovers_in_place: false}
markers: {clean: false, retention: 1h}
alerts: {table: false, log: true, group: 9, suppress: 0s}
log: {level: debug, format: json}
)",
                                  Syntax::yaml, "test.yaml", {});
    CHECK(lines(result.errors).empty());
    CHECK(lines(result.warnings).empty());
    REQUIRE(result.config);
    Config e;
    e.registry = {"zk1:2181,zk2:2182", "teams/ds", 12s, digest, Secret{"user:hunter2"}, false, {}, {}, {}};
    e.database.type = DatabaseKind::mysql;
    e.database.host = "db.example.com";
    e.database.port = 33060;
    e.database.name = "ds";
    e.database.user = "reconciler";
    e.database.password_file = password;
    e.database.password = Secret{"hunter3"};
    e.database.time_zone = "Europe/Berlin";
    e.database.connect_timeout = 7s;
    e.database.statement_timeout = 500ms;
    e.database.login_plugins = "dialog";
    e.sweep = {0.025, false, false, true};
    e.policy = {.failover_enabled = false,
                .grace = 0s,
                .confirmations = 1,
                .sweep_interval = 5min,
                .batch = 10000,
                .rate = 2000,
                .max_per_sweep = 7,
                .lock_wait = 60s,
                .lock_hold = 1s,
                .live_worker_tasks = LiveWorkerTasks::mark,
                .stopped_rows = StoppedRows::recover,
                .kill_wait = 100ms,
                .confirm_within = 1s,
                .release_valid = 2h,
                .max_attempts = 1000,
                .journal_required = false,
                .journal_create = true,
                .journal_retention = 24h,
                .mass_loss_window = 1s,
                .clock_skew = 1h,
                .recovers_in_place = RecoversInPlace::no,
                .lock_layout = LockLayout::failover_masters,
                .clean_markers = false,
                .marker_retention = 1h};
    e.alerts = {false, true, 9, 0s};
    e.log = {LogLevel::debug, LogFormat::json};
    CHECK(*result.config == e);
}

TEST_CASE("JSON with the same keys means the same") {
    const auto yaml = load_yaml(
        "sweep:\n  interval: 5m\n  watch: false\nfailover: {batch: 9}\ndolphinscheduler: {recovers_in_place: true}\n");
    const auto json = load_json(
        R"({"sweep": {"interval": "5m", "watch": false}, "failover": {"batch": 9}, "dolphinscheduler": {"recovers_in_place": true}})");
    REQUIRE(yaml.config);
    REQUIRE(json.config);
    CHECK(*yaml.config == *json.config);
    CHECK(json.config->policy.batch == 9);
    CHECK(json.config->policy.recovers_in_place == RecoversInPlace::yes);
}

TEST_CASE("ports have the default of the database's type") {
    CHECK(load_yaml("database: {type: mysql}").config->database.port == 3306);
    CHECK(load_yaml("database: {type: postgresql}").config->database.port == 5432);
    CHECK(load_yaml("database: {type: mysql, port: null}").config->database.port == 3306);
    CHECK(load_yaml("database: {type: mysql, port: 5432}").config->database.port == 5432);
}

TEST_CASE("sections may be empty, in any order, or missing") {
    CHECK(load_yaml("{}").config.has_value());
    CHECK(load_yaml("alerts:\nsweep:\n  # interval: 5s\nlog: {}\n").config.has_value());
    CHECK(load_json("{\"alerts\": null}").config.has_value());
}

TEST_CASE("values of the wrong kind, unit or range are refused with file, line and key") {
    check_bad({
        {"sweep: {interval: 150}", "test.yaml:1: sweep.interval: \"150\" has no unit"},
        {"sweep:\n  interval: 10 parsecs", "test.yaml:2: sweep.interval: \"10 parsecs\" has an unknown unit"},
        {"sweep:\n\n  interval: 999ms",
         "test.yaml:3: sweep.interval: \"999ms\" is out of range; it goes from 1s to 1d"},
        {"sweep: {interval: 25h}", "it goes from 1s to 1d"},
        {"sweep: {interval: [60s]}", "sweep.interval: takes a duration such as 30s, but a list stands here"},
        {"sweep: {interval: {a: 1}}", "but a section of keys stands here"},
        {"sweep: {interval: }", "sweep.interval: has no value; leave it out to take the default, 60s"},
        {"sweep: {interval: ''}", "is not a duration"},
        {"sweep: {jitter: x}", "sweep.jitter: \"x\" is not a ratio; write a number such as 0.1"},
        {"sweep: {jitter: '0.1'}", "sweep.jitter: takes a number such as 0.1 without quotes"},
        {"sweep: {jitter: 10}", "it goes from 0 to 0.5"},
        {"sweep: {jitter: 51%}", "it goes from 0 to 0.5"},
        {"sweep: {on_start: yes}", "sweep.on_start: \"yes\" is neither true nor false"},
        {"sweep: {on_start: 1}", "is neither true nor false"},
        {"sweep: {on_start: 'true'}", "sweep.on_start: takes true or false without quotes"},
        {"failover: {confirmations: 0}", "failover.confirmations: \"0\" is out of range; it goes from 1 to 100"},
        {"failover: {confirm_within: 999ms}", "it goes from 1s to 1d"},
        {"failover: {max_attempts: 0}", "it goes from 1 to 1000"},
        {"journal: {retention: 23h}", "it goes from 1d to 3650d"},
        {"guards: {mass_loss_window: 0s}", "it goes from 1s to 1d"},
        {"guards: {clock_skew: 61m}", "it goes from 1s to 1h"},
        {"failover: {confirmations: two}", "\"two\" is not a whole number"},
        {"failover: {confirmations: 2.0}", "\"2.0\" is not a whole number"},
        {"failover: {confirmations: '2'}", "takes a whole number without quotes"},
        {"failover: {batch: 10001}", "it goes from 1 to 10000"},
        {"failover: {batch: 99999999999999999999}", "is too large a number"},
        {"failover: {lock_hold: 900ms}", "failover.lock_hold: \"900ms\" is out of range; it goes from 1s"},
        {"failover: {max_per_sweep: -1}", "is out of range"},
        {"failover: {live_worker_tasks: Kill}",
         "failover.live_worker_tasks: \"Kill\" is not one of: kill, hold or mark"},
        {"failover: {live_worker_tasks: }", "has no value"},
        {"dolphinscheduler: {recovers_in_place: maybe}", "is not one of: auto, true or false"},
        {"database: {type: oracle}", "database.type: \"oracle\" is not one of: postgresql, mysql or sqlite"},
        {"database: {port: 0}", "it goes from 1 to 65535"},
        {"database: {port: 65536}", "it goes from 1 to 65535"},
        {"database: {host: 'db:5432'}", "database.host: \"db:5432\""},
        {"database: {name: 12}", "database.name: takes a text, but this reads as a number"},
        {"database: {user: true}", "put it in quotes"},
        {"database: {user: ''}", "database.user: is empty"},
        {"database: {user: \"a\\0b\"}", "database.user: contains a line break or a control character"},
        {"database:\n  user: |\n    ds\n", "test.yaml:2: database.user: contains a line break"},
        {"database: {password: \"a\\nb\"}", "database.password: contains a line break"},
        {"database: {password_file: \"/a\\0b\"}", "database.password_file: contains a line break"},
        {"database: {password_file: secret}", "is not an absolute path"},
        {"database: {time_zone: CST}", "database.time_zone: \"CST\" is not an IANA time zone name"},
        {"registry: {connect: 'zk1'}", "registry.connect: \"zk1\" has no port"},
        {"registry: {connect: 'zk1:2181/ds'}", "registry.namespace"},
        {"registry: {namespace: /ds}", "starts with a slash"},
        {"registry: {digest: hunter2}", "registry.digest: is not of the form user:password"},
        {"markers: {retention: 1m}", "it goes from 1h to 365d"},
        {"alerts: {group: 2147483648}", "it goes from 1 to 2147483647"},
        {"log: {level: verbose}", "is not one of: trace, debug, info, warn or error"},
        {"sweep: 60s", "test.yaml:1: sweep: is a section"},
        {"sweep: [interval]", "sweep: is a section"},
    });
}

TEST_CASE("a jitter in percent, the old form, is still read, with a warning") {
    const auto yaml = load_yaml("sweep:\n  jitter: 2.5%\n");
    const auto json = load_json(R"({"sweep": {"jitter": "2.5%"}})");
    for (const auto* result : {&yaml, &json}) {
        REQUIRE(result->config);
        CHECK(result->config->sweep.jitter == 0.025);
        REQUIRE(result->warnings.size() == 1);
        CHECK_THAT(result->warnings[0].message,
                   Contains("sweep.jitter: \"2.5%\" is the old form") && EndsWith("write 0.025"));
    }
    CHECK(yaml.warnings[0].line == 2);
    CHECK(load_json(R"({"sweep": {"jitter": 0.025}})").config->sweep.jitter == 0.025);
}

TEST_CASE("unknown keys are refused with the nearest known one") {
    check_bad({
        {"sweep:\n  intervall: 5s",
         "test.yaml:2: unknown key \"sweep.intervall\"; the nearest known key is sweep.interval"},
        {"sweep: {Interval: 5s}", "the nearest known key is sweep.interval"},
        {"database: {passwort_file: /x}", "the nearest known key is database.password_file"},
        {"databse: {host: db}", "unknown key \"databse\"; the nearest known key is database"},
        {"failover: {retention: 7d}", "the nearest known key is markers.retention"},
        {"grace: 10s", "unknown key \"grace\"; the nearest known key is failover.grace"},
        {"sweep.interval: 10s", "unknown key \"sweep.interval\"; write interval below sweep"},
        {"<<: {a: 1}", "unknown key \"<<\""},
        {"\"\": 1", "unknown key \"\""},
        {"\"a\\nb\": 1", "unknown key \"a\\x0ab\""},
        // keys that do not exist yet are not accepted in silence
        {"registry: {tls: true}", "registry.tls: is a section; its keys stand below it"},
        {"web: {port: 1}", "unknown key \"web\""},
        {"guards: {mass_loss_windw: 10m}", "the nearest known key is guards.mass_loss_window"},
        {"journal: {enabled: true}", "unknown key \"journal.enabled\""},
        {"failover: {mass_loss_window: 10m}", "the nearest known key is guards.mass_loss_window"},
    });
    const auto long_name = load_yaml(std::string(1000, 'x') + ": 1\n");
    REQUIRE(long_name.errors.size() == 1);
    CHECK(long_name.errors[0].message.size() < 200);
}

TEST_CASE("all errors come at once, by line") {
    const auto result = load_text(
        "failover:\n"
        "  grace: 5\n"
        "  bach: 1\n"
        "sweep:\n"
        "  jitter: 0.9\n"
        "database:\n"
        "  port: x\n"
        "  host: 'a b'\n"
        "  host: c\n",
        Syntax::yaml, "/etc/test.yaml",
        {{"DS_RECONCILER_SWEEP__WATCH", "maybe"}, {"DS_RECONCILER_NOPE", "x"}, {"DS_RECONCILER_DATABASE__NAME", ""}});
    const auto found = lines(result.errors);
    REQUIRE(found.size() == 10);
    CHECK_THAT(found[0], StartsWith("/etc/test.yaml:2: failover.grace: \"5\" has no unit"));
    CHECK_THAT(found[1], StartsWith("/etc/test.yaml:3: unknown key \"failover.bach\""));
    CHECK_THAT(found[2], StartsWith("/etc/test.yaml:5: sweep.jitter:"));
    CHECK_THAT(found[3], StartsWith("/etc/test.yaml:6: database.time_zone: is missing"));
    CHECK_THAT(found[4], StartsWith("/etc/test.yaml:7: database.port:"));
    CHECK_THAT(found[5], StartsWith("/etc/test.yaml:8: database.host:"));
    CHECK_THAT(found[6], StartsWith("/etc/test.yaml:9: \"host\" is given twice"));
    CHECK_THAT(found[7], StartsWith("DS_RECONCILER_DATABASE__NAME: database.name: is empty"));
    CHECK_THAT(found[8], StartsWith("DS_RECONCILER_NOPE: is not a known setting"));
    CHECK_THAT(found[9], StartsWith("DS_RECONCILER_SWEEP__WATCH: sweep.watch: \"maybe\""));
    CHECK_FALSE(result.config);
}

TEST_CASE("a syntax error hides neither the line nor the environment's errors") {
    const auto result =
        load_text("sweep:\n  interval: a: b\n", Syntax::yaml, "test.yaml", {{"DS_RECONCILER_SWEEP__WATCH", "maybe"}});
    const auto found = lines(result.errors);
    REQUIRE(found.size() == 2);
    CHECK_THAT(found[0], StartsWith("test.yaml:2: is not valid YAML"));
    CHECK_THAT(found[1], StartsWith("DS_RECONCILER_SWEEP__WATCH"));
}

TEST_CASE("a placeholder of an example is refused for every key, with what to write instead") {
    const auto zone = load_text("database:\n  time_zone: CHANGE_ME\n", Syntax::yaml, "test.yaml", {});
    REQUIRE(zone.errors.size() == 1);
    CHECK_THAT(to_string(zone.errors[0]),
               StartsWith("test.yaml:2: database.time_zone: is still the placeholder CHANGE_ME. ") &&
                   Contains("the time zone that the masters' JVM runs in") && EndsWith("Such as: Asia/Shanghai"));
    for (const auto& key : keys()) {
        const auto variable = environment_name(key.path);
        const auto loaded = load_text("{}", Syntax::yaml, "test.yaml", {{variable, std::string{placeholder}}});
        INFO(key.path);
        CHECK(std::ranges::any_of(loaded.errors, [&](const Problem& problem) {
            return problem.source == variable && problem.message.starts_with(key.path + ": is still the placeholder");
        }));
    }
}

TEST_CASE("the time zone is required") {
    const auto nowhere = load_text("{}", Syntax::yaml, "test.yaml", {});
    REQUIRE(nowhere.errors.size() == 1);
    CHECK_THAT(to_string(nowhere.errors[0]),
               StartsWith("test.yaml: database.time_zone: is missing") && Contains("Asia/Shanghai"));
    const auto in_section = load_text("\ndatabase:\n  name: x\n", Syntax::yaml, "test.yaml", {});
    REQUIRE(in_section.errors.size() == 1);
    CHECK_THAT(to_string(in_section.errors[0]), StartsWith("test.yaml:2: database.time_zone: is missing"));
    const auto null = load_text("database:\n  time_zone:\n", Syntax::yaml, "test.yaml", {});
    REQUIRE(null.errors.size() == 1);
    CHECK_THAT(to_string(null.errors[0]), StartsWith("test.yaml:2: database.time_zone: has no value"));
}

TEST_CASE("files are read, JSON by the end of the name") {
    Folder folder;
    const auto yaml = folder.write("a.yaml", zone + "sweep: {interval: 5m}\n");
    const auto json = folder.write("a.json", R"({"database": {"time_zone": "UTC"}, "sweep": {"interval": "5m"}})");
    const auto other = folder.write("config", zone);
    CHECK(load(yaml, {}).config->policy.sweep_interval == 5min);
    CHECK(load(yaml, {}).config->file == yaml);
    CHECK(load(std::filesystem::relative(yaml), {}).config->file.is_absolute());
    CHECK(load(json, {}).config->policy.sweep_interval == 5min);
    CHECK(load(other, {}).config.has_value());
    const auto not_json = folder.write("b.json", zone);
    CHECK_THAT(all_text(load(not_json, {})), Contains(not_json.string() + ":1: is not valid JSON"));
    CHECK_FALSE(load(folder.write("c.json", "{\"database\": {\"time_zone\": \"UTC\"},}"), {}).config);
}

TEST_CASE("files that cannot be read are named with the reason") {
    Folder folder;
    const auto error_of = [](const std::filesystem::path& file) {
        const auto result = load(file, {});
        REQUIRE(result.errors.size() == 1);
        CHECK_FALSE(result.config);
        CHECK(result.errors[0].line == 0);
        CHECK(result.errors[0].source == file.string());
        return result.errors[0].message;
    };
    CHECK_THAT(error_of(folder.path / "none.yaml"), Contains("No such file or directory"));
    CHECK_THAT(error_of(""), Contains("No such file or directory"));
    CHECK_THAT(error_of(folder.path), Contains("is a directory"));
    CHECK_THAT(error_of(folder.write("a", zone) / "b"), Contains("Not a directory"));
    CHECK_THAT(error_of("/proc/self/mem"), Contains("cannot be read: Input/output error"));
    CHECK_THAT(error_of(folder.write("empty.yaml", "")), Contains("is empty"));
    CHECK_THAT(error_of("/dev/null"), Contains("is empty"));
    CHECK_THAT(error_of("/dev/zero"), Contains("is larger than 1024 KiB"));

    const auto locked = folder.write("locked.yaml", zone);
    std::filesystem::permissions(locked, std::filesystem::perms::none);
    const OrdinaryUser user;
    CHECK_THAT(error_of(locked), Contains("cannot be opened: Permission denied"));
}

TEST_CASE("one mebibyte is the limit") {
    Folder folder;
    const std::string start = zone + "# ";
    const std::string filler(1024 * 1024 - start.size(), 'x');
    CHECK(load(folder.write("fits.yaml", start + filler), {}).config.has_value());
    const auto result = load(folder.write("over.yaml", start + filler + "x"), {});
    REQUIRE(result.errors.size() == 1);
    CHECK_THAT(result.errors[0].message, Contains("is larger than 1024 KiB"));
}

TEST_CASE("a file may be a pipe") {
    Folder folder;
    const auto pipe = folder.path / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::thread writer{[&] { std::ofstream{pipe} << zone; }};
    const auto result = load(pipe, {});
    writer.join();
    CHECK(lines(result.errors).empty());
}

}  // namespace dsr::load_test
