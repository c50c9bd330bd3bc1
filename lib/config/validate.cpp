// SPDX-License-Identifier: Apache-2.0
#include "config/validate.hpp"

#include <chrono>
#include <string>

#include "config/hosts.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

namespace dsr::config {

namespace {

void require_needed_keys(Draft& draft) {
    for (const auto& key : keys()) {
        if (key.required && !draft.is_given(key.path) && draft.are_sound({key.path})) {
            draft.error(key.path, "is missing. " + key.doc + " Such as: " + key.sample);
        }
    }
}

// What belongs to the other kind of database would be ignored, and somebody believes that it is not.
void refuse_keys_of_other_databases(Draft& draft) {
    if (!draft.are_sound({"database.type"})) return;
    const bool is_embedded = draft.config().database.type == DatabaseType::sqlite;
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

void check_server(Draft& draft) {
    auto& database = draft.config().database;
    if (!draft.are_sound({"database.type"})) return;
    if (!draft.is_given("database.port")) database.port = database.type == DatabaseType::mysql ? 3306 : 5432;
    if (database.type == DatabaseType::mysql && draft.are_sound({"database.host"}) && database.host.starts_with('/')) {
        draft.error("database.host", "is a socket folder, which only postgresql takes; write a host name or address");
    }
}

void check_failover(Draft& draft) {
    const auto& failover = draft.config().failover;
    const auto& registry = draft.config().registry;
    const bool judges_at_once = failover.grace == std::chrono::milliseconds{0};
    if (draft.are_sound({"failover.grace", "registry.session_timeout"}) && !judges_at_once &&
        failover.grace < registry.session_timeout) {
        draft.warning("failover.grace",
                      format_duration(failover.grace) + " is shorter than registry.session_timeout (" +
                          format_duration(registry.session_timeout) +
                          "): a master that only lost its connection for a moment may be taken for dead");
    }
    const bool kills = failover.live_worker_tasks == LiveWorkerTasks::kill;
    if (draft.are_sound({"failover.kill_wait", "failover.lock_hold", "failover.live_worker_tasks"}) && kills &&
        failover.kill_wait >= failover.lock_hold) {
        draft.warning("failover.kill_wait", format_duration(failover.kill_wait) +
                                                " is not shorter than failover.lock_hold (" +
                                                format_duration(failover.lock_hold) +
                                                "): one silent worker can use up the whole time under the lock");
    }
}

void check_alerts(Draft& draft) {
    const auto& alerts = draft.config().alerts;
    if (draft.are_sound({"alerts.table", "alerts.log"}) && !alerts.table && !alerts.log) {
        draft.warning("alerts.log", "alerts.table is off too: nobody is told what was lost or held");
    }
}

void check_http(Draft& draft) {
    const auto& http = draft.config().http;
    const bool has_token = draft.is_given("http.token") || draft.is_given("http.token_file");
    if (draft.are_sound({"http.enabled", "http.listen", "http.token", "http.token_file"}) && http.enabled &&
        !listens_on_loopback(http.listen) && !has_token) {
        draft.warning("http.listen", http.listen +
                                         " is not on loopback and there is no http.token_file: only /healthz and "
                                         "/readyz are answered there");
    }
}

}  // namespace

void validate(Draft& draft) {
    require_needed_keys(draft);
    refuse_keys_of_other_databases(draft);
    check_server(draft);
    check_failover(draft);
    check_alerts(draft);
    check_http(draft);
}

}  // namespace dsr::config
