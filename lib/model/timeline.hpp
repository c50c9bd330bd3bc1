// SPDX-License-Identifier: Apache-2.0
// What happened to masters and guards within the last day, for people to read. No decision uses it. Kept with the state
// that outlives a run.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
#include "model/hold.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// The names are in the database and visible to users: never rename one.
enum class TimelineKind {
    masters_lost,  ///< one view missed them; with a reason if none had shown them before
    masters_back,  ///< registered again
    hold_began,
    hold_ended,
};
inline constexpr std::array<std::string_view, 4> timeline_kind_names{"masters_lost", "masters_back", "hold_began",
                                                                     "hold_ended"};
static_assert(base::names_each<TimelineKind>(timeline_kind_names));
constexpr std::string_view name(TimelineKind kind) {
    return timeline_kind_names[static_cast<std::size_t>(kind)];
}

struct TimelineEvent {
    Instant at;
    TimelineKind kind = TimelineKind::masters_lost;
    std::uint64_t count = 0;               ///< of the masters
    std::vector<MasterAddress> masters{};  ///< the first Timeline::max_masters of them
    std::optional<Guard> guard{};          ///< of a hold
    std::string reason{};                  ///< of a hold that began, or why the time of a loss is not known; at most
                                           ///< Timeline::max_reason characters
    std::optional<Instant> since{};        ///< of a hold that ended: when it began
    bool operator==(const TimelineEvent&) const = default;
};

struct OpenHold {
    Guard guard = Guard::registry_not_fresh;
    Instant since;
    bool operator==(const OpenHold&) const = default;
};

struct Timeline {
    static constexpr std::chrono::hours kept{24};
    static constexpr std::size_t max_events = 400;
    static constexpr std::size_t max_masters = 50;
    static constexpr std::size_t max_reason = 300;
    /// The reason of masters that were absent in the first view: they may be gone for longer.
    static constexpr std::string_view loss_not_observed = "absent already when this daemon first looked";

    std::vector<TimelineEvent> events{};  ///< the oldest first
    std::set<MasterAddress> absent{};     ///< as of the last sweep
    std::vector<OpenHold> holds{};        ///< the same
    bool operator==(const Timeline&) const = default;
};

}  // namespace dsr::model
