// SPDX-License-Identifier: Apache-2.0
// What a request gives, by openapi.json: query parameters, members of its body, and the operators' commands in one
// (PauseRequest and so on). Each function throws Refusal(400) with a sentence that names the parameter. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "model/control.hpp"

namespace dsr::api {

struct Range {
    std::int64_t least;
    std::int64_t most;
};

/// Of a row of DolphinScheduler: an int in every release.
inline constexpr std::int64_t max_id = 2'147'483'647;

/// Digits without a sign or leading zeros.
std::int64_t integer_of(std::string_view name, std::string_view text, Range range);

/// Of the query; nothing if it is missing.
std::optional<std::int64_t> integer_in(const http::Pairs& query, std::string_view name, Range range);

/// The id in the path.
std::int64_t id_of(const http::Request& request);

/// The body as a JSON object with only these members. Throws Refusal(415) for another content type. An empty body
/// counts as {} unless `required`.
nlohmann::json object_of(const http::Request& request, const std::vector<std::string>& members, bool required);

/// A text of the body: at most `most` characters, no control character, not blank. Nothing if absent.
std::optional<std::string> text_in(const nlohmann::json& body, const std::string& name, std::size_t most);

/// The releases of something else than one instance, with the member of the body that asks for it.
inline constexpr std::array<std::pair<model::ControlAction, const char*>, 4> releases{
    {{model::ControlAction::release_mass_loss, "mass_loss"},
     {model::ControlAction::release_cluster, "cluster"},
     {model::ControlAction::release_database, "database"},
     {model::ControlAction::release_clock, "clock"}}};

/// The operator's command in the body, noted at `now`.
model::ControlNote pause_of(const http::Request& request, model::Instant now);
model::ControlNote resume_of(const http::Request& request, model::Instant now);
/// Of one instance, a mass loss, an unproven cluster, lost commits, or a clock.
model::ControlNote release_of(const http::Request& request, model::Instant now);

}  // namespace dsr::api
