// SPDX-License-Identifier: Apache-2.0
// A failover-finish marker: /nodes/failover-finish-nodes/<host:port>-<startup ms>-<pid> or <host:port>-unknown-unknown,
// written by masters and workers of G2 after November 2024 (docs/dolphinscheduler-protocol.md, section 5). A marker
// that names a live incarnation stops that server within one heartbeat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

struct FailoverMarker {
    std::string name;                        ///< node name, unchanged
    std::int64_t version = 0;                ///< data version, for the versioned delete; JDBC: the id of its row
    std::string value;                       ///< unchanged text; epoch milliseconds when well-formed
    std::optional<Instant> value_time;       ///< value as a time; nothing when it does not parse
    bool name_parsed = false;                ///< name has one of the known shapes
    std::string address;                     ///< host:port of a master or a worker, when name_parsed
    std::optional<Instant> startup_time;     ///< nothing for -unknown-unknown
    std::optional<std::int64_t> process_id;  ///< nothing for -unknown-unknown and for the oldest shape (no pid)
    Instant modified_at;                     ///< ZooKeeper's clock; etcd: ours, when first seen, never earlier
    std::int64_t modified_in = 0;            ///< ZooKeeper's transaction that wrote it last; 0: not known
    bool operator==(const FailoverMarker&) const = default;
};

}  // namespace dsr::model
