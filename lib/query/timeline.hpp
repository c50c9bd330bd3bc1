// SPDX-License-Identifier: Apache-2.0
// The last day as one list: the timeline of masters and guards, hand-overs grouped by loss, and what people did. Pure;
// any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "journal/journal.hpp"
#include "model/control.hpp"
#include "model/shadow_entry.hpp"
#include "model/timeline.hpp"
#include "query/json.hpp"

namespace dsr::query {

/// The workflows of one host that one loss cost.
struct RecoveredHost {
    model::MasterAddress address;
    std::uint64_t workflows = 0;
    std::uint64_t taken_up = 0;
    model::WorkflowInstanceId first;
};

/// Hand-overs that follow each other within `apart`: they answer one loss.
struct Recovery {
    static constexpr std::chrono::minutes apart{10};
    static constexpr std::size_t max_hosts = 200;

    model::Instant at;       ///< the first
    model::Instant last_at;  ///< the last
    std::uint64_t workflows = 0;
    std::array<std::uint64_t, model::receipt_names.size()> receipts{};
    std::optional<model::Instant> ended_at{};  ///< the last receipt, if none is awaited
    std::vector<RecoveredHost> hosts{};        ///< ordered by address
};

/// `counts` in any order. Returns the newest first.
std::vector<Recovery> grouped(std::vector<journal::RecoveryCount> counts);
/// What shadow mode would have handed over, as counts.
std::vector<journal::RecoveryCount> counts_of(const std::vector<model::ShadowEntry>& entries);

struct TimelineAnswer {
    static constexpr std::size_t max_events = 1000;
    static constexpr std::size_t max_counts = 5000;   ///< read of the journal
    static constexpr std::size_t max_entries = 1000;  ///< notes, and entries of shadow mode

    model::Instant taken_at;
    model::Timeline timeline;
    std::vector<Recovery> recoveries;
    std::vector<Recovery> shadow;
    std::vector<model::ControlNote> notes;
    bool complete = true;  ///< the lists above hold everything of the last day
};
/// openapi.json: Timeline; the newest first.
Json to_json(const TimelineAnswer& answer);

}  // namespace dsr::query
