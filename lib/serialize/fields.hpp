// SPDX-License-Identifier: Apache-2.0
// The members of the model's values and their names in JSON, once for both directions and for every text that is read
// back: `each(name, member)` writes or reads. Recordings need every member, because replay would otherwise judge with
// less information than the sweep: a test counts them. A new member that the journal's state has, too, belongs in its
// form (journal/persisted_state_json.cpp). Times are microseconds, policy's durations milliseconds (`_ms`).
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>

#include "model/hold.hpp"
#include "model/persisted_state.hpp"
#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::serialize {

template <class Value, class Model>
concept Of = std::same_as<std::remove_const_t<Value>, Model>;

void fields(auto& each, Of<model::Incarnation> auto& incarnation) {
    each("address", incarnation.address);
    each("startup_time", incarnation.startup_time);
    each("process_id", incarnation.process_id);
}

void fields(auto& each, Of<model::LiveMaster> auto& master) {
    each("address", master.address);
    each("form", master.form);
    each("startup_time", master.startup_time);
    each("process_id", master.process_id);
    each("reported_at", master.reported_at);
    each("registered_at", master.registered_at);
    each("written_at", master.written_at);
    each("session_id", master.session_id);
    each("registered_after", master.registered_after);
    each("written_after", master.written_after);
}

void fields(auto& each, Of<model::FailoverMarker> auto& marker) {
    each("name", marker.name);
    each("version", marker.version);
    each("value", marker.value);
    each("value_time", marker.value_time);
    each("name_parsed", marker.name_parsed);
    each("address", marker.address);
    each("startup_time", marker.startup_time);
    each("process_id", marker.process_id);
    each("modified_at", marker.modified_at);
    each("modified_in", marker.modified_in);
}

void fields(auto& each, Of<model::LockTraces> auto& locks) {
    each("mutex_in_global", locks.mutex_in_global);
    each("mutex_per_address", locks.mutex_per_address);
    each("mutex_in_failover_masters", locks.mutex_in_failover_masters);
}

void fields(auto& each, Of<model::RegistryView> auto& view) {
    each("fresh", view.fresh);
    each("reached", view.reached);
    each("why_not_fresh", view.why_not_fresh);
    each("session_id", view.session_id);
    each("taken_at", view.taken_at);
    each("masters", view.masters);
    each("workers", view.workers);
    each("server_incarnations", view.server_incarnations);
    each("server_startups", view.server_startups);
    each("servers_of_unknown_startup", view.servers_of_unknown_startup);
    each("marker_directory", view.marker_directory);
    each("markers", view.markers);
    each("locks", view.locks);
    each("identity", view.identity);
    each("in_database", view.in_database);
    each("least_grace_ms", view.least_grace);
    each("last_signs", view.last_signs);
    each("master_changes", view.master_changes);
    each("remarks", view.remarks);
}

void fields(auto& each, Of<model::Absence> auto& absence) {
    each("since", absence.since);
    each("last_counted", absence.last_counted);
    each("views", absence.views);
    each("witnessed", absence.witnessed);
    each("last_incarnation", absence.last_incarnation);
    each("last_seen", absence.last_seen);
    each("owns_rows", absence.owns_rows);
    each("rows_in_failover_states", absence.rows_in_failover_states);
    each("first_missed", absence.first_missed);
    each("others_registered", absence.others_registered);
    each("fenced", absence.fenced);
}

void fields(auto& each, Of<model::MasterPresence> auto& presence) {
    each("since", presence.since);
    each("last_counted", presence.last_counted);
    each("views", presence.views);
    each("startup_time", presence.startup_time);
    each("process_id", presence.process_id);
    each("session_id", presence.session_id);
    each("first_heartbeat_seen", presence.first_heartbeat_seen);
}

void fields(auto& each, Of<model::Membership> auto& membership) {
    each("registry_session", membership.registry_session);
    each("resumed", membership.resumed);
    each("last_view", membership.last_view);
    each("last_look", membership.last_look);
    each("all_gone_once", membership.all_gone_once);
    each("master_changes", membership.master_changes);
    each("unseen_change", membership.unseen_change);
    each("absent", membership.absent);
    each("present", membership.present);
}

void fields(auto& each, Of<model::Version> auto& version) {
    each("major", version.major);
    each("minor", version.minor);
    each("patch", version.patch);
}

void fields(auto& each, Of<model::SchemaFacts> auto& schema) {
    each("generation", schema.generation);
    each("version_text", schema.version_text);
    each("version", schema.version);
    each("tenant_code", schema.tenant_code);
    each("test_flag", schema.test_flag);
    each("state_history", schema.state_history);
    each("alert_sign", schema.alert_sign);
    each("alert_type", schema.alert_type);
    each("serial_queue", schema.serial_queue);
}

void fields(auto& each, Of<model::Policy> auto& policy) {
    each("failover_enabled", policy.failover_enabled);
    each("grace_ms", policy.grace);
    each("confirmations", policy.confirmations);
    each("sweep_interval_ms", policy.sweep_interval);
    each("batch", policy.batch);
    each("rate", policy.rate);
    each("max_per_sweep", policy.max_per_sweep);
    each("lock_wait_ms", policy.lock_wait);
    each("lock_hold_ms", policy.lock_hold);
    each("live_worker_tasks", policy.live_worker_tasks);
    each("stopped_rows", policy.stopped_rows);
    each("kill_wait_ms", policy.kill_wait);
    each("confirm_within_ms", policy.confirm_within);
    each("release_valid_ms", policy.release_valid);
    each("max_attempts", policy.max_attempts);
    each("journal_required", policy.journal_required);
    each("journal_create", policy.journal_create);
    each("journal_retention_ms", policy.journal_retention);
    each("mass_loss_window_ms", policy.mass_loss_window);
    each("clock_skew_ms", policy.clock_skew);
    each("recovers_in_place", policy.recovers_in_place);
    each("lock_layout", policy.lock_layout);
    each("clean_markers", policy.clean_markers);
    each("marker_retention_ms", policy.marker_retention);
}

void fields(auto& each, Of<model::ReleaseTerms> auto& terms) {
    each("state", terms.state);
    each("gate", terms.gate);
    each("owned_since", terms.owned_since);
    each("spent", terms.spent);
    each("state_at", terms.state_at);
    each("why", terms.why);
}

void fields(auto& each, Of<model::ControlNote> auto& note) {
    each("number", note.number);
    each("at", note.at);
    each("action", note.action);
    each("instance", note.instance);
    each("until", note.until);
    each("who", note.who);
    each("why", note.why);
    each("terms", note.terms);
}

void fields(auto& each, Of<model::Control> auto& control) {
    each("pause", control.pause);
    each("mass_loss_release", control.mass_loss_release);
    each("clock_release", control.clock_release);
    each("cluster_release", control.cluster_release);
    each("database_release", control.database_release);
}

void fields(auto& each, Of<model::ClusterIdentity> auto& identity) {
    each("registry", identity.registry);
    each("database", identity.database);
}

void fields(auto& each, Of<model::ClusterEvidence> auto& evidence) {
    each("of", evidence.of);
    each("standing", evidence.standing);
    each("because", evidence.because);
    each("at", evidence.at);
    each("release", evidence.release);
}

void fields(auto& each, Of<model::WentBack> auto& lost) {
    each("seen_at", lost.seen_at);
    each("entry", lost.entry);
    each("sweep", lost.sweep);
    each("rows", lost.rows);
}

void fields(auto& each, Of<model::Canary> auto& canary) {
    each("instance", canary.instance);
    each("sweep", canary.sweep);
}

void fields(auto& each, Of<model::WorkerSightings> auto& sightings) {
    each("registry", sightings.registry);
    each("latest_view", sightings.latest_view);
    each("registered", sightings.registered);
    each("departed", sightings.departed);
}

void fields(auto& each, Of<model::TimelineEvent> auto& event) {
    each("at", event.at);
    each("kind", event.kind);
    each("count", event.count);
    each("masters", event.masters);
    each("guard", event.guard);
    each("reason", event.reason);
    each("since", event.since);
}

void fields(auto& each, Of<model::OpenHold> auto& hold) {
    each("guard", hold.guard);
    each("since", hold.since);
}

void fields(auto& each, Of<model::Timeline> auto& timeline) {
    each("events", timeline.events);
    each("absent", timeline.absent);
    each("holds", timeline.holds);
}

void fields(auto& each, Of<model::ZoneProof> auto& proof) {
    each("startup_time", proof.startup_time);
    each("process_id", proof.process_id);
    each("at", proof.at);
}

void fields(auto& each, Of<model::ZoneDoubt> auto& doubt) {
    each("instance", doubt.instance);
    each("column", doubt.column);
    each("reads", doubt.reads);
    each("from", doubt.from);
    each("until", doubt.until);
    each("fitting", doubt.fitting);
}

void fields(auto& each, Of<model::ZoneEvidence> auto& evidence) {
    each("proofs", evidence.proofs);
    each("doubt", evidence.doubt);
    each("disproved_at", evidence.disproved_at);
}

void fields(auto& each, Of<model::DatabaseSession> auto& session) {
    each("id", session.id);
    each("client", session.client);
    each("application", session.application);
    each("idle", session.idle);
}

void fields(auto& each, Of<model::Snapshot> auto& snapshot) {
    each("registry", snapshot.registry);
    each("attendance", snapshot.membership);
    each("schema", snapshot.schema);
    each("policy", snapshot.policy);
    each("layout", snapshot.layout);
    each("layout_contradicted", snapshot.layout_contradicted);
    each("newest_start_time", snapshot.newest_start_time);
    each("zone", snapshot.zone);
    each("clock_skew", snapshot.clock_skew);
    each("database_ahead", snapshot.database_ahead);
    each("journal_ready", snapshot.journal_ready);
    each("journal_comes", snapshot.will_create_journal);
    each("journal_lacking", snapshot.why_no_journal);
    each("went_back", snapshot.went_back);
    each("control", snapshot.control);
    each("foresees_releases", snapshot.foresees_releases);
    each("answering", snapshot.answering);
    each("sessions", snapshot.sessions);
    each("leads", snapshot.leads);
    each("leader", snapshot.leader);
    each("late_by", snapshot.late_by);
    each("clock_went_back", snapshot.clock_went_back);
    each("cluster", snapshot.cluster);
    each("other_registry", snapshot.other_registry);
}

void fields(auto& each, Of<model::OwnershipTime> auto& time) {
    each("form", time.form);
    each("earliest", time.earliest);
    each("latest", time.latest);
    each("stamped", time.stamped);
    each("text", time.text);
    each("changed", time.changed);
}

void fields(auto& each, Of<model::JournalEntry> auto& entry) {
    each("number", entry.number);
    each("sweep", entry.sweep);
    each("at", entry.at);
    each("kind", entry.kind);
    each("instance", entry.instance);
    each("from_host", entry.from_host);
    each("from_startup", entry.from_startup);
    each("from_process", entry.from_process);
    each("old_state", entry.old_state);
    each("owned_since", entry.owned_since);
    each("releases", entry.releases);
    each("command", entry.command);
    each("verdict", entry.verdict);
    each("reason", entry.reason);
    each("version", entry.version);
    each("replica", entry.replica);
    each("receipt", entry.receipt);
    each("receipt_at", entry.receipt_at);
    each("taken_by", entry.taken_by);
    each("message", entry.message);
    each("zone", entry.zone);
}

void fields(auto& each, Of<model::Waiver> auto& waiver) {
    each("gate", waiver.gate);
    each("at", waiver.at);
}

void fields(auto& each, Of<model::FailoverHistory> auto& history) {
    each("answer", history.answer);
    each("repaired", history.repaired);
    each("attempts_in_a_day", history.attempts_in_a_day);
    each("masters_lost", history.masters_lost);
    each("state_before", history.state_before);
    each("releases", history.releases);
    each("waivers", history.waivers);
    if constexpr (requires { each.object; }) {  // reading: a release of version 0.1.0 waives every gate
        std::optional<bool> released;
        each("released", released);
        if (released.value_or(false)) history.waivers.push_back({});
    }
}

void fields(auto& each, Of<model::ParentState> auto& parent) {
    each("id", parent.id);
    each("verdict", parent.verdict);
    each("restarted_at", parent.restarted_at);
    each("acts_at", parent.acts_at);
}

void fields(auto& each, Of<model::WorkflowInstance> auto& row) {
    each("id", row.id);
    each("name", row.name);
    each("state", row.state);
    each("host", row.host);
    each("ownership", row.ownership);
    each("definition_code", row.definition_code);
    each("definition_version", row.definition_version);
    each("is_sub_workflow", row.is_sub_workflow);
    each("command_pending", row.command_pending);
    each("definition_exists", row.definition_exists);
    each("handed_over", row.handed_over);
    each("hand_over_lost", row.hand_over_lost);
    each("claimed_since", row.claimed_since);
    each("unreachable_tries", row.unreachable_tries);
    each("task_activity", row.task_activity);
    each("parent", row.parent);
    each("past", row.history);
}

void fields(auto& each, Of<model::Judgement> auto& judged) {
    each("verdict", judged.verdict);
    each("reason", judged.reason);
    each("acts_at", judged.acts_at);
}

void fields(auto& each, Of<model::Hold> auto& hold) {
    each("guard", hold.guard);
    each("reason", hold.reason);
}

}  // namespace dsr::serialize
