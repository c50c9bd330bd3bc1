// SPDX-License-Identifier: Apache-2.0
#include "config/validate.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "config/hosts.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

namespace dsr::config {

using model::DatabaseKind;
using model::LiveWorkerTasks;
using model::MailEncryption;
using model::RegistryKind;
using model::TlsMode;
using model::WebhookForm;

namespace {

/// A master's own statement waits for the end of a hand-over, and MySQL ends that wait after 50 s.
constexpr std::chrono::milliseconds longest_hold_of_jdbc{5'000};

void require_needed_keys(ConfigDraft& draft) {
    for (const auto& key : keys()) {
        if (key.is_required && !draft.is_given(key.path) && draft.are_sound({key.path})) {
            draft.error(key.path, "is missing. " + key.doc + " Such as: " + key.sample);
        }
    }
}

// Keys for the other kind of database would be ignored without the user's knowledge.
void refuse_keys_of_other_databases(ConfigDraft& draft) {
    if (!draft.are_sound({"database.type"})) return;
    const bool is_embedded = draft.config().database.type == DatabaseKind::sqlite;
    const Scope other = is_embedded ? Scope::server : Scope::embedded;
    for (const auto& key : keys()) {
        if (key.scope != other || !draft.is_given(key.path)) continue;
        draft.error(key.path, is_embedded ? "is not for database.type sqlite, which is a file; remove it"
                                          : "is only for database.type sqlite; remove it");
    }
    if (is_embedded && !draft.is_given("database.path") && draft.are_sound({"database.path"})) {
        draft.error("database.path", "is required with database.type sqlite: the database file");
    }
}

void check_server(ConfigDraft& draft) {
    auto& database = draft.config().database;
    if (!draft.are_sound({"database.type"})) return;
    if (!draft.is_given("database.port")) database.port = database.type == DatabaseKind::mysql ? 3306 : 5432;
    if (database.type == DatabaseKind::mysql && draft.are_sound({"database.host"}) && database.host.starts_with('/')) {
        draft.error("database.host",
                    "is a socket folder, which only postgresql supports; write a host name or address");
    }
}

bool gives_any(const ConfigDraft& draft, std::initializer_list<std::string_view> paths) {
    return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) { return draft.is_given(path); });
}

// Keys for a feature that is not configured would be ignored without the user's knowledge.
void require_for(ConfigDraft& draft, std::initializer_list<std::string_view> needs, const std::string& needed) {
    for (const auto path : needs) {
        if (draft.is_given(path)) draft.error(path, "is of no use without " + needed);
    }
}

void check_pair(ConfigDraft& draft, std::string_view one, std::string_view other) {
    if (draft.is_given(one) && !draft.is_given(other) && draft.are_sound({other})) {
        draft.error(one, "needs " + std::string(other) + ": a certificate and its key go together");
    }
}

void check_database_tls(ConfigDraft& draft) {
    const auto& database = draft.config().database;
    if (!draft.are_sound({"database.type", "database.tls.mode", "database.tls.ca_file"})) return;
    if (database.type == DatabaseKind::sqlite) return;  // already reported for each key that is given
    if (database.tls != TlsMode::verify) {
        require_for(draft, {"database.tls.ca_file", "database.tls.cert_file", "database.tls.key_file"},
                    "database.tls.mode verify: the other modes check no certificate");
    } else if (!draft.is_given("database.tls.ca_file")) {
        draft.error("database.tls.ca_file",
                    "is required with database.tls.mode verify: the CA that signed the server's certificate");
    }
    if (database.tls != TlsMode::off && draft.are_sound({"database.host"}) && database.host.starts_with('/')) {
        draft.error("database.tls.mode",
                    "is not for a socket folder, which stays on this machine; remove it, or give database.host a name");
    }
    check_pair(draft, "database.tls.cert_file", "database.tls.key_file");
    check_pair(draft, "database.tls.key_file", "database.tls.cert_file");
}

void check_etcd(ConfigDraft& draft) {
    const auto& registry = draft.config().registry;
    const bool has_password = gives_any(draft, {"registry.password", "registry.password_file"});
    if (has_password && !draft.is_given("registry.user"))
        draft.error("registry.user", "is required with registry.password_file: whose password it is");
    if (!has_password && draft.is_given("registry.user")) draft.error("registry.user", "needs registry.password_file");
    check_pair(draft, "registry.tls.cert_file", "registry.tls.key_file");
    check_pair(draft, "registry.tls.key_file", "registry.tls.cert_file");
    if (draft.are_sound({"registry.endpoints"}) && registry.endpoints.find("https://") == std::string::npos)
        require_for(draft, {"registry.tls.ca_file", "registry.tls.cert_file", "registry.tls.key_file"},
                    "https:// in registry.endpoints");
}

void check_jdbc(ConfigDraft& draft) {
    require_for(draft, {"registry.tls.ca_file", "registry.tls.cert_file", "registry.tls.key_file"},
                "registry.type zookeeper or etcd");
    if (draft.are_sound({"database.type"}) && draft.config().database.type == model::DatabaseKind::sqlite)
        draft.error("registry.type", "jdbc is not for database.type sqlite");
    auto& policy = draft.config().policy;
    if (!draft.are_sound({"failover.lock_hold"})) return;
    if (!draft.is_given("failover.lock_hold")) {
        policy.lock_hold = std::min(policy.lock_hold, longest_hold_of_jdbc);
    } else if (policy.lock_hold > longest_hold_of_jdbc) {
        draft.error("failover.lock_hold",
                    "is at most " + format_duration(longest_hold_of_jdbc) +
                        " with registry.type jdbc: masters wait in the database for the end of a hand-over");
    }
}

/// Keys of the other registry would be ignored without the user's knowledge.
void check_registry(ConfigDraft& draft) {
    const auto& registry = draft.config().registry;
    if (!draft.are_sound({"registry.type"})) return;
    for (const auto& key : keys()) {
        const bool of_registry = key.scope == Scope::zookeeper || key.scope == Scope::etcd;
        if (of_registry && is_excluded(key.scope, draft.config()) && draft.is_given(key.path))
            draft.error(key.path, key.scope == Scope::zookeeper ? "is only for registry.type zookeeper; remove it"
                                                                : "is only for registry.type etcd; remove it");
    }
    if (registry.type == RegistryKind::etcd) return check_etcd(draft);
    if (registry.type == RegistryKind::jdbc) return check_jdbc(draft);
    if (!draft.are_sound({"registry.tls.enabled"})) return;
    if (!registry.tls) {
        require_for(draft, {"registry.tls.ca_file", "registry.tls.cert_file", "registry.tls.key_file"},
                    "registry.tls.enabled true");
        return;
    }
    for (const auto* path : {"registry.tls.ca_file", "registry.tls.cert_file", "registry.tls.key_file"}) {
        if (!draft.is_given(path) && draft.are_sound({path}))
            draft.error(path, "is required with registry.tls.enabled: the client library needs all three files");
    }
}

void check_failover(ConfigDraft& draft) {
    const auto& policy = draft.config().policy;
    const auto& registry = draft.config().registry;
    const bool judges_at_once = policy.grace == std::chrono::milliseconds{0};
    const bool jdbc =
        registry.type == RegistryKind::jdbc;  // the masters' own timeout, unknown here, is the least grace
    const bool etcd = registry.type == RegistryKind::etcd;
    const auto session = etcd ? registry.ttl : registry.session_timeout;
    if (draft.are_sound({"failover.grace", "registry.type", "registry.session_timeout", "registry.ttl"}) && !jdbc &&
        !judges_at_once && policy.grace < session) {
        draft.warning("failover.grace",
                      format_duration(policy.grace) + " is shorter than registry." +
                          (etcd ? "ttl" : "session_timeout") + " (" + format_duration(session) +
                          "): a master that only lost its connection for a moment may be treated as lost");
    }
    const bool kills = policy.live_worker_tasks == LiveWorkerTasks::kill;
    if (draft.are_sound({"failover.kill_wait", "failover.lock_hold", "failover.live_worker_tasks"}) && kills && !jdbc &&
        policy.kill_wait >= policy.lock_hold) {
        draft.warning("failover.kill_wait", format_duration(policy.kill_wait) +
                                                " is not shorter than failover.lock_hold (" +
                                                format_duration(policy.lock_hold) +
                                                "): one silent worker can use up the whole time under the lock");
    }
}

/// The keys of one webhook; one that has a name is there because it is configured.
void check_webhook(ConfigDraft& draft, const std::string& section, Webhook& webhook, bool is_named) {
    const auto path = [&](std::string_view leaf) { return section + "." + std::string{leaf}; };
    const auto gives = [&](std::string_view leaf) {
        return draft.is_given(path(leaf)) || draft.is_given(path(leaf) + "_file");
    };
    if (!draft.are_sound(
            {path("url"), path("url_file"), path("template"), path("body"), path("secret"), path("secret_file")}))
        return;
    const bool to_pagerduty = webhook.form == WebhookForm::pagerduty;
    if (to_pagerduty && !gives("secret")) {
        draft.error(path("secret_file"), "is required with template pagerduty: the integration key");
    } else if (to_pagerduty && !gives("url")) {
        webhook.url = Secret{"https://events.pagerduty.com/v2/enqueue"};
    }
    const bool is_custom = webhook.form == WebhookForm::custom;
    if (is_custom && !draft.is_given(path("body")))
        draft.error(path("body"), "is required with template custom: the JSON text to post");
    if (!is_custom && draft.is_given(path("body"))) draft.error(path("body"), "is of no use without template custom");
    if (to_pagerduty || gives("url")) return;
    if (is_named) return draft.error(path("url_file"), "is missing: the file with the address");
    require_for(draft, {"alerts.webhook.ca_file", "alerts.webhook.secret", "alerts.webhook.secret_file"},
                "alerts.webhook.url_file");
}

void check_email(ConfigDraft& draft) {
    const auto& email = draft.config().email;
    if (!draft.are_sound({"alerts.email.server"})) return;
    if (!draft.is_given("alerts.email.server")) {
        require_for(draft,
                    {"alerts.email.ca_file", "alerts.email.user", "alerts.email.password", "alerts.email.password_file",
                     "alerts.email.from", "alerts.email.to"},
                    "alerts.email.server");
        return;
    }
    for (const auto* path : {"alerts.email.from", "alerts.email.to"}) {
        if (!draft.is_given(path) && draft.are_sound({path})) draft.error(path, "is missing: mails need it");
    }
    const bool has_password = gives_any(draft, {"alerts.email.password", "alerts.email.password_file"});
    if (draft.is_given("alerts.email.user") && !has_password)
        draft.error("alerts.email.user", "has no password; give alerts.email.password_file");
    if (has_password && !draft.is_given("alerts.email.user"))
        require_for(draft, {"alerts.email.password", "alerts.email.password_file"}, "alerts.email.user");
    if (draft.are_sound({"alerts.email.server", "alerts.email.tls"}) && email.tls == MailEncryption::none &&
        !is_loopback(email.server.substr(0, email.server.rfind(':')))) {
        draft.error("alerts.email.tls",
                    "none is only for a server on this machine (localhost, 127.0.0.1, [::1]): mails and password would "
                    "cross the network unencrypted; write starttls or tls");
    }
}

void check_alerts(ConfigDraft& draft) {
    const auto& alerts = draft.config().alerts;
    auto& config = draft.config();
    check_webhook(draft, "alerts.webhook", config.webhook, false);
    for (auto& [name, webhook] : config.webhooks)
        check_webhook(draft, std::string{webhooks_section} + "." + name, webhook, true);
    const bool tells_outside =
        gives_any(draft, {"alerts.webhook.url", "alerts.webhook.url_file", "alerts.email.server"}) ||
        config.webhook.url.is_set() || !config.webhooks.empty();
    if (draft.are_sound({"alerts.table", "alerts.log"}) && !alerts.table && !alerts.log && !tells_outside) {
        draft.warning("alerts.log", "alerts.table is off too: no alert is sent");
    }
    check_email(draft);
}

void check_http(ConfigDraft& draft) {
    const auto& http = draft.config().http;
    if (draft.are_sound({"http.enabled", "http.listen", "http.token", "http.token_file", "http.read_token",
                         "http.read_token_file"}) &&
        http.enabled && !listens_on_loopback(http.listen) &&
        !gives_any(draft, {"http.token", "http.token_file", "http.read_token", "http.read_token_file"})) {
        draft.warning("http.listen", http.listen +
                                         " is not on loopback and there is no http.token_file and no "
                                         "http.read_token_file: only /healthz and /readyz are answered there");
    }
}

}  // namespace

void validate(ConfigDraft& draft) {
    require_needed_keys(draft);
    refuse_keys_of_other_databases(draft);
    check_server(draft);
    check_database_tls(draft);
    check_registry(draft);
    check_failover(draft);
    check_alerts(draft);
    check_http(draft);
}

void validate_secrets(ConfigDraft& draft) {
    const auto& http = draft.config().http;
    if (!http.read_token.is_set() || http.read_token != http.token) return;
    const char* const key = draft.is_given("http.read_token") ? "http.read_token" : "http.read_token_file";
    draft.error(key, "is the same token as http.token, which also allows changes; create another one");
}

}  // namespace dsr::config
