// SPDX-License-Identifier: Apache-2.0
// model::PersistedState in the journal: one row for the state, which every sweep writes, and one for the workers'
// addresses, which are many and rarely change; the timeline has a third one for the same reason. The state contains the
// time of the view that last showed the registered workers, so that their row stays unchanged while none registers or
// leaves. Pure; any thread. The text must survive upgrades and downgrades: unknown keys are ignored, and every added
// key is optional (optional_in in the .cpp). An older daemon that writes the text drops the keys that it does not know.
#pragma once

#include <optional>
#include <string>

#include "journal/journal.hpp"
#include "model/persisted_state.hpp"

namespace dsr::journal {

/// One line of JSON. `zone` is the name of the time zone of the evidence.
std::string persisted_state_text(const model::PersistedState& persisted, const std::string& zone);

/// Nothing when the text is broken, incomplete or of another form; the state is then learned again. Evidence of another
/// zone is dropped.
std::optional<model::PersistedState> persisted_state_from(const std::string& text, const std::string& zone);

/// Who saved the state, as one line of JSON; its time stands beside it.
std::string state_owner_text(const StateOwner& owner);

/// Nothing when the text is broken.
std::optional<StateOwner> state_owner_from(const std::string& text, model::Instant at);

/// The addresses of the sightings, as one line of JSON.
std::string worker_addresses_text(const model::WorkerSightings& sightings);

/// The addresses, with the time of the view from the state. No sightings when the time is unknown or the text is
/// broken: the daemon then asks fewer workers, never others.
model::WorkerSightings worker_sightings_in(const std::string& addresses, std::optional<model::Instant> latest_view);

/// What the timeline keeps, as one line of JSON.
std::string timeline_text(const model::Timeline& timeline);

/// An empty one when the text is broken: it is for people only.
model::Timeline timeline_in(const std::string& text);

}  // namespace dsr::journal
