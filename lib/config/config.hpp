// SPDX-License-Identifier: Apache-2.0
//
// The configuration as used by the daemon: plain values, typed, checked by `load()`. This file and model/policy.hpp
// have the defaults; the table in keys.cpp has names, ranges and meanings. Immutable once loaded, so any thread may
// read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "config/secret.hpp"
#include "model/policy.hpp"
#include "model/service_kinds.hpp"

namespace dsr::config {

enum class LogLevel { trace, debug, info, warn, error };

/// `automatic`: text on a terminal, JSON elsewhere.
enum class LogFormat { automatic, text, json };

struct Registry {
    /// `host:port`, several separated by commas without spaces. For libzookeeper: `zookeeper_hosts(connect)` of
    /// config/hosts.hpp.
    std::string connect = "127.0.0.1:2181";
    /// Without a leading slash; may have several levels. etcd: the start of every key. jdbc: only a name in alerts.
    std::string name_space = "dolphinscheduler";
    /// The requested value; the server may grant another.
    std::chrono::milliseconds session_timeout{30'000};
    std::filesystem::path digest_file;
    /// `user:password` of the digest scheme, from `digest_file` or given directly; not set means no authentication.
    Secret digest;
    /// ZooKeeper: TLS by the client library, if it was built with it. etcd: by the scheme of `endpoints`.
    bool tls = false;
    std::filesystem::path tls_ca_file;
    std::filesystem::path tls_cert_file;
    std::filesystem::path tls_key_file;

    model::RegistryKind type = model::RegistryKind::zookeeper;
    /// etcd: `http(s)://host:port`, several separated by commas without spaces.
    std::string endpoints = "http://127.0.0.1:2379";
    /// etcd: not set means no authentication.
    std::string user{};
    std::filesystem::path password_file{};
    Secret password{};
    /// etcd: of our lease; the server may grant a longer time.
    std::chrono::milliseconds ttl{30'000};

    friend bool operator==(const Registry&, const Registry&) = default;
};

struct Database {
    model::DatabaseKind type = model::DatabaseKind::postgresql;
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
    model::TlsMode tls = model::TlsMode::off;
    std::filesystem::path tls_ca_file;
    std::filesystem::path tls_cert_file;
    std::filesystem::path tls_key_file;

    friend bool operator==(const Database&, const Database&) = default;
};

/// When and how sweeps run; the interval is in the policy.
struct Sweep {
    /// Ratio, 0 to 0.5: random variation of each pause between sweeps, as a part of it.
    double jitter = 0.1;
    bool on_start = true;
    bool watch = true;
    /// failover.mode is shadow: decisions are only recorded in the journal, not executed.
    bool shadow = false;

    friend bool operator==(const Sweep&, const Sweep&) = default;
};

struct Alerts {
    bool table = true;
    bool log = true;
    /// Id of a row of `t_ds_alertgroup`.
    int group = 1;
    std::chrono::milliseconds suppress{std::chrono::minutes{60}};
    /// The cluster's name for people; empty means the registry's namespace.
    std::string cluster = {};

    friend bool operator==(const Alerts&, const Alerts&) = default;
};

/// The keys below alerts.webhook, or below a name of alerts.webhooks. Without a URL there is no webhook.
struct Webhook {
    std::filesystem::path url_file;
    /// Secret, because chat services put their token into it.
    Secret url;
    model::WebhookForm form = model::WebhookForm::generic;
    /// JSON with placeholders, of the form `custom` only.
    std::string body;
    std::filesystem::path ca_file;
    std::filesystem::path secret_file;
    /// Key for signing requests; with PagerDuty the integration key.
    Secret secret;
    std::chrono::milliseconds timeout{10'000};

    friend bool operator==(const Webhook&, const Webhook&) = default;
};

/// The keys below alerts.email. Without a server there is no e-mail.
struct Email {
    /// `host:port`.
    std::string server;
    model::MailEncryption tls = model::MailEncryption::starttls;
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
    /// dolphinscheduler.ui_url: address of DolphinScheduler's own pages, without a slash at its end; empty: no links.
    std::string ui_url = {};
    /// By which people reach the page, for links in alerts; empty: no links.
    std::string external_url = {};

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
    /// What sweeps decide and act by: the keys below failover, journal, guards, markers and dolphinscheduler,
    /// sweep.interval and registry.lock_layout.
    model::Policy policy;
    Alerts alerts;
    Webhook webhook;
    /// By name: those below alerts.webhooks.
    std::map<std::string, Webhook, std::less<>> webhooks;
    Email email;
    Recording recording;
    Http http;
    Log log;
    /// The file it was loaded from, absolute; empty when it comes from a text.
    std::filesystem::path file{};

    friend bool operator==(const Config&, const Config&) = default;
};

/// The name of the cluster for people: alerts.cluster or, by default, registry.namespace.
inline const std::string& cluster_name(const Config& config) {
    return config.alerts.cluster.empty() ? config.registry.name_space : config.alerts.cluster;
}

}  // namespace dsr::config
