// SPDX-License-Identifier: Apache-2.0
// model::PersistedState as it stands in the journal's memory: one row for the state, which every sweep writes, and one
// for the workers' addresses, which are many and rarely change. When the registry last showed the registered ones
// stands in the state, so that their row stays as it is while none comes or goes. Pure; any thread. The text outlives
// upgrades and downgrades: unknown keys are ignored, and every key that is added is optional (optional_in in the .cpp).
// An older daemon that writes the text drops the keys that it does not know.
#pragma once

#include <optional>
#include <string>

#include "model/persisted_state.hpp"

namespace dsr::journal {

/// One line of JSON. `zone` is the name of the time zone that the evidence speaks of.
std::string persisted_state_text(const model::PersistedState& persisted, const std::string& zone);

/// Nothing for what is broken, incomplete or of another form: it is learnt anew. Evidence of another zone is
/// none.
std::optional<model::PersistedState> persisted_state_from(const std::string& text, const std::string& zone);

/// The addresses of the sightings, as one line of JSON.
std::string worker_addresses_text(const model::WorkerSightings& sightings);

/// Those addresses with the time of the view from the state. No sightings when the time is not known or the text is
/// broken: the daemon then asks fewer workers, never others.
model::WorkerSightings worker_sightings_in(const std::string& addresses, std::optional<model::Instant> latest_view);

}  // namespace dsr::journal
