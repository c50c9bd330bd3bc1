// SPDX-License-Identifier: Apache-2.0
// Short ways to say a cluster, a row, a policy in a test.
#pragma once

#include <string>

#include "model/durations.hpp"
#include "model/journal_entry.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"
#include "plan/membership.hpp"

namespace dsr::test {

/// 2026-11-23T12:00:00Z: the `now` of tests that need none of their own.
inline constexpr model::Instant noon{std::chrono::seconds{1'795'435'200}};

inline model::LiveMaster live(const std::string& address, model::Instant startup, std::int64_t pid = 4711) {
    model::LiveMaster master;
    master.address = {address};
    master.form = model::HeartbeatForm::json;
    master.startup_time = startup;
    master.process_id = pid;
    master.reported_at = startup;
    master.registered_at = startup;
    master.written_at = startup;
    master.session_id = pid;
    return master;
}

/// How many durations were added.
inline std::uint64_t count_of(const model::Durations& durations) {
    std::uint64_t count = 0;
    for (const auto& run : durations.runs()) count += run.times;
    return count;
}

inline model::OwnershipTime owned_since(model::Instant time, std::chrono::microseconds tolerance = {}) {
    return {model::OwnershipTime::Form::known, time - tolerance, time + tolerance, time, ""};
}

inline model::WorkflowInstance row(std::int64_t id, const std::string& host,
                                   int state = model::state::running_execution,
                                   model::Instant since = noon - std::chrono::hours{1}) {
    model::WorkflowInstance instance;
    instance.id = {id};
    instance.name = "wf-" + std::to_string(id);
    instance.state = state;
    instance.host = host;
    instance.ownership = owned_since(since);
    instance.definition_code = 9001;
    instance.definition_version = 1;
    return instance;
}

inline model::SchemaFacts schema_3_1() {
    model::SchemaFacts facts;
    facts.generation = model::Generation::process;
    facts.version_text = "3.1.1";
    facts.version = model::Version{3, 1, 1};
    facts.state_history = facts.alert_sign = facts.alert_type = true;
    return facts;
}

inline model::SchemaFacts schema_3_4() {
    model::SchemaFacts facts = schema_3_1();
    facts.generation = model::Generation::workflow;
    facts.version_text = "3.4.3";
    facts.version = model::Version{3, 4, 3};
    facts.tenant_code = true;
    return facts;
}

/// Judges at once: grace 0, one view.
inline model::Policy at_once() {
    model::Policy policy;
    policy.grace = model::Milliseconds{0};
    policy.confirmations = 1;
    return policy;
}

/// Missing in `views` fresh views since `since`, seen registered until a minute before, beside others.
inline model::Absence missing(model::Instant since, int views = 5,
                              std::optional<model::Incarnation> incarnation = std::nullopt) {
    model::Absence absence;
    absence.since = since;
    absence.last_counted = noon;
    absence.views = views;
    absence.witnessed = true;
    absence.last_incarnation = std::move(incarnation);
    absence.last_seen = since - std::chrono::minutes{1};
    absence.first_missed = since;
    return absence;
}

/// A person's release, in force.
inline model::Waiver released_from(std::string gate, model::Instant at = noon) {
    return {std::move(gate), at};
}

/// An entry for the loss that row() shows: instance, owner and ownership are the row's.
inline model::JournalEntry entry_for(const model::WorkflowInstance& row, model::Instant at,
                                     model::EntryKind kind = model::EntryKind::failover) {
    model::JournalEntry entry;
    entry.number = 7;
    entry.sweep = "s";
    entry.at = at;
    entry.kind = kind;
    entry.instance = row.id;
    entry.from_host = {row.host.value_or("")};
    entry.old_state = row.state.value_or(0);
    entry.owned_since = row.ownership.stamped;
    entry.command = 70;
    return entry;
}

/// As the journal has it: handed over at noon - 1 min for the loss that the row shows.
inline model::WorkflowInstance answered(model::WorkflowInstance instance,
                                        model::Receipt receipt = model::Receipt::awaited,
                                        model::Instant at = noon - std::chrono::minutes{1}) {
    auto entry = entry_for(instance, at);
    entry.receipt = receipt;
    entry.receipt_at = at + std::chrono::seconds{10};
    entry.message = "no such definition";
    instance.history.answer = entry;
    return instance;
}

/// Every registered master was seen to write in database.time_zone.
inline void prove_zone(model::Snapshot& snapshot) {
    for (const auto& master : snapshot.registry.masters) {
        if (master.startup_time)
            snapshot.zone.proofs[master.address] = {*master.startup_time, master.process_id,
                                                    snapshot.registry.taken_at};
    }
}

/// A fresh view of these masters, seen once, in a zone that is proven.
inline model::Snapshot snapshot_of(std::vector<model::LiveMaster> masters, model::Policy policy = at_once(),
                                   model::SchemaFacts schema = schema_3_1(), model::Instant now = noon) {
    model::Snapshot snapshot;
    snapshot.registry.fresh = snapshot.registry.reached = true;
    snapshot.registry.session_id = 1;
    snapshot.registry.taken_at = now;
    snapshot.registry.masters = std::move(masters);
    snapshot.policy = policy;
    snapshot.schema = schema;
    prove_zone(snapshot);
    snapshot.membership = plan::attend({}, snapshot.registry, policy, now);
    return snapshot;
}

}  // namespace dsr::test
