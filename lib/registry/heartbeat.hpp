// SPDX-License-Identifier: Apache-2.0
// The data that a master or a worker writes into its own registry node, every 10 s or sooner: JSON since 3.1, a line of
// comma separated values in 2.0 and 3.0. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/instant.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"

namespace dsr::registry {

struct Heartbeat {
    model::HeartbeatForm form = model::HeartbeatForm::empty;
    std::optional<model::Instant> startup_time;  ///< startupTime, epoch milliseconds on the wire
    std::optional<std::int64_t> process_id;      ///< processId
    std::optional<model::Instant> reported_at;   ///< reportTime, epoch milliseconds on the wire
    bool operator==(const Heartbeat&) const = default;
};

/// Maximum size of node data that is read, in bytes. A heartbeat is some hundred bytes.
inline constexpr std::size_t max_node_data = std::size_t{64} * 1024;

/// Reads a node's data. JSON of 3.1 to 3.4: unknown and missing keys are tolerated. CSV of 13 fields (2.0.0 to 2.0.5,
/// 3.0): startupTime [6], reportTime [7], processId [9]; of 14 (2.0.6 to 2.0.9): [7], [8], [10]
/// (docs/dolphinscheduler-protocol.md, section 3.3). A known field of a wrong type or out of range makes the whole
/// heartbeat `unreadable`, because half of an identity is useless. So does data larger than max_node_data.
Heartbeat parse_heartbeat(std::string_view data);

/// A master with what its heartbeat tells of it; the fields of its registration are left to the caller.
model::LiveMaster live_master(const model::MasterAddress& address, const Heartbeat& heartbeat);

/// Adds a registered server, master or worker, to the incarnations of the view. `server`: its heartbeat, or the master
/// made of it.
void note_incarnation(model::RegistryView& view, const std::string& address, const auto& server) {
    if (!server.startup_time) {
        view.servers_of_unknown_startup.insert(address);
        return;
    }
    const auto startup = address + "-" + std::to_string(model::epoch_ms(*server.startup_time));
    view.server_startups.insert(startup);
    if (server.process_id) view.server_incarnations.insert(startup + "-" + std::to_string(*server.process_id));
}

}  // namespace dsr::registry
