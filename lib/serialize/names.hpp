// SPDX-License-Identifier: Apache-2.0
// The names of enumerations in JSON. Kept files and the journal contain them: never rename one.
#pragma once

#include <array>
#include <string_view>

#include "model/control.hpp"
#include "model/hold.hpp"
#include "model/journal_entry.hpp"
#include "model/live_master.hpp"
#include "model/ownership_time.hpp"
#include "model/policy.hpp"
#include "model/schema_facts.hpp"
#include "model/timeline.hpp"
#include "model/verdict.hpp"

namespace dsr::serialize {

/// The names of an enumeration, in its order.
template <class Enumeration>
inline constexpr std::array<std::string_view, 0> names{};

template <>
inline constexpr auto names<model::Verdict> = model::verdict_names;
template <>
inline constexpr auto names<model::Guard> = model::guard_names;
template <>
inline constexpr auto names<model::EntryKind> = model::entry_kind_names;
template <>
inline constexpr auto names<model::Receipt> = model::receipt_names;
template <>
inline constexpr auto names<model::ControlAction> = model::control_action_names;
template <>
inline constexpr auto names<model::TimelineKind> = model::timeline_kind_names;
template <>
inline constexpr auto names<model::ClusterStanding> = model::cluster_standing_names;
template <>
inline constexpr auto names<model::ReleaseState> = model::release_state_names;
template <>
inline constexpr auto names<model::Generation> = model::generation_names;
template <>
inline constexpr auto names<model::HeartbeatForm> =
    std::array<std::string_view, 4>{"json", "csv", "empty", "unreadable"};
template <>
inline constexpr auto names<model::LockLayout> = model::lock_layout_names;
template <>
inline constexpr auto names<model::LiveWorkerTasks> = std::array<std::string_view, 3>{"kill", "hold", "mark"};
template <>
inline constexpr auto names<model::StoppedRows> = std::array<std::string_view, 2>{"hold", "recover"};
template <>
inline constexpr auto names<model::OwnershipColumn> = model::ownership_column_names;
template <>
inline constexpr auto names<model::RecoversInPlace> = std::array<std::string_view, 3>{"automatic", "yes", "no"};
template <>
inline constexpr auto names<model::OwnershipTime::Form> =
    std::array<std::string_view, 3>{"known", "absent", "unreadable"};

}  // namespace dsr::serialize
