// SPDX-License-Identifier: Apache-2.0
// Parses a request: each function throws Refusal(400) with a sentence that names the parameter. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dsr::http {

struct Range {
    std::int64_t least;
    std::int64_t most;
};

/// Of a row of DolphinScheduler: an int in every release.
inline constexpr std::int64_t max_id = 2'147'483'647;

/// Digits without a sign or leading zeros.
std::int64_t integer_of(std::string_view name, std::string_view text, Range range);

/// Of the query; nothing if it is missing.
std::optional<std::int64_t> integer_in(const Pairs& query, std::string_view name, Range range);

/// The id in the path.
std::int64_t id_of(const Request& request);

/// The query has only these names, and each at most once, except the last if `last_repeats`.
void require_known(const Pairs& query, const std::vector<std::string>& names, bool last_repeats);

/// The body as a JSON object with only these members. Throws Refusal(415) for another content type. An empty body
/// counts as {} unless `required`.
nlohmann::json object_of(const Request& request, const std::vector<std::string>& members, bool required);

/// A text of the body: at most `most` characters, no control character, not blank. Nothing if absent.
std::optional<std::string> text_in(const nlohmann::json& body, const std::string& name, std::size_t most);

}  // namespace dsr::http
