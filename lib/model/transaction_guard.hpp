// SPDX-License-Identifier: Apache-2.0
// What a registry that lives in DolphinScheduler's own database (JDBC) adds to a failover transaction, so that the
// lock, the lost master's absence, its marker and our leadership hold until the commit and leave nothing after a
// crash. Made by the registry (registry::HeldLock::guard), entered by the store (store::FailoverTransaction::enter).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/ids.hpp"

namespace dsr::model {

/// The row of t_ds_jdbc_registry_data by which an address was registered in the view that its rows were judged by.
struct SeenRegistration {
    /// As they stood still: the row is the dead master's, and must not have changed.
    struct Still {
        std::string value;
        std::optional<std::int64_t> stamp;  ///< last_heartbeat_time of its client; nothing when the client has no row
        bool operator==(const Still&) const = default;
    };
    std::int64_t row = 0;     ///< its id
    std::int64_t client = 0;  ///< its client_id
    /// Nothing: a living master of that address, whose earlier incarnation is failed over; only row and client count.
    std::optional<Still> still{};
    bool operator==(const SeenRegistration&) const = default;
};

/// A finish marker to be written with the claim; one that exists stays as it is.
struct GuardedMarker {
    std::string name;   ///< as parse_marker_name() takes it
    std::string value;  ///< epoch milliseconds
    bool operator==(const GuardedMarker&) const = default;
};

/// What must hold from its entry to the commit.
struct TransactionGuard {
    /// DolphinScheduler's failover lock, e.g. "/lock/master-failover/10.0.0.7:5678": its row is inserted and deleted,
    /// never committed. Empty: a repair, which needs neither the lock nor an address.
    std::string lock_path;
    /// The id of a leaked row of that lock, which is locked instead and left as it is.
    std::optional<std::int64_t> leaked_lock{};
    MasterAddress address;  ///< whose rows are claimed; nobody can register it until the commit
    std::optional<SeenRegistration> seen{};
    std::int64_t events_seen = 0;  ///< the highest id of t_ds_jdbc_registry_data_change_event in that view
    std::optional<GuardedMarker> marker{};
    std::int64_t ticket = 0;  ///< our row of ds_reconciler_replicas; looked at again just before the commit
    bool operator==(const TransactionGuard&) const = default;
};

/// Why a guard does not hold.
enum class GuardRefusal {
    lock_taken,  ///< another process holds the failover lock
    registered,  ///< the address is registered otherwise than it was seen, or has reported since
    not_leader,  ///< our ticket expired, or a lower one lives
};

inline constexpr std::array<std::string_view, 3> guard_refusal_texts{
    "another process took the failover lock", "its master registered or reported again since it was judged",
    "another replica leads now"};
static_assert(base::names_each<GuardRefusal>(guard_refusal_texts));
constexpr std::string_view text(GuardRefusal refusal) {
    return guard_refusal_texts[static_cast<std::size_t>(refusal)];
}

}  // namespace dsr::model
