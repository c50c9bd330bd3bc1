// SPDX-License-Identifier: Apache-2.0
// Whether registry and database belong to one DolphinScheduler cluster, according to rows. Kept in the journal.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// One registry and one database. Evidence and a release hold for this pair only.
struct ClusterIdentity {
    std::string registry;  ///< RegistryView::identity
    std::string database;  ///< Journal::identity(); empty without a journal
    bool operator==(const ClusterIdentity&) const = default;
};

enum class ClusterStanding {
    unknown,    ///< no row has decided it yet
    proven,     ///< they belong together
    disproved,  ///< a new row named a host that this registry never showed; only newer rows can prove it again
};
inline constexpr std::array<std::string_view, 3> cluster_standing_names{"unknown", "proven", "disproved"};
static_assert(base::names_each<ClusterStanding>(cluster_standing_names));
constexpr std::string_view name(ClusterStanding standing) {
    return cluster_standing_names[static_cast<std::size_t>(standing)];
}

struct ClusterEvidence {
    ClusterIdentity of;
    ClusterStanding standing = ClusterStanding::unknown;
    std::string because;       ///< half a sentence: what proved or disproved it; empty while unknown
    Instant at;                ///< when; the epoch while unknown
    std::int64_t release = 0;  ///< number of the newest `release cluster` that was applied
    bool operator==(const ClusterEvidence&) const = default;
};

}  // namespace dsr::model
