// SPDX-License-Identifier: Apache-2.0
// model::Remembered as it stands in the journal's memory. Pure; any thread.
// The text outlives upgrades and downgrades: unknown keys are ignored, and every key that is added is optional
// (optional_in in the .cpp). An older daemon that writes the text drops the keys that it does not know.
#pragma once

#include <optional>
#include <string>

#include "model/remembered.hpp"

namespace dsr::journal {

/// One line of JSON. `zone` is the name of the time zone that zone_proven speaks of.
std::string remembered_text(const model::Remembered& remembered, const std::string& zone);

/// Nothing for what is broken, incomplete or of another form: it is learnt anew. A proof of another zone is none.
std::optional<model::Remembered> remembered_in(const std::string& text, const std::string& zone);

}  // namespace dsr::journal
