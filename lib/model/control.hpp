// SPDX-License-Identifier: Apache-2.0
// What people told the daemon: pause, resume, release. Kept in the journal, each with who and why.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// The names are in the database: never rename one.
enum class ControlAction {
    pause,              ///< nothing is handed over until resume, or until the time given
    resume,             ///< ends a pause
    release,            ///< one instance may be handed over again: quarantine, ambiguity and past entries are forgotten
    release_mass_loss,  ///< the masters lost by now are lost indeed
    release_cluster,    ///< the registry and the database of the next sweep belong together
};
inline constexpr std::array<std::string_view, 5> control_action_names{"pause", "resume", "release", "release_mass_loss",
                                                                      "release_cluster"};
constexpr std::string_view name(ControlAction action) {
    return control_action_names[static_cast<std::size_t>(action)];
}

/// One thing that a person told. A row of ds_reconciler_control; rows are only ever added.
struct ControlNote {
    std::int64_t number = 0;  ///< the journal's own; 0 until it is written
    Instant at;
    ControlAction action = ControlAction::pause;
    std::optional<WorkflowInstanceId> instance;  ///< of a release
    std::optional<Instant> until;                ///< of a pause that ends by itself
    std::string who;
    std::string why;
    bool operator==(const ControlNote&) const = default;
};

/// What is in force now.
struct Control {
    std::optional<ControlNote> pause;              ///< the pause that stands; one whose time is over may still be here
    std::optional<Instant> mass_loss_release;      ///< when a person last released mass_loss
    std::optional<ControlNote> cluster_release{};  ///< the newest release of unproven_cluster
    bool operator==(const Control&) const = default;
};

}  // namespace dsr::model
