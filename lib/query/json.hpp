// SPDX-License-Identifier: Apache-2.0
// Common parts of the answers: openapi.json's Time, Hold, JournalEntry and so on. Pure; any thread.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/control.hpp"
#include "model/hold.hpp"
#include "model/instant.hpp"
#include "model/journal_entry.hpp"
#include "model/plan.hpp"
#include "model/queues.hpp"
#include "model/shadow_entry.hpp"

namespace dsr::query {

using Json = nlohmann::ordered_json;

Json time_json(const std::optional<model::Instant>& time);

/// Whole milliseconds; never negative, because a clock may have been set.
Json ms_json(const std::optional<std::chrono::microseconds>& duration);

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}
/// The text, or null for an empty one.
Json text_json(const std::string& text);

Json counts_json(const model::VerdictCounts& counts);
Json holds_json(const std::vector<model::Hold>& holds);
Json entry_json(const model::JournalEntry& entry);
Json entry_json(const model::ShadowEntry& entry);
/// openapi.json: ShadowScore, or null.
Json score_json(const std::optional<model::ShadowScore>& score);
/// openapi.json: StuckQueue.
Json stuck_json(const model::StuckQueue& queue);
/// openapi.json: UnfetchedCommands.
Json unfetched_json(const model::Unfetched& waiting);
Json note_json(const model::ControlNote& note);

/// Texts of the database may be invalid UTF-8: invalid bytes become U+FFFD.
std::string dump(const Json& json, int indent = -1);

/// DolphinScheduler's names of the state codes of instances.
const std::map<int, std::string>& state_names();

/// DolphinScheduler's name of an instance's state code; nothing for an unknown code.
std::optional<std::string> state_name(std::optional<int> state);

}  // namespace dsr::query
