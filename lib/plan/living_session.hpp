// SPDX-License-Identifier: Apache-2.0
// Whether a database session shows that an absent master runs on: one that is cut off from a registry that does not
// make it stop goes on asking the database for commands. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/database_session.hpp"
#include "model/snapshot.hpp"

namespace dsr::plan {

/// The IP addresses of host names; a name that could not be resolved is missing.
using HostAddresses = std::map<std::string, std::set<std::string>>;

/// The host of "host:port".
std::string host_of(const std::string& address);

/// How long after its last activity a session counts: a living master's are active every few seconds, and those of a
/// machine that went down stay at the server for hours.
std::chrono::microseconds session_counts_for(const model::Policy& policy);

/// Whether the session was active after the master's loss, and within session_counts_for(). Nothing of its address.
bool active_since_loss(const model::DatabaseSession& session, const model::Absence& absence,
                       const model::Policy& policy, model::Instant now);

/// The most recently active session from the host of this absent master that shows that it may run on. Nothing when
/// sessions from that host prove nothing: another registered server, or this daemon, has the same address.
std::optional<model::DatabaseSession> living_session(const model::MasterAddress& master,
                                                     const model::DatabaseSessions& sessions,
                                                     const HostAddresses& addresses, const model::Snapshot& snapshot,
                                                     model::Instant now);

}  // namespace dsr::plan
