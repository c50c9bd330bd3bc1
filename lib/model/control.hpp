// SPDX-License-Identifier: Apache-2.0
// Commands that operators gave the daemon: pause, resume, release. Kept in the journal, each with who and why.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// The names are in the database: never rename one.
enum class ControlAction {
    pause,    ///< nothing is handed over until resume, or until the time given
    resume,   ///< ends a pause
    release,  ///< one instance may be handed over again: quarantine, ambiguity and earlier entries no longer count
    release_mass_loss,  ///< the masters missing now are really lost
    release_cluster,    ///< the registry and the database of the next sweep belong together
    release_database,   ///< the database lost commits, and an operator checked the rows concerned
    ended_release,      ///< a release that expired or was refused: not `release`, which an older daemon would count
    release_clock,      ///< the rows that contradict database.time_zone now do not count
};
inline constexpr std::array<std::string_view, 8> control_action_names{
    "pause",           "resume",           "release",       "release_mass_loss",
    "release_cluster", "release_database", "ended_release", "release_clock"};
static_assert(base::names_each<ControlAction>(control_action_names));
constexpr std::string_view name(ControlAction action) {
    return control_action_names[static_cast<std::size_t>(action)];
}

/// The state of a release of one instance. The names are in the database: never rename one.
enum class ReleaseState {
    unbound,  ///< no sweep has seen it yet
    bound,    ///< it waives one gate, for one ownership of the row
    used,     ///< the row was handed over by it
    expired,  ///< not used within failover.release_valid
    refused,  ///< it did not fit the row
};
inline constexpr std::array<std::string_view, 5> release_state_names{"unbound", "bound", "used", "expired", "refused"};
static_assert(base::names_each<ReleaseState>(release_state_names));
constexpr std::string_view name(ReleaseState state) {
    return release_state_names[static_cast<std::size_t>(state)];
}

/// What a release of one instance covers, and its outcome.
struct ReleaseTerms {
    ReleaseState state = ReleaseState::unbound;
    std::string gate{};                    ///< name of the gate that it waives; empty while unbound
    std::optional<Instant> owned_since{};  ///< the row's OwnershipTime::stamped when it was bound
    std::chrono::microseconds spent{0};    ///< part of its life used up: time between sweeps that nothing held
    std::optional<Instant> state_at{};     ///< when the state was reached
    std::string why{};                     ///< why it is in that state
    bool operator==(const ReleaseTerms&) const = default;
};

/// One command of an operator. A row of ds_reconciler_control; only the terms of a release ever change.
struct ControlNote {
    std::int64_t number = 0;  ///< the journal's own; 0 until it is written
    Instant at;
    ControlAction action = ControlAction::pause;
    std::optional<WorkflowInstanceId> instance;  ///< of a release
    std::optional<Instant> until;                ///< of a pause that ends by itself
    std::string who;
    std::string why;
    std::optional<ReleaseTerms> terms{};  ///< of a release; nothing in a journal without those columns
    bool operator==(const ControlNote&) const = default;
};

/// What is in force now.
struct Control {
    std::optional<ControlNote> pause;              ///< the current pause; one that has expired may still be here
    std::optional<Instant> mass_loss_release;      ///< when an operator last released mass_loss
    std::optional<ControlNote> cluster_release{};  ///< the newest release of unproven_cluster
    std::optional<Instant> database_release{};     ///< when an operator last released database_went_back
    std::optional<Instant> clock_release{};        ///< when an operator last released clock
    bool operator==(const Control&) const = default;
};

}  // namespace dsr::model
