// SPDX-License-Identifier: Apache-2.0
#include "plan/timeline.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace dsr::plan {

using namespace model;

namespace {

void add_masters(Timeline& timeline, TimelineKind kind, const std::vector<MasterAddress>& masters, Instant at,
                 std::string_view reason = {}) {
    if (masters.empty()) return;
    TimelineEvent event{.at = at, .kind = kind, .count = masters.size(), .reason = std::string(reason)};
    const auto shown = std::min(masters.size(), Timeline::max_masters);
    event.masters.assign(masters.begin(), masters.begin() + static_cast<std::ptrdiff_t>(shown));
    timeline.events.push_back(std::move(event));
}

}  // namespace

void note_masters(Timeline& timeline, const std::vector<LiveMaster>& registered,
                  const std::vector<AbsentMaster>& absent, Instant now) {
    std::vector<MasterAddress> lost;
    std::vector<MasterAddress> never_seen;
    std::vector<MasterAddress> back;
    std::optional<Instant> lost_at;
    std::set<MasterAddress> present_absent;
    for (const auto& master : absent) {
        present_absent.insert(master.address);
        if (timeline.absent.contains(master.address)) continue;
        if (!master.witnessed) {
            never_seen.push_back(master.address);
            continue;
        }
        lost.push_back(master.address);
        lost_at = std::max(lost_at.value_or(master.since), master.since);
    }
    for (const auto& master : registered) {
        if (timeline.absent.contains(master.address)) back.push_back(master.address);
    }
    add_masters(timeline, TimelineKind::masters_back, back, now);
    add_masters(timeline, TimelineKind::masters_lost, never_seen, now, Timeline::loss_not_observed);
    // An absence that an earlier run saw begin may be older than what the timeline keeps.
    add_masters(timeline, TimelineKind::masters_lost, lost, std::max(lost_at.value_or(now), now - Timeline::kept));
    timeline.absent = std::move(present_absent);
    trim(timeline, now);
}

void note_holds(Timeline& timeline, const std::vector<Hold>& holds, Instant now) {
    std::vector<OpenHold> open;
    for (const auto& hold : holds) {
        if (std::ranges::find(open, hold.guard, &OpenHold::guard) != open.end()) continue;
        const auto before = std::ranges::find(timeline.holds, hold.guard, &OpenHold::guard);
        open.push_back({hold.guard, before == timeline.holds.end() ? now : before->since});
        if (before != timeline.holds.end() || hold.guard == Guard::paused) continue;
        TimelineEvent event{.at = now, .kind = TimelineKind::hold_began, .guard = hold.guard};
        event.reason = base::first_characters(hold.reason, Timeline::max_reason);
        timeline.events.push_back(std::move(event));
    }
    for (const auto& before : timeline.holds) {
        if (std::ranges::find(open, before.guard, &OpenHold::guard) != open.end()) continue;
        timeline.events.push_back(
            {.at = now, .kind = TimelineKind::hold_ended, .guard = before.guard, .since = before.since});
    }
    timeline.holds = std::move(open);
    trim(timeline, now);
}

void trim(Timeline& timeline, Instant now) {
    std::erase_if(timeline.events, [&](const TimelineEvent& event) { return event.at < now - Timeline::kept; });
    if (timeline.events.size() <= Timeline::max_events) return;
    const auto surplus = timeline.events.size() - Timeline::max_events;
    timeline.events.erase(timeline.events.begin(), timeline.events.begin() + static_cast<std::ptrdiff_t>(surplus));
}

}  // namespace dsr::plan
