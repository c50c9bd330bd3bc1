// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <type_traits>

#include "config/hosts.hpp"
#include "config/key_kinds.hpp"
#include "config/text_checks.hpp"

namespace dsr::config {

using namespace std::chrono_literals;
using model::DatabaseKind;
using model::LiveWorkerTasks;
using model::LockLayout;
using model::MailEncryption;
using model::Policy;
using model::RecoversInPlace;
using model::RegistryKind;
using model::StoppedRows;
using model::TlsMode;
using model::WebhookForm;

const Config& defaults() {
    static const Config config;
    return config;
}

namespace {

std::vector<Section> make_sections() {
    return {
        {"registry", "Where the masters register: ZooKeeper, etcd, or the database itself (jdbc)."},
        {"registry.tls",
         "TLS to ZooKeeper by the client library, if it was built with TLS; Debian's is not. Otherwise use a tunnel: "
         "docs/transport-security.md. TLS to etcd needs https:// in registry.endpoints, and of these keys only the "
         "files, "
         "unless the system's certificates suffice."},
        {"database", "DolphinScheduler's own database."},
        {"database.tls",
         "TLS to the database server. The daemon checks after connecting that the connection meets the mode."},
        {"sweep", "When the daemon sweeps."},
        {"failover", "When a workflow counts as an orphan, and how it is handed over."},
        {"journal",
         "The daemon's record of its actions and its state: tables of its own in DolphinScheduler's database."},
        {"guards", "Conditions under which the daemon holds."},
        {"dolphinscheduler", "Properties of the DolphinScheduler installation that the daemon cannot observe."},
        {"markers", "The failover markers that masters leave in ZooKeeper and do not remove."},
        {"alerts", "Alert channels."},
        {"alerts.webhook",
         "The HTTPS address to which alerts are posted, if url_file or url is given. Any number of others can be added "
         "below alerts.webhooks, each under a name of your choice with the keys of this section: "
         "alerts.webhooks.ops.url_file. They have no environment variables."},
        {"alerts.email", "Alerts by e-mail, if server is given."},
        {"recording",
         "Recordings of sweeps that acted, held or found something: the observation and the verdicts, for "
         "ds-reconcilerd replay. They contain no password."},
        {"http", "Health, metrics and the API, for Prometheus, for programs and for the command line."},
        {"log", "What the daemon writes to standard error."},
    };
}

/// Those of alerts.webhook, or of the webhook with this name.
std::vector<Key> make_webhook_keys(const std::string& name) {
    const std::string section = name.empty() ? "alerts.webhook." : std::string(webhooks_section) + "." + name + ".";
    const auto of = [&](auto member) {
        return WebhookMember<std::remove_cvref_t<decltype(Webhook{}.*member)>>{name, member};
    };
    return {
        file(section + "url_file", check_path, of(&Webhook::url_file),
             "File with the address: https, or http for a loopback host. Only its scheme and host are ever shown.")
            .example("/etc/ds-reconciler/webhook.url"),
        secret(
            section + "url", check_webhook_url, of(&Webhook::url),
            "The address in the configuration itself; url_file is safer, because the address often contains a token.")
            .example("https://alerts.example.org/hook"),
        choice(section + "template",
               {{"generic", WebhookForm::generic},
                {"slack", WebhookForm::slack},
                {"alertmanager", WebhookForm::alertmanager},
                {"dingtalk", WebhookForm::dingtalk},
                {"feishu", WebhookForm::feishu},
                {"wecom", WebhookForm::wecom},
                {"teams", WebhookForm::teams},
                {"pagerduty", WebhookForm::pagerduty},
                {"custom", WebhookForm::custom}},
               of(&Webhook::form),
               "Format: JSON of this daemon, a Slack message, Alertmanager's /api/v2/alerts, a robot of DingTalk, "
               "Feishu (Lark) or WeCom, a workflow of Microsoft Teams, PagerDuty's Events API v2 (which needs no "
               "address), or the text of body."),
        text(section + "body", check_alert_body, of(&Webhook::body),
             "With template custom, which requires it: a JSON text on one line. Inside its strings {{id}}, {{status}} "
             "(firing or resolved), {{severity}}, {{key}}, {{title}}, {{summary}}, {{cluster}}, {{replica}}, {{time}} "
             "and {{link}} are replaced.")
            .example(R"({"text": "{{title}}: {{summary}} {{link}}"})"),
        file(section + "ca_file", check_path, of(&Webhook::ca_file),
             "Certificates (PEM) to trust instead of the system's.")
            .example("/etc/ds-reconciler/ca.pem"),
        file(section + "secret_file", check_path, of(&Webhook::secret_file),
             "File with the secret that signs the requests: of DingTalk's or Feishu's robot, or with PagerDuty the "
             "integration key. Otherwise X-DS-Reconciler-Signature is sha256= and the HMAC-SHA256, in hex, of the "
             "value of X-DS-Reconciler-Timestamp, a dot and the body.")
            .example("/etc/ds-reconciler/webhook.secret"),
        secret(section + "secret", check_any, of(&Webhook::secret),
               "That secret in the configuration itself; secret_file is safer.")
            .example("secret"),
        duration(section + "timeout", {1s, 1min}, of(&Webhook::timeout),
                 "Timeout of one attempt; failed ones are retried, with growing pauses, for a day."),
    };
}

std::vector<Key> make_keys() {
    return {
        choice("registry.type",
               {{"zookeeper", RegistryKind::zookeeper}, {"etcd", RegistryKind::etcd}, {"jdbc", RegistryKind::jdbc}},
               at(&Config::registry, &Registry::type),
               "The kind of registry, as in the masters' own registry.type. With jdbc (3.2 and later) it is in the "
               "database below, and no other key of this section applies but lock_layout.")
            .refusing(
                "mysql",
                "mysql is not supported: with this registry of 3.1, a living master loses its registration after a "
                "pause of 4 s, so nobody can be told dead from alive; let the masters use zookeeper or etcd"),
        text("registry.connect", check_connect, at(&Config::registry, &Registry::connect),
             "ZooKeeper servers as host:port, separated by commas.")
            .only_for(Scope::zookeeper),
        text("registry.namespace", check_namespace, at(&Config::registry, &Registry::name_space),
             "DolphinScheduler's registry namespace, without a leading slash. With jdbc only a name in alerts."),
        duration("registry.session_timeout", {1s, 10min}, at(&Config::registry, &Registry::session_timeout),
                 "Requested session timeout; the server may grant another. Below 6s nothing is handed over.")
            .only_for(Scope::zookeeper),
        file("registry.digest_file", check_path, at(&Config::registry, &Registry::digest_file),
             "File with user:password for ZooKeeper's digest authentication, if the masters use it.")
            .only_for(Scope::zookeeper)
            .example("/etc/ds-reconciler/zookeeper.digest"),
        secret("registry.digest", check_digest, at(&Config::registry, &Registry::digest),
               "The same user:password in the configuration itself; digest_file is safer.")
            .only_for(Scope::zookeeper)
            .example("user:password"),
        text("registry.endpoints", check_endpoints, at(&Config::registry, &Registry::endpoints),
             "With etcd: its members as http://host:port or https://host:port, separated by commas. Each must "
             "serve the JSON gateway, as it does by default (enable-grpc-gateway). Default: http://127.0.0.1:2379.")
            .optional()
            .only_for(Scope::etcd)
            .example("http://127.0.0.1:2379"),
        text("registry.user", check_any, at(&Config::registry, &Registry::user),
             "With etcd: login name, if authentication is enabled. The user needs a role that may read and write all "
             "keys "
             "that begin with registry.namespace.")
            .optional()
            .only_for(Scope::etcd)
            .example("dolphinscheduler"),
        file("registry.password_file", check_path, at(&Config::registry, &Registry::password_file),
             "With etcd: file with the user's password.")
            .only_for(Scope::etcd)
            .example("/etc/ds-reconciler/etcd.password"),
        secret("registry.password", check_any, at(&Config::registry, &Registry::password),
               "With etcd: the same password in the configuration itself; password_file is safer.")
            .only_for(Scope::etcd)
            .example("secret"),
        duration("registry.ttl", {6s, 10min}, at(&Config::registry, &Registry::ttl),
                 "With etcd: how long the daemon's locks and its leadership outlive its last contact. Default: 30s.")
            .optional()
            .only_for(Scope::etcd)
            .example("30s"),
        choice("registry.lock_layout",
               {{"auto", std::nullopt},
                {"global", LockLayout::global},
                {"per_address", LockLayout::per_address},
                {"failover_masters", LockLayout::failover_masters}},
               at(&Policy::lock_layout),
               "Which lock the masters take for a failover: derived from the database schema (auto), "
               "/lock/master-failover (global), /lock/master-failover/<address> (per_address) or "
               "/lock/failover/masters/<address> (failover_masters)."),
        flag("registry.tls.enabled", at(&Config::registry, &Registry::tls),
             "Whether to use TLS to ZooKeeper's secureClientPort; the other three keys are then required. The client "
             "library accepts any server whose certificate ca_file or the system's CAs signed, and does not check its "
             "name; a tunnel can check it.")
            .only_for(Scope::zookeeper),
        file("registry.tls.ca_file", check_listed_path, at(&Config::registry, &Registry::tls_ca_file),
             "Trusted CA certificates (PEM).")
            .example("/etc/ds-reconciler/zookeeper-ca.pem"),
        file("registry.tls.cert_file", check_listed_path, at(&Config::registry, &Registry::tls_cert_file),
             "The daemon's own certificate (PEM), which ZooKeeper checks.")
            .example("/etc/ds-reconciler/zookeeper-client.pem"),
        file("registry.tls.key_file", check_listed_path, at(&Config::registry, &Registry::tls_key_file),
             "The key of that certificate (PEM, without a passphrase).")
            .example("/etc/ds-reconciler/zookeeper-client.key"),

        choice("database.type",
               {{"postgresql", DatabaseKind::postgresql},
                {"mysql", DatabaseKind::mysql},
                {"sqlite", DatabaseKind::sqlite}},
               at(&Config::database, &Database::type), "The kind of database; mysql is MariaDB too."),
        text("database.host", check_host, at(&Config::database, &Database::host),
             "Name or address of the server; for postgresql also the folder of its socket.")
            .only_for(Scope::server),
        integer("database.port", {1, 65535}, at(&Config::database, &Database::port),
                "Port of the server. Default: 5432 for postgresql, 3306 for mysql.")
            .optional()
            .only_for(Scope::server)
            .example("5432"),
        text("database.name", check_any, at(&Config::database, &Database::name), "Name of the database.")
            .only_for(Scope::server),
        text("database.user", check_any, at(&Config::database, &Database::user), "User to connect as.")
            .only_for(Scope::server),
        file("database.password_file", check_path, at(&Config::database, &Database::password_file),
             "File with the user's password.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/credentials/database.password"),
        secret("database.password", check_any, at(&Config::database, &Database::password),
               "The password in the configuration itself; password_file is safer.")
            .only_for(Scope::server)
            .example("password"),
        text("database.login_plugins", check_plugin_names, at(&Config::database, &Database::login_plugins),
             "For mysql: the plugins with which the daemon logs in. Others are refused, because the server chooses the "
             "plugin, and an impostor chooses one that sends the password in clear text (mysql_clear_password, "
             "dialog); list such a plugin only with database.tls.mode verify.")
            .only_for(Scope::server),
        file("database.path", check_path, at(&Config::database, &Database::path),
             "The database file; only for sqlite, where it is required.")
            .only_for(Scope::embedded)
            .example("/var/lib/dolphinscheduler/dolphinscheduler.db"),
        text("database.time_zone", check_time_zone, at(&Config::database, &Database::time_zone),
             "Required, and without a default because a wrong one runs workflows twice: the IANA name of the time zone "
             "that the masters' JVM runs in. The database keeps their wall clock without an offset.")
            .required()
            .example("Asia/Shanghai"),
        duration("database.connect_timeout", {1s, 5min}, at(&Config::database, &Database::connect_timeout),
                 "Timeout for a connection.")
            .only_for(Scope::server),
        duration(
            "database.statement_timeout", {100ms, 1h}, at(&Config::database, &Database::statement_timeout),
            "Timeout of one statement, waiting for locks included; within a hand-over at most failover.lock_hold."),
        choice("database.tls.mode", {{"off", TlsMode::off}, {"require", TlsMode::require}, {"verify", TlsMode::verify}},
               at(&Config::database, &Database::tls),
               "off requires nothing: PostgreSQL's library then encrypts if the server offers it, MySQL's does not, "
               "and neither checks the server's identity. require refuses a server without TLS, but not an impostor "
               "with its own certificate. verify accepts only a server whose certificate is signed by ca_file and "
               "contains database.host.")
            .only_for(Scope::server),
        file("database.tls.ca_file", check_path, at(&Config::database, &Database::tls_ca_file),
             "Trusted CA certificates (PEM); required for verify.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-ca.pem"),
        file("database.tls.cert_file", check_path, at(&Config::database, &Database::tls_cert_file),
             "The daemon's own certificate (PEM), for a server that asks for one; with verify only.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-client.pem"),
        file("database.tls.key_file", check_path, at(&Config::database, &Database::tls_key_file),
             "The key of that certificate (PEM, without a passphrase); PostgreSQL's library accepts it only if other "
             "users cannot read it.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-client.key"),

        duration("sweep.interval", {1s, 24h}, at(&Policy::sweep_interval), "Time between two sweeps."),
        ratio("sweep.jitter", {0, 0.5}, at(&Config::sweep, &Sweep::jitter),
              "The part by which each interval is made longer or shorter at random, so that several daemons do not act "
              "in step."),
        flag("sweep.on_start", at(&Config::sweep, &Sweep::on_start),
             "Whether to sweep at once when the daemon starts."),
        flag("sweep.watch", at(&Config::sweep, &Sweep::watch),
             "Whether a change of the registered masters starts the next sweep early."),

        flag("failover.enabled", at(&Policy::failover_enabled),
             "Whether orphans are handed over; otherwise they are only reported."),
        choice("failover.mode", {{"act", false}, {"shadow", true}}, at(&Config::sweep, &Sweep::shadow),
               "act hands orphans over. shadow only records in the journal what would have been done, and compares it "
               "with what masters and people then do; it writes nothing to DolphinScheduler's tables, markers and "
               "locks, and no alert to alerts.table. Begin with shadow; change it to act once status counts no loss "
               "that would have doubled and the database user has the rights for it (docs/adopting.md).")
            .example("shadow"),
        duration("failover.grace", {0s, 24h}, at(&Policy::grace),
                 "How long a master must be absent before its workflows are orphans. 0s with confirmations 1 accepts "
                 "the first observation."),
        integer("failover.confirmations", {1, 100}, at(&Policy::confirmations),
                "In how many consecutive views of the registry, at least 10s apart, it must be missing."),
        integer("failover.batch", {1, 10'000}, at(&Policy::batch),
                "Workflows handed over in one transaction. Each transaction reads the tables without a suitable index "
                "once: few large ones cost much less than many small ones."),
        integer("failover.rate", {0, 1'000'000}, at(&Policy::rate),
                "Maximum workflows handed over per second, to limit the load of masters and database; 0 is no limit. "
                "The failover lock is released between two batches, and no batch is larger than this."),
        duration("failover.lock_wait", {100ms, 10min}, at(&Policy::lock_wait),
                 "Timeout for DolphinScheduler's failover lock; after it the workflows of that master are left to the "
                 "holder of the lock."),
        duration("failover.lock_hold", {1s, 10min}, at(&Policy::lock_hold),
                 "Maximum time to hold that lock before it is released and queued for again: masters wait for it "
                 "without limit. With registry.type jdbc at most 5s, which is the default there."),
        integer("failover.max_per_sweep", {0, 1'000'000}, at(&Policy::max_per_sweep),
                "With more orphans than this, one is handed over first, and the others after a master has taken it up; "
                "0 is no limit. Without a journal: the maximum handed over in one sweep."),
        choice("failover.live_worker_tasks",
               {{"kill", LiveWorkerTasks::kill}, {"hold", LiveWorkerTasks::hold}, {"mark", LiveWorkerTasks::mark}},
               at(&Policy::live_worker_tasks),
               "DolphinScheduler 3.1 and older: handling of an orphan's tasks on live workers. kill stops them as a "
               "master does, also on a worker that lost its registration after the task was submitted, for 24 hours; "
               "hold does not hand the workflow over while one runs on a registered worker; mark continues without "
               "stopping them, so that their first run continues beside the second."),
        duration("failover.kill_wait", {100ms, 5min}, at(&Policy::kill_wait),
                 "Timeout for a worker's answer to a kill message."),
        duration("failover.confirm_within", {1s, 24h}, at(&Policy::confirm_within),
                 "How long a workflow that was handed over may wait for a master before it is reported as overdue."),
        duration("failover.release_valid", {1min, 7 * 24h}, at(&Policy::release_valid),
                 "How long a release of one workflow instance is valid, unless it is used. Only time between sweeps "
                 "that no guard holds counts."),
        integer("failover.max_attempts", {1, 1000}, at(&Policy::max_attempts),
                "How often within 24 hours a workflow is handed over, and how many masters may be lost while owning "
                "it, before it requires a manual decision (quarantined)."),

        choice("failover.stopped_rows", {{"hold", StoppedRows::hold}, {"recover", StoppedRows::recover}},
               at(&Policy::stopped_rows),
               "DolphinScheduler 3.2.1 and later 3.2: handling of an orphan that is being stopped or paused. A master "
               "that takes it up continues it. hold leaves it for a manual decision, as ambiguous; recover hands it "
               "over, and it continues."),

        flag("journal.create", at(&Policy::journal_create),
             "Whether the daemon creates the journal's tables at start; otherwise run ds-reconcilerd init-db."),
        flag("journal.required", at(&Policy::journal_required),
             "Whether nothing is handed over without a journal. Without one a restart forgets what was done and how "
             "long masters have been absent."),
        duration("journal.retention", {24h, 24h * 3650}, at(&Policy::journal_retention),
                 "Age from which entries of finished workflows are removed."),

        duration("guards.mass_loss_window", {1s, 24h}, at(&Policy::mass_loss_window),
                 "If at least 3 masters, and at least 55 % of them, are lost within this time, the daemon holds: that "
                 "is more likely a registry event than crashes."),
        duration("guards.clock_skew", {1s, 1h}, at(&Policy::clock_skew),
                 "By how much the clocks of this machine, the database, ZooKeeper and the masters may differ before "
                 "the daemon holds."),

        choice(
            "dolphinscheduler.recovers_in_place",
            {{"auto", RecoversInPlace::automatic}, {"true", RecoversInPlace::yes}, {"false", RecoversInPlace::no}},
            at(&Policy::recovers_in_place),
            "Whether this build leaves the lost master's address, or the old restart_time, in a workflow that another "
            "master took over; auto derives it from the schema."),

        text("dolphinscheduler.ui_url", check_page_url, at(&Config::http, &Http::ui_url),
             "Address of DolphinScheduler's own web pages (3.0 and later), to which the daemon's page links.")
            .optional()
            .example("https://dolphinscheduler.example.org/dolphinscheduler/ui"),

        flag("markers.clean", at(&Policy::clean_markers), "Whether old failover markers are removed."),
        duration("markers.retention", {1h, 24h * 365}, at(&Policy::marker_retention),
                 "Age from which they are removed."),

        flag("alerts.table", at(&Config::alerts, &Alerts::table),
             "Whether alerts are written to t_ds_alert, where DolphinScheduler's alert server delivers them."),
        flag("alerts.log", at(&Config::alerts, &Alerts::log), "Whether alerts are logged."),
        integer("alerts.group", {1, 2'147'483'647}, at(&Config::alerts, &Alerts::group),
                "Id of the DolphinScheduler alert group that receives the alerts of the table."),
        duration("alerts.suppress", {0s, 24h * 30}, at(&Config::alerts, &Alerts::suppress),
                 "For how long the same alert is not repeated."),
        text("alerts.cluster", check_any, at(&Config::alerts, &Alerts::cluster),
             "Name of the cluster in status, page, metrics, and alerts by webhook and e-mail. Default: "
             "registry.namespace.")
            .example("production"),

        text("alerts.email.server", check_mail_server, at(&Config::email, &Email::server),
             "The mail server as host:port; usually 587 with starttls, 465 with tls.")
            .example("smtp.example.org:587"),
        choice("alerts.email.tls",
               {{"starttls", MailEncryption::starttls}, {"tls", MailEncryption::tls}, {"none", MailEncryption::none}},
               at(&Config::email, &Email::tls),
               "starttls and tls both require encryption and a valid certificate; none is for a loopback server only."),
        file("alerts.email.ca_file", check_path, at(&Config::email, &Email::ca_file),
             "Certificates (PEM) to trust instead of the system's.")
            .example("/etc/ds-reconciler/ca.pem"),
        text("alerts.email.user", check_any, at(&Config::email, &Email::user),
             "User to log in as; without one the daemon does not log in.")
            .example("ds-reconciler"),
        file("alerts.email.password_file", check_path, at(&Config::email, &Email::password_file),
             "File with the user's password.")
            .example("/etc/ds-reconciler/email.password"),
        secret("alerts.email.password", check_any, at(&Config::email, &Email::password),
               "The password in the configuration itself; password_file is safer.")
            .example("password"),
        text("alerts.email.from", check_mail_address, at(&Config::email, &Email::from), "The sender's address.")
            .example("ds-reconciler@example.org"),
        text("alerts.email.to", check_mail_addresses, at(&Config::email, &Email::to),
             "The recipients' addresses, separated by commas.")
            .example("oncall@example.org"),
        duration("alerts.email.timeout", {1s, 1min}, at(&Config::email, &Email::timeout),
                 "Timeout of one attempt; failed ones are retried, with growing pauses, for a day."),

        flag("recording.enabled", at(&Config::recording, &Recording::enabled), "Whether recordings are written."),
        file("recording.folder", check_folder, at(&Config::recording, &Recording::folder),
             "The folder for recordings; created if it is missing."),
        integer("recording.files", {1, 100'000}, at(&Config::recording, &Recording::files),
                "Maximum number of files; the oldest are removed first."),
        integer("recording.size", {1, 1'048'576}, at(&Config::recording, &Recording::size),
                "Maximum total size in MiB; the oldest are removed first."),

        flag("http.enabled", at(&Config::http, &Http::enabled), "Whether the daemon answers HTTP."),
        text("http.listen", check_listen, at(&Config::http, &Http::listen),
             "Address and port. On a loopback address every user of this machine may read; on any other address "
             "reading also requires a token, and there is no TLS: use a reverse proxy with TLS."),
        file("http.socket", check_path, at(&Config::http, &Http::socket),
             "The same over a Unix socket, for its owner and group; the default is skipped if its folder is missing."),
        file("http.token_file", check_path, at(&Config::http, &Http::token_file),
             "File with the bearer token that changes require; without one nothing can be changed over HTTP.")
            .example("/etc/ds-reconciler/http.token"),
        secret("http.token", check_token, at(&Config::http, &Http::token),
               "The token in the configuration itself; token_file is safer.")
            .example("a-long-random-token"),
        file("http.read_token_file", check_path, at(&Config::http, &Http::read_token_file),
             "File with another bearer token, which only allows reading: for Prometheus and dashboards if http.listen "
             "is not on loopback.")
            .example("/etc/ds-reconciler/http.read-token"),
        secret("http.read_token", check_token, at(&Config::http, &Http::read_token),
               "That token in the configuration itself; read_token_file is safer.")
            .example("another-long-random-token"),
        text("http.external_url", check_page_url, at(&Config::http, &Http::external_url),
             "The address by which people reach the daemon's page, for the link in each alert.")
            .example("https://ds-reconciler.example.org/"),

        choice("log.level",
               {{"trace", LogLevel::trace},
                {"debug", LogLevel::debug},
                {"info", LogLevel::info},
                {"warn", LogLevel::warn},
                {"error", LogLevel::error}},
               at(&Config::log, &Log::level), "The minimum level of logged messages."),
        choice("log.format", {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}},
               at(&Config::log, &Log::format),
               "The format; auto is entries with fields under systemd, text on a terminal and JSON elsewhere."),
    };
}

}  // namespace

const std::vector<Key>& keys() {
    static const std::vector<Key> table = [] {
        auto made = make_keys();
        const auto behind = std::ranges::find(made, "alerts.email.server", &Key::path);
        std::ranges::move(make_webhook_keys(""), std::inserter(made, behind));
        return made;
    }();
    return table;
}

std::vector<Key> keys_of_webhook(const std::string& name) {
    return make_webhook_keys(name);
}

std::vector<Key> keys_of(const Config& config) {
    auto all = keys();
    for (const auto& [name, webhook] : config.webhooks) {
        const auto behind = std::ranges::find(all, "alerts.email.server", &Key::path);
        std::ranges::move(make_webhook_keys(name), std::inserter(all, behind));
    }
    return all;
}

const std::vector<Section>& sections() {
    static const std::vector<Section> table = make_sections();
    return table;
}

const Key* find_key(std::string_view path) {
    const auto found = std::find_if(keys().begin(), keys().end(), [path](const Key& key) { return key.path == path; });
    return found == keys().end() ? nullptr : &*found;
}

const Section* find_section(std::string_view path) {
    const auto found = std::find_if(sections().begin(), sections().end(),
                                    [path](const Section& section) { return section.path == path; });
    return found == sections().end() ? nullptr : &*found;
}

std::string environment_name(std::string_view path) {
    std::string name{environment_prefix};
    for (const char c : path) {
        if (c == '.') {
            name += "__";
        } else {
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return name;
}

std::string_view section_of(std::string_view path) {
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

std::string_view leaf_of(std::string_view path) {
    return path.substr(path.rfind('.') + 1);  // npos + 1 is 0
}

std::vector<std::string> sections_opened(std::string_view previous, std::string_view path) {
    std::vector<std::string> opened;
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
        if (!previous.starts_with(path.substr(0, dot + 1))) opened.emplace_back(path.substr(0, dot));
    }
    return opened;
}

std::string indentation(std::string_view path) {
    return std::string(2 * static_cast<std::size_t>(std::count(path.begin(), path.end(), '.')), ' ');
}

std::optional<std::string> nearest_key(std::string_view path) {
    // A key in the wrong section is a more likely mistake than several wrong letters.
    const Key* namesake = nullptr;
    for (const auto& key : keys()) {
        if (leaf_of(key.path) != leaf_of(path)) continue;
        if (namesake == nullptr || edit_distance(path, key.path) < edit_distance(path, namesake->path)) namesake = &key;
    }
    if (namesake != nullptr) return namesake->path;

    std::vector<std::string> near_by;
    for (const auto& key : keys()) {
        if (section_of(key.path) == section_of(path)) near_by.push_back(std::string{leaf_of(key.path)});
    }
    if (const auto leaf = nearest(leaf_of(path), near_by)) return std::string{section_of(path)} + "." + *leaf;

    std::vector<std::string> all;
    for (const auto& section : sections()) all.push_back(section.path);
    for (const auto& key : keys()) all.push_back(key.path);
    return nearest(path, all);
}

}  // namespace dsr::config
