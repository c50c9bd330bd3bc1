// SPDX-License-Identifier: Apache-2.0
// Holds a JSON value against a schema of lib/api/openapi.json, as far as that file uses schemas: what an answer has
// and the contract lacks, or the other way round, is a fault. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dsr::test {

/// openapi.json, read once.
const nlohmann::json& openapi();

/// What is wrong with `value` as that schema of the components, one line each; empty when nothing is.
std::vector<std::string> faults(const nlohmann::ordered_json& value, const std::string& schema);

}  // namespace dsr::test
