// SPDX-License-Identifier: Apache-2.0
#include "store/sql/registrant.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "base/fnv1a.hpp"

namespace dsr::store {

namespace {

/// One bit less than the hash has: never negative.
std::int64_t number_of(std::string_view text) {
    base::Fnv1a hash;
    hash.add(text);
    return static_cast<std::int64_t>(hash.value() >> 1U);
}

}  // namespace

std::int64_t registrant(std::string_view key, std::string_view value, std::int64_t row) {
    const auto heartbeat = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
    const auto whole = [&](const char* name) {
        const auto found = heartbeat.is_object() ? heartbeat.find(name) : heartbeat.end();
        return found != heartbeat.end() && found->is_number_integer() ? found->dump() : std::string{};
    };
    const auto startup = whole("startupTime");
    const auto process = whole("processId");
    const bool told = !startup.empty() && !process.empty();
    return number_of(std::string(key) + (told ? " " + startup + " " + process : " row " + std::to_string(row)));
}

}  // namespace dsr::store
