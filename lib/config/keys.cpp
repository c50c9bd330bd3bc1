// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <chrono>

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
using model::StoppedRows;
using model::TlsMode;
using model::WebhookForm;

namespace {

std::vector<Section> make_sections() {
    return {
        {"registry", "The ZooKeeper in which the masters register."},
        {"registry.tls",
         "TLS to ZooKeeper by the client library, where it was built with it; Debian's is not. Otherwise a tunnel does "
         "it: docs/transport-security.md."},
        {"database", "DolphinScheduler's own database."},
        {"database.tls", "TLS to the database server. What was asked for is checked after connecting."},
        {"sweep", "When the daemon looks."},
        {"failover", "When a workflow counts as lost, and how it is handed over."},
        {"journal", "Where the daemon keeps what it did and learnt: tables of its own in DolphinScheduler's database."},
        {"guards", "What makes the daemon hold instead of acting."},
        {"dolphinscheduler", "What the daemon cannot see of the DolphinScheduler build."},
        {"markers", "The failover markers that masters leave in ZooKeeper and nobody removes."},
        {"alerts", "Who is told."},
        {"alerts.webhook", "An HTTPS address that alerts are posted to, if url_file or url is given."},
        {"alerts.email", "Who gets alerts by e-mail, if server is given."},
        {"recording",
         "Files of what each sweep that acted, held or found something observed and how it judged it, for "
         "ds-reconcilerd replay. No password is in them."},
        {"http", "Health, metrics and the API, for Prometheus, for programs and for the command line."},
        {"log", "What the daemon writes to standard error."},
    };
}

std::vector<Key> make_keys() {
    return {
        text("registry.connect", check_connect, at(&Config::registry, &Registry::connect),
             "ZooKeeper servers as host:port, several separated by commas."),
        text("registry.namespace", check_namespace, at(&Config::registry, &Registry::name_space),
             "DolphinScheduler's registry namespace, without a leading slash."),
        duration(
            "registry.session_timeout", {1s, 10min}, at(&Config::registry, &Registry::session_timeout),
            "Session timeout to ask ZooKeeper for; the server may grant another. Under 6s nothing is handed over."),
        file("registry.digest_file", check_path, at(&Config::registry, &Registry::digest_file),
             "File with user:password for ZooKeeper's digest authentication, if the masters use it.")
            .example("/etc/ds-reconciler/zookeeper.digest"),
        secret("registry.digest", check_digest, at(&Config::registry, &Registry::digest),
               "The same user:password in place; better kept in digest_file.")
            .example("user:password"),
        choice("registry.lock_layout",
               {{"auto", std::nullopt},
                {"global", LockLayout::global},
                {"per_address", LockLayout::per_address},
                {"failover_masters", LockLayout::failover_masters}},
               at(&Policy::lock_layout),
               "Which lock the masters take for a failover: told by the database schema (auto), /lock/master-failover "
               "(global), /lock/master-failover/<address> (per_address) or /lock/failover/masters/<address> "
               "(failover_masters)."),
        flag("registry.tls.enabled", at(&Config::registry, &Registry::tls),
             "Whether to speak TLS to ZooKeeper's secureClientPort; the other three are then required. The client "
             "library takes any server whose certificate ca_file or the system's CAs signed, whatever its name; a "
             "tunnel can do better."),
        file("registry.tls.ca_file", check_listed_path, at(&Config::registry, &Registry::tls_ca_file),
             "Certificates (PEM) of whom to trust.")
            .example("/etc/ds-reconciler/zookeeper-ca.pem"),
        file("registry.tls.cert_file", check_listed_path, at(&Config::registry, &Registry::tls_cert_file),
             "The daemon's own certificate (PEM), for ZooKeeper to know it by.")
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
             "Name or address of the server; with postgresql also the folder of its socket.")
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
            .example("/etc/ds-reconciler/database.password"),
        secret("database.password", check_any, at(&Config::database, &Database::password),
               "The password in place; better kept in password_file.")
            .only_for(Scope::server)
            .example("password"),
        text("database.login_plugins", check_plugin_names, at(&Config::database, &Database::login_plugins),
             "Of mysql: the plugins by which the daemon logs in. Others are refused, because the server chooses, and "
             "an impostor chooses one that sends the password in clear (mysql_clear_password, dialog); name such a one "
             "only with database.tls.mode verify.")
            .only_for(Scope::server),
        file("database.path", check_path, at(&Config::database, &Database::path),
             "The database file, which sqlite needs.")
            .only_for(Scope::embedded)
            .example("/var/lib/dolphinscheduler/dolphinscheduler.db"),
        text("database.time_zone", check_time_zone, at(&Config::database, &Database::time_zone),
             "Required, and without a default because a wrong one runs workflows twice: the IANA name of the time zone "
             "that the masters' JVM runs in. The database keeps their wall clock without an offset.")
            .required()
            .example("Asia/Shanghai"),
        duration("database.connect_timeout", {1s, 5min}, at(&Config::database, &Database::connect_timeout),
                 "Longest wait for a connection.")
            .only_for(Scope::server),
        duration("database.statement_timeout", {100ms, 1h}, at(&Config::database, &Database::statement_timeout),
                 "Longest time for one statement, waiting for locks included; within a hand-over at most "
                 "failover.lock_hold."),
        choice("database.tls.mode", {{"off", TlsMode::off}, {"require", TlsMode::require}, {"verify", TlsMode::verify}},
               at(&Config::database, &Database::tls),
               "off asks for nothing: PostgreSQL's library then encrypts where the server offers it, MySQL's does not, "
               "and neither checks whom it speaks to. require refuses a server without TLS, but not an impostor with a "
               "certificate of his own. verify takes only a server whose certificate ca_file signed and bears "
               "database.host.")
            .only_for(Scope::server),
        file("database.tls.ca_file", check_path, at(&Config::database, &Database::tls_ca_file),
             "Certificates (PEM) of whom to trust; needed for verify.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-ca.pem"),
        file("database.tls.cert_file", check_path, at(&Config::database, &Database::tls_cert_file),
             "The daemon's own certificate (PEM), for a server that asks for one; with verify only.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-client.pem"),
        file("database.tls.key_file", check_path, at(&Config::database, &Database::tls_key_file),
             "The key of that certificate (PEM, without a passphrase); PostgreSQL's library takes it only if others "
             "cannot read it.")
            .only_for(Scope::server)
            .example("/etc/ds-reconciler/database-client.key"),

        duration("sweep.interval", {1s, 24h}, at(&Policy::sweep_interval), "Time between two sweeps."),
        ratio("sweep.jitter", {0, 0.5}, at(&Config::sweep, &Sweep::jitter),
              "The part by which each interval is made longer or shorter at random, so that several daemons do not act "
              "in step."),
        flag("sweep.on_start", at(&Config::sweep, &Sweep::on_start),
             "Whether to sweep at once when the daemon starts."),
        flag("sweep.watch", at(&Config::sweep, &Sweep::watch),
             "Whether a change of the registered masters brings the next sweep forward."),

        flag("failover.enabled", at(&Policy::failover_enabled),
             "Whether lost workflows are handed over; otherwise they are only reported."),
        choice("failover.mode", {{"act", false}, {"shadow", true}}, at(&Config::sweep, &Sweep::shadow),
               "Whether the daemon acts, or only keeps in its journal what it would have done (shadow) and compares it "
               "with what masters and people then do. In shadow nothing is written to DolphinScheduler's tables, its "
               "markers and locks, and no alert to alerts.table."),
        duration("failover.grace", {0s, 24h}, at(&Policy::grace),
                 "How long a master has to be missing before its workflows count as lost. 0s with confirmations 1 "
                 "judges at first sight."),
        integer("failover.confirmations", {1, 100}, at(&Policy::confirmations),
                "In how many views of the registry, one after the other and at least 10s apart, it has to be missing."),
        integer("failover.batch", {1, 10'000}, at(&Policy::batch),
                "Workflows handed over in one transaction. Each reads the tables without a fitting index once: few "
                "large ones are much cheaper than many small ones."),
        integer(
            "failover.rate", {0, 1'000'000}, at(&Policy::rate),
            "Most workflows to hand over in a second, so that masters and their database are not crowded; 0 is no "
            "limit. Between two batches the failover lock is given back, and none is larger than a second's share."),
        duration("failover.lock_wait", {100ms, 10min}, at(&Policy::lock_wait),
                 "Longest wait for DolphinScheduler's failover lock; after it the master's workflows are left to "
                 "whoever holds it."),
        duration("failover.lock_hold", {1s, 10min}, at(&Policy::lock_hold),
                 "Longest time to hold that lock before giving it back and queueing again: masters wait for it without "
                 "limit."),
        integer("failover.max_per_sweep", {0, 1'000'000}, at(&Policy::max_per_sweep),
                "With more orphans than this, one is handed over first, and the rest once a master took it up; 0 is no "
                "limit. Without a journal: the most to hand over in one sweep."),
        choice("failover.live_worker_tasks",
               {{"kill", LiveWorkerTasks::kill}, {"hold", LiveWorkerTasks::hold}, {"mark", LiveWorkerTasks::mark}},
               at(&Policy::live_worker_tasks),
               "DolphinScheduler 3.1 and older: what becomes of a lost workflow's tasks on workers that are alive. "
               "kill stops them as a master does, also on a worker that lost its registration after the task was "
               "submitted, for 24 hours; hold hands the workflow over in no sweep while one runs on a registered "
               "worker; mark goes on without stopping them, so their first run continues beside the second."),
        duration("failover.kill_wait", {100ms, 5min}, at(&Policy::kill_wait),
                 "Longest wait for a worker's answer to a kill."),
        duration("failover.confirm_within", {1s, 24h}, at(&Policy::confirm_within),
                 "How long a workflow that was handed over may wait for a master before it is reported as overdue."),
        duration("failover.release_valid", {1min, 7 * 24h}, at(&Policy::release_valid),
                 "How long a release of one workflow instance is good for, unless it is used. Only time between sweeps "
                 "that no guard holds counts."),
        integer("failover.max_attempts", {1, 1000}, at(&Policy::max_attempts),
                "How often within 24 hours a workflow is handed over, and how many masters may go under it, before it "
                "is left to a person (quarantined)."),

        choice("failover.stopped_rows", {{"hold", StoppedRows::hold}, {"recover", StoppedRows::recover}},
               at(&Policy::stopped_rows),
               "DolphinScheduler 3.2.1 and later 3.2: what becomes of a lost workflow that is being stopped or paused. "
               "A master that takes it up turns it into running. hold leaves it to a person, as ambiguous; recover "
               "hands it over, and it runs on."),

        flag("journal.create", at(&Policy::journal_create),
             "Whether the daemon makes the journal's tables at start; else ds-reconcilerd init-db does."),
        flag("journal.required", at(&Policy::journal_required),
             "Whether nothing is handed over without a journal. Without one a restart forgets what was done and how "
             "long hosts have been missing."),
        duration("journal.retention", {24h, 24h * 3650}, at(&Policy::journal_retention),
                 "Age from which entries of finished workflows are removed."),

        duration("guards.mass_loss_window", {1s, 24h}, at(&Policy::mass_loss_window),
                 "When at least 3 masters, and at least 55 % of them, go within this time, the daemon holds: that is "
                 "more likely a registry event than deaths."),
        duration("guards.clock_skew", {1s, 1h}, at(&Policy::clock_skew),
                 "By how much the clocks of this machine, the database, ZooKeeper and the masters may differ before "
                 "the daemon holds."),

        choice("dolphinscheduler.recovers_in_place",
               {{"auto", RecoversInPlace::automatic}, {"true", RecoversInPlace::yes}, {"false", RecoversInPlace::no}},
               at(&Policy::recovers_in_place),
               "Whether this build leaves the dead master's address in a workflow that another master took over; auto "
               "tells it by the schema."),

        flag("markers.clean", at(&Policy::clean_markers), "Whether old failover markers are removed."),
        duration("markers.retention", {1h, 24h * 365}, at(&Policy::marker_retention),
                 "Age from which they are removed."),

        flag("alerts.table", at(&Config::alerts, &Alerts::table),
             "Whether alerts are written to t_ds_alert, where DolphinScheduler's alert server delivers them."),
        flag("alerts.log", at(&Config::alerts, &Alerts::log), "Whether alerts are logged."),
        integer("alerts.group", {1, 2'147'483'647}, at(&Config::alerts, &Alerts::group),
                "Id of the DolphinScheduler alert group that alerts in the table are for."),
        duration("alerts.suppress", {0s, 24h * 30}, at(&Config::alerts, &Alerts::suppress),
                 "For how long the same alert is not repeated."),
        text("alerts.cluster", check_any, at(&Config::alerts, &Alerts::cluster),
             "What the cluster is called in alerts that leave it. Default: registry.namespace.")
            .example("production"),

        file("alerts.webhook.url_file", check_path, at(&Config::webhook, &Webhook::url_file),
             "File with the address: https, or http for a loopback host. Only its scheme and host are ever shown.")
            .example("/etc/ds-reconciler/webhook.url"),
        secret("alerts.webhook.url", check_webhook_url, at(&Config::webhook, &Webhook::url),
               "The address in place; better kept in url_file, for there is often a token in it.")
            .example("https://alerts.example.org/hook"),
        choice("alerts.webhook.template",
               {{"generic", WebhookForm::generic},
                {"slack", WebhookForm::slack},
                {"alertmanager", WebhookForm::alertmanager}},
               at(&Config::webhook, &Webhook::form),
               "What is posted: JSON of our own, a Slack message, or what Alertmanager takes at /api/v2/alerts."),
        file("alerts.webhook.ca_file", check_path, at(&Config::webhook, &Webhook::ca_file),
             "Certificates (PEM) to trust instead of the system's.")
            .example("/etc/ds-reconciler/ca.pem"),
        file("alerts.webhook.secret_file", check_path, at(&Config::webhook, &Webhook::secret_file),
             "File with the secret that what is posted is signed with: X-DS-Reconciler-Signature is sha256= and the "
             "HMAC-SHA256, in hex, of the value of X-DS-Reconciler-Timestamp, a dot and the body.")
            .example("/etc/ds-reconciler/webhook.secret"),
        secret("alerts.webhook.secret", check_any, at(&Config::webhook, &Webhook::secret),
               "That secret in place; better kept in secret_file.")
            .example("secret"),
        duration("alerts.webhook.timeout", {1s, 1min}, at(&Config::webhook, &Webhook::timeout),
                 "Longest time for one try; failed ones are tried again, with growing pauses, for a day."),

        text("alerts.email.server", check_mail_server, at(&Config::email, &Email::server),
             "The mail server as host:port; 587 with starttls, 465 with tls, as a rule.")
            .example("smtp.example.org:587"),
        choice("alerts.email.tls",
               {{"starttls", MailEncryption::starttls}, {"tls", MailEncryption::tls}, {"none", MailEncryption::none}},
               at(&Config::email, &Email::tls),
               "starttls and tls both insist on encryption and on a valid certificate; none is for a loopback server "
               "only."),
        file("alerts.email.ca_file", check_path, at(&Config::email, &Email::ca_file),
             "Certificates (PEM) to trust instead of the system's.")
            .example("/etc/ds-reconciler/ca.pem"),
        text("alerts.email.user", check_any, at(&Config::email, &Email::user),
             "User to log in as; without one the server is asked to take mail from anybody.")
            .example("ds-reconciler"),
        file("alerts.email.password_file", check_path, at(&Config::email, &Email::password_file),
             "File with the user's password.")
            .example("/etc/ds-reconciler/email.password"),
        secret("alerts.email.password", check_any, at(&Config::email, &Email::password),
               "The password in place; better kept in password_file.")
            .example("password"),
        text("alerts.email.from", check_mail_address, at(&Config::email, &Email::from), "The sender's address.")
            .example("ds-reconciler@example.org"),
        text("alerts.email.to", check_mail_addresses, at(&Config::email, &Email::to),
             "Who gets the mails: addresses, several separated by commas.")
            .example("oncall@example.org"),
        duration("alerts.email.timeout", {1s, 1min}, at(&Config::email, &Email::timeout),
                 "Longest time for one try; failed ones are tried again, with growing pauses, for a day."),

        flag("recording.enabled", at(&Config::recording, &Recording::enabled), "Whether they are written."),
        file("recording.folder", check_folder, at(&Config::recording, &Recording::folder),
             "The folder for them; made when it is missing."),
        integer("recording.files", {1, 100'000}, at(&Config::recording, &Recording::files),
                "Most files to keep; the oldest go first."),
        integer("recording.size", {1, 1'048'576}, at(&Config::recording, &Recording::size),
                "Most MiB to keep in all; the oldest go first."),

        flag("http.enabled", at(&Config::http, &Http::enabled), "Whether the daemon answers HTTP."),
        text("http.listen", check_listen, at(&Config::http, &Http::listen),
             "Address and port. On a loopback address everybody on this machine may read; on any other reading needs a "
             "token too, and there is no TLS: put a proxy that has it in front."),
        file("http.socket", check_path, at(&Config::http, &Http::socket),
             "The same over a Unix socket, for its owner and group; the default is passed over where its folder is "
             "missing."),
        file("http.token_file", check_path, at(&Config::http, &Http::token_file),
             "File with the bearer token that whatever changes something needs; without one nothing can be changed "
             "over HTTP.")
            .example("/etc/ds-reconciler/http.token"),
        secret("http.token", check_token, at(&Config::http, &Http::token),
               "The token in place; better kept in token_file.")
            .example("a-long-random-token"),
        file("http.read_token_file", check_path, at(&Config::http, &Http::read_token_file),
             "File with another bearer token, which only reads: for Prometheus and dashboards where http.listen is not "
             "on loopback.")
            .example("/etc/ds-reconciler/http.read-token"),
        secret("http.read_token", check_token, at(&Config::http, &Http::read_token),
               "That token in place; better kept in read_token_file.")
            .example("another-long-random-token"),

        choice("log.level",
               {{"trace", LogLevel::trace},
                {"debug", LogLevel::debug},
                {"info", LogLevel::info},
                {"warn", LogLevel::warn},
                {"error", LogLevel::error}},
               at(&Config::log, &Log::level), "The least important messages that are logged."),
        choice(
            "log.format", {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}},
            at(&Config::log, &Log::format),
            "How they are written; auto is entries with fields under systemd, text on a terminal and JSON elsewhere."),
    };
}

}  // namespace

const std::vector<Key>& keys() {
    static const std::vector<Key> table = make_keys();
    return table;
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
