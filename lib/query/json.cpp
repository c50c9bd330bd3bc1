// SPDX-License-Identifier: Apache-2.0
// Not by serialize/fields.hpp: the contract names half of these members otherwise (workflow_instance_id, command_id,
// by), leaves some out, and shows times as RFC 3339; nothing reads the answers back.
#include "query/json.hpp"

#include <algorithm>
#include <map>

#include "plan/shadow_score.hpp"

namespace dsr::query {

using namespace model;

Json time_json(const std::optional<Instant>& time) {
    return time ? Json(rfc3339(*time)) : Json(nullptr);
}

Json ms_json(const std::optional<std::chrono::microseconds>& duration) {
    if (!duration) return nullptr;
    return std::max<std::int64_t>(0, std::chrono::duration_cast<Milliseconds>(*duration).count());
}

Json text_json(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json counts_json(const VerdictCounts& counts) {
    Json json = Json::object();
    for (std::size_t i = 0; i < verdict_count; ++i) json[std::string(verdict_names[i])] = counts[i];
    return json;
}

Json holds_json(const std::vector<Hold>& holds) {
    Json json = Json::array();
    for (const auto& hold : holds) json.push_back({{"guard", name(hold.guard)}, {"reason", hold.reason}});
    return json;
}

Json entry_json(const JournalEntry& entry) {
    return {{"number", entry.number},
            {"sweep", entry.sweep},
            {"at", rfc3339(entry.at)},
            {"kind", name(entry.kind)},
            {"workflow_instance_id", entry.instance.value},
            {"from_host", entry.from_host.text},
            {"from_startup_time", time_json(entry.from_startup)},
            {"from_process_id", or_null(entry.from_process)},
            {"old_state", entry.old_state},
            {"owned_since", time_json(entry.owned_since)},
            {"releases", entry.releases},
            {"command_id", or_null(entry.command)},
            {"verdict", name(entry.verdict)},
            {"reason", entry.reason},
            {"version", entry.version},
            {"replica", entry.replica},
            {"receipt", name(entry.receipt)},
            {"receipt_at", time_json(entry.receipt_at)},
            {"taken_by", or_null(entry.taken_by)},
            {"message", entry.message}};
}

Json entry_json(const ShadowEntry& entry) {
    return {{"number", entry.number},
            {"sweep", entry.sweep},
            {"at", rfc3339(entry.at)},
            {"kind", name(entry.kind)},
            {"workflow_instance_id", entry.instance.value},
            {"from_host", entry.from_host.text},
            {"old_state", entry.old_state},
            {"owned_since", time_json(entry.owned_since)},
            {"verdict", name(entry.verdict)},
            {"reason", entry.reason},
            {"version", entry.version},
            {"replica", entry.replica},
            {"untouched_at", time_json(entry.untouched_at)},
            {"compared", name(entry.compared)},
            {"compared_at", time_json(entry.compared_at)},
            {"settled", entry.settled},
            {"dealt_by", or_null(entry.dealt_by)},
            {"message", entry.message}};
}

Json score_json(const std::optional<ShadowScore>& score) {
    if (!score) return nullptr;
    return {{"losses", score->losses},
            {"agreed", score->agreed},
            {"would_have_doubled", score->would_have_doubled},
            {"would_have_been_saved", score->would_have_been_saved},
            {"open", score->open},
            {"in_words", plan::in_words(*score)}};
}

Json stuck_json(const StuckQueue& queue) {
    return {{"serial_command_id", queue.serial_command},
            {"workflow_definition_code", queue.definition_code},
            {"workflow_definition_version", queue.definition_version},
            {"workflow_instance_id", queue.instance.value},
            {"waiting", queue.waiting},
            {"reason", queue.reason},
            {"statement", queue.statement}};
}

Json unfetched_json(const Unfetched& waiting) {
    return {{"commands", waiting.commands},
            {"oldest_id", or_null(waiting.oldest)},
            {"oldest_age_ms", waiting.oldest ? ms_json(waiting.age) : Json(nullptr)},
            {"notice", text_json(waiting.notice)}};
}

Json note_json(const ControlNote& note) {
    return {{"number", note.number},
            {"at", rfc3339(note.at)},
            {"action", name(note.action)},
            {"workflow_instance_id", note.instance ? Json(note.instance->value) : Json(nullptr)},
            {"until", time_json(note.until)},
            {"by", note.who},
            {"reason", note.why},
            {"state", note.terms ? Json(name(note.terms->state)) : Json(nullptr)},
            {"gate", note.terms && !note.terms->gate.empty() ? Json(note.terms->gate) : Json(nullptr)},
            {"state_reason", note.terms && !note.terms->why.empty() ? Json(note.terms->why) : Json(nullptr)}};
}

std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const std::map<int, std::string>& state_names() {
    static const std::map<int, std::string> names{{0, "SUBMITTED_SUCCESS"}, {1, "RUNNING_EXECUTION"},
                                                  {2, "READY_PAUSE"},       {3, "PAUSE"},
                                                  {4, "READY_STOP"},        {5, "STOP"},
                                                  {6, "FAILURE"},           {7, "SUCCESS"},
                                                  {12, "DELAY_EXECUTION"},  {14, "SERIAL_WAIT"},
                                                  {15, "READY_BLOCK"},      {16, "BLOCK"},
                                                  {17, "WAIT_TO_RUN"},      {18, "FAILOVER"}};
    return names;
}

std::optional<std::string> state_name(std::optional<int> state) {
    const auto& names = state_names();
    const auto found = state ? names.find(*state) : names.end();
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dsr::query
