// SPDX-License-Identifier: Apache-2.0
// A registered master and its identity (address, startup time, process id).
#pragma once

#include <cstdint>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// One incarnation of an address. In 3.1/3.2 a master that lost its session continues in the same process with a new
/// startup time. So the startup time marks an epoch of ownership rather than a process
/// (docs/dolphinscheduler-protocol.md, section 3.5).
struct Incarnation {
    MasterAddress address;
    Instant startup_time;
    std::int64_t process_id = 0;
    auto operator<=>(const Incarnation&) const = default;
};

/// The form of the heartbeat in a node's data.
enum class HeartbeatForm {
    json,        ///< 3.1 and later
    csv,         ///< 2.0 and 3.0, 13 or 14 fields
    empty,       ///< just registered, or a static parent
    unreadable,  ///< neither; the master is alive, but its startup time is unknown
};

/// A node under /nodes/master. Only its existence decides whether the master is alive
/// (docs/dolphinscheduler-protocol.md, section 3.4).
struct LiveMaster {
    MasterAddress address;
    HeartbeatForm form = HeartbeatForm::empty;
    std::optional<Instant> startup_time;     ///< from the heartbeat; nothing when unknown
    std::optional<std::int64_t> process_id;  ///< from the heartbeat
    std::optional<Instant> reported_at;      ///< the master's own clock when it wrote the heartbeat
    Instant registered_at;                   ///< ZooKeeper's clock when the node was created; etcd: see below
    Instant written_at;                      ///< ZooKeeper's clock when the heartbeat was last written
    std::int64_t session_id = 0;             ///< ephemeral owner; etcd: the creation; JDBC: the client
    /// A registry without times (etcd, JDBC) tells only between which of our reads the node was created or written:
    /// after this, and not after registered_at or written_at, by our clock. The epoch's start when we did not see it
    /// happen. Nothing: registered_at and written_at are exact.
    std::optional<Instant> registered_after{};
    std::optional<Instant> written_after{};

    /// For rules that would act wrongly if the real time were earlier.
    [[nodiscard]] Instant earliest_registration() const { return registered_after.value_or(registered_at); }
    [[nodiscard]] Instant earliest_write() const { return written_after.value_or(written_at); }
    bool operator==(const LiveMaster&) const = default;
};

}  // namespace dsr::model
