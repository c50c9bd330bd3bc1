// SPDX-License-Identifier: Apache-2.0
//
// The configuration as used by the daemon: plain values, typed, checked by `load()`. This file has the defaults; the
// table in keys.cpp has names, ranges and meanings. A test compares the two. Immutable once loaded, so any thread may
// read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "config/secret.hpp"

namespace dsr::config {

/// The server behind DolphinScheduler's database; `mysql` includes MariaDB.
enum class DatabaseType { postgresql, mysql, sqlite };

/// Protection of the connection to the database server: the library's default (`off`), encrypted to any server
/// (`require`), or encrypted to a server with a checked certificate and name (`verify`).
enum class DatabaseTls { off, require, verify };

/// Which lock DolphinScheduler's masters take for a failover: derived from the schema (`automatic`), or one of
/// `/lock/master-failover`, `/lock/master-failover/<address>`, `/lock/failover/masters/<address>`.
enum class LockLayout { automatic, global, per_address, failover_masters };

/// How to treat a lost workflow that is being stopped or paused, if a master would turn it into running.
enum class StoppedRows { hold, recover };

/// How to treat an unfinished task whose worker is alive, in DolphinScheduler 3.1 and older.
enum class LiveWorkerTasks { kill, hold, mark };

/// Whether the daemon executes its decisions, or only records them in its journal.
enum class FailoverMode { act, shadow };

/// Whether this build of DolphinScheduler leaves the lost host in a row that a master took over.
enum class RecoversInPlace { automatic, yes, no };

/// The webhook's format: this project's own JSON, Slack's, or Alertmanager's /api/v2/alerts.
enum class WebhookTemplate { generic, slack, alertmanager };

/// Encryption to the mail server: after STARTTLS, from the first byte, or none.
enum class EmailTls { starttls, tls, none };

enum class LogLevel { trace, debug, info, warn, error };

/// `automatic`: text on a terminal, JSON elsewhere.
enum class LogFormat { automatic, text, json };

struct Registry {
    /// `host:port`, several separated by commas without spaces. For libzookeeper: `zookeeper_hosts(connect)` of
    /// config/hosts.hpp.
    std::string connect = "127.0.0.1:2181";
    /// Without a leading slash; may have several levels.
    std::string name_space = "dolphinscheduler";
    /// The requested value; the server may grant another.
    std::chrono::milliseconds session_timeout{30'000};
    std::filesystem::path digest_file;
    /// `user:password` of the digest scheme, from `digest_file` or given directly; not set means no authentication.
    Secret digest;
    LockLayout lock_layout = LockLayout::automatic;
    /// TLS by the client library, if it was built with it.
    bool tls = false;
    std::filesystem::path tls_ca_file;
    std::filesystem::path tls_cert_file;
    std::filesystem::path tls_key_file;

    friend bool operator==(const Registry&, const Registry&) = default;
};

struct Database {
    DatabaseType type = DatabaseType::postgresql;
    /// A name, an address, or with PostgreSQL the absolute path of a socket folder. Not for sqlite.
    std::string host = "127.0.0.1";
    /// 5432 or 3306 by `type` if not given. Not for sqlite.
    std::uint16_t port = 5432;
    std::string name = "dolphinscheduler";
    std::string user = "ds";
    std::filesystem::path password_file;
    /// From `password_file` or given directly; not set means a login without password.
    Secret password;
    /// Names of authentication plugins, separated by commas without spaces; for mysql only.
    std::string login_plugins = "mysql_native_password,caching_sha2_password,client_ed25519";
    /// The database file; sqlite only.
    std::filesystem::path path;
    /// IANA name of the zone of the masters' JVM. Required, so never empty in a loaded configuration.
    std::string time_zone;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{30'000};
    /// Not for sqlite; neither are its files, which are for `verify` only.
    DatabaseTls tls = DatabaseTls::off;
    std::filesystem::path tls_ca_file;
    std::filesystem::path tls_cert_file;
    std::filesystem::path tls_key_file;

    friend bool operator==(const Database&, const Database&) = default;
};

struct Sweep {
    std::chrono::milliseconds interval{60'000};
    /// Ratio, 0 to 0.5: random variation of each pause between sweeps, as a part of it.
    double jitter = 0.10;
    bool on_start = true;
    bool watch = true;

    friend bool operator==(const Sweep&, const Sweep&) = default;
};

struct Failover {
    bool enabled = true;
    std::chrono::milliseconds grace{150'000};
    int confirmations = 2;
    int batch = 5000;
    /// Workflows in a second. 0: no limit.
    int rate = 0;
    std::chrono::milliseconds lock_wait{10'000};
    std::chrono::milliseconds lock_hold{20'000};
    /// 0: no limit.
    int max_per_sweep = 0;
    LiveWorkerTasks live_worker_tasks = LiveWorkerTasks::kill;
    std::chrono::milliseconds kill_wait{5'000};
    std::chrono::milliseconds confirm_within{std::chrono::minutes{10}};
    std::chrono::milliseconds release_valid{std::chrono::hours{1}};
    int max_attempts = 3;
    FailoverMode mode = FailoverMode::act;
    StoppedRows stopped_rows = StoppedRows::hold;

    friend bool operator==(const Failover&, const Failover&) = default;
};

/// The daemon's own tables for actions and state, in DolphinScheduler's database.
struct Journal {
    bool create = false;
    bool required = true;
    std::chrono::milliseconds retention{std::chrono::hours{24 * 90}};

    friend bool operator==(const Journal&, const Journal&) = default;
};

struct Guards {
    std::chrono::milliseconds mass_loss_window{std::chrono::minutes{10}};
    std::chrono::milliseconds clock_skew{std::chrono::minutes{1}};

    friend bool operator==(const Guards&, const Guards&) = default;
};

struct DolphinScheduler {
    RecoversInPlace recovers_in_place = RecoversInPlace::automatic;

    friend bool operator==(const DolphinScheduler&, const DolphinScheduler&) = default;
};

struct Markers {
    bool clean = true;
    std::chrono::milliseconds retention{std::chrono::hours{24 * 7}};

    friend bool operator==(const Markers&, const Markers&) = default;
};

struct Alerts {
    bool table = true;
    bool log = true;
    /// Id of a row of `t_ds_alertgroup`.
    int group = 1;
    std::chrono::milliseconds suppress{std::chrono::minutes{60}};
    /// The cluster's name in alerts; empty means the registry's namespace.
    std::string cluster = {};

    friend bool operator==(const Alerts&, const Alerts&) = default;
};

/// The keys below alerts.webhook. Without a URL there is no webhook.
struct Webhook {
    std::filesystem::path url_file;
    /// Secret, because chat services put their token into it.
    Secret url;
    WebhookTemplate form = WebhookTemplate::generic;
    std::filesystem::path ca_file;
    std::filesystem::path secret_file;
    /// Key for signing requests.
    Secret secret;
    std::chrono::milliseconds timeout{10'000};

    friend bool operator==(const Webhook&, const Webhook&) = default;
};

/// The keys below alerts.email. Without a server there is no e-mail.
struct Email {
    /// `host:port`.
    std::string server;
    EmailTls tls = EmailTls::starttls;
    std::filesystem::path ca_file;
    std::string user;
    std::filesystem::path password_file;
    Secret password;
    std::string from;
    /// Addresses, separated by commas without spaces.
    std::string to;
    std::chrono::milliseconds timeout{20'000};

    friend bool operator==(const Email&, const Email&) = default;
};

/// Recordings of what each sweep observed, for `ds-reconcilerd replay`.
struct Recording {
    bool enabled = true;
    std::filesystem::path folder = "/var/lib/ds-reconciler/recordings";
    int files = 200;
    /// MiB.
    int size = 64;

    friend bool operator==(const Recording&, const Recording&) = default;
};

/// Health, metrics and the API.
struct Http {
    bool enabled = true;
    /// `address:port`, an IPv6 address in brackets.
    std::string listen = "127.0.0.1:9530";
    std::filesystem::path socket = "/run/ds-reconciler/http.sock";
    std::filesystem::path token_file;
    /// From `token_file` or given directly; not set means that nothing can be changed over HTTP.
    Secret token;
    std::filesystem::path read_token_file;
    /// From `read_token_file` or given directly; allows only reading, where reading needs a token.
    Secret read_token;

    friend bool operator==(const Http&, const Http&) = default;
};

struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::automatic;

    friend bool operator==(const Log&, const Log&) = default;
};

/// The whole configuration. A default-constructed one lacks only `database.time_zone`, which has no default.
struct Config {
    Registry registry;
    Database database;
    Sweep sweep;
    Failover failover;
    Journal journal;
    Guards guards;
    DolphinScheduler dolphinscheduler;
    Markers markers;
    Alerts alerts;
    Webhook webhook;
    Email email;
    Recording recording;
    Http http;
    Log log;

    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace dsr::config
