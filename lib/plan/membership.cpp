// SPDX-License-Identifier: Apache-2.0
#include "plan/membership.hpp"

#include <algorithm>

#include "plan/earlier_bound.hpp"

namespace dsr::plan {

using namespace model;

namespace {

constexpr std::chrono::seconds min_gap{30};
constexpr std::chrono::hours forget_after{24};
/// Twice the longest time in which a master that was purged from a JDBC registry, and lives, registers itself again.
constexpr std::chrono::seconds out_of_sight{20};

bool same_incarnation(const MasterPresence& before, const LiveMaster& now) {
    return before.startup_time == now.startup_time && before.process_id == now.process_id &&
           before.session_id == now.session_id;
}

MasterPresence begin_presence(const LiveMaster& master, Instant now) {
    return {.since = now,
            .last_counted = now,
            .views = 1,
            .startup_time = master.startup_time,
            .process_id = master.process_id,
            .session_id = master.session_id};
}

Absence begin_absence(const MasterAddress& address, const MasterPresence& before, std::optional<Instant> last_seen,
                      bool others_registered, Instant now) {
    Absence absence{.since = now,
                    .last_counted = now,
                    .views = 1,
                    .witnessed = true,
                    .last_incarnation = {},
                    .last_seen = last_seen,
                    .first_missed = now,
                    .others_registered = others_registered};
    if (before.startup_time && before.process_id)
        absence.last_incarnation = Incarnation{address, *before.startup_time, *before.process_id};
    return absence;
}

/// Whether registrations began or ended since the last view that neither view shows: a master came and went.
bool changed_unseen(const Membership& before, const RegistryView& view) {
    if (!view.master_changes || !before.last_view) return false;
    if (!before.master_changes) return true;  // an earlier version of this daemon did not count
    std::int64_t shown = 0;
    auto remaining = before.present;
    for (const auto& master : view.masters) {
        const auto known = remaining.extract(master.address);
        if (known.empty()) {
            ++shown;
        } else if (known.mapped().session_id != master.session_id) {
            shown += 2;
        }
    }
    shown += static_cast<std::int64_t>(remaining.size());
    return *view.master_changes - *before.master_changes != shown;
}

void restart(Membership& membership, Instant now) {
    for (auto& [address, absence] : membership.absent) {
        absence.since = absence.last_counted = now;
        absence.views = 0;  // the current view counts as the first
    }
    for (auto& [address, presence] : membership.present) {
        presence.since = presence.last_counted = now;
        presence.views = 0;
    }
}

/// Counts one more view if it is far enough from the last one that counted.
template <class Seen>
void count_view(Seen& seen, const Policy& policy, Instant now) {
    if (seen.views > 0 && now - seen.last_counted < policy.view_distance()) return;
    ++seen.views;
    seen.last_counted = now;
}

}  // namespace

bool all_gone_at_once(const Membership& before, const RegistryView& view) {
    return view.fresh && view.masters.empty() && !before.present.empty() && !before.all_gone_once;
}

std::optional<std::chrono::microseconds> late_by(const Membership& before, const Policy& policy, Instant now,
                                                 std::chrono::microseconds last_sweep) {
    if (!before.last_view) return std::nullopt;
    const Instant last = std::max(*before.last_view, before.last_look.value_or(*before.last_view));
    const Instant latest = last + last_sweep + std::max<std::chrono::microseconds>(2 * policy.sweep_interval, min_gap);
    if (now <= latest) return std::nullopt;
    return now - latest;
}

bool went_back(const Membership& before, Instant now) {
    return before.last_view && now < *before.last_view;
}

Membership attend(Membership before, const RegistryView& view, const Policy& policy, Instant now,
                  std::chrono::microseconds last_sweep) {
    // 0: the first view of a JDBC registry, before this daemon queued for the leadership. It misses nothing.
    const bool other_session =
        before.registry_session != 0 && before.registry_session != view.session_id && !before.resumed;
    const bool interrupted =
        before.last_view && (other_session || late_by(before, policy, now, last_sweep) || went_back(before, now));
    if (interrupted) restart(before, now);
    const auto skew = measured_skew(view.masters);

    Membership after;
    after.registry_session = view.session_id;
    after.last_view = after.last_look = now;
    after.master_changes = view.master_changes;
    after.unseen_change = changed_unseen(before, view) ? now : before.unseen_change;
    for (const auto& master : view.masters) {
        const auto known = before.present.find(master.address);
        auto& presence = after.present[master.address];
        if (known != before.present.end() && same_incarnation(known->second, master)) {
            presence = known->second;
            count_view(presence, policy, now);
        } else {
            presence = begin_presence(master, now);
            // What another daemon saw, or what was seen before a gap, is not the previous view.
            presence.first_heartbeat_seen = known != before.present.end() && !interrupted && !before.resumed &&
                                            began_under_old_node(known->second, master, skew);
        }
    }
    for (const auto& [address, presence] : before.present) {
        if (!after.present.contains(address)) {
            auto& absence = after.absent[address] =
                begin_absence(address, presence, before.last_view, !view.masters.empty(), now);
            if (const auto sign = view.last_signs.find(address); sign != view.last_signs.end())
                absence.first_missed = std::min(now, sign->second);
        }
    }
    for (auto& [address, absence] : before.absent) {
        if (after.present.contains(address)) continue;
        // What another process missed may have been back, and is out of sight again: look for that long.
        if (before.resumed && view.in_database && policy.grace.count() != 0)
            absence.since = std::max(absence.since, now + out_of_sight - policy.grace);
        // It was back between two views that could be used.
        if (const auto sign = view.last_signs.find(address); sign != view.last_signs.end())
            absence.since = std::max(absence.since, std::min(now, sign->second));
        count_view(absence, policy, now);
        after.absent[address] = absence;
    }
    return after;
}

void note_owners(Membership& membership, const std::set<MasterAddress>& owners, Instant now) {
    for (const auto& owner : owners) {
        if (membership.present.contains(owner)) continue;
        membership.absent.try_emplace(owner, Absence{.since = now,
                                                     .last_counted = now,
                                                     .views = 1,
                                                     .witnessed = false,
                                                     .last_incarnation = {},
                                                     .last_seen = {},
                                                     .first_missed = {}});
    }
    for (auto& [address, absence] : membership.absent) absence.owns_rows = owners.contains(address);
    std::erase_if(membership.absent, [&](const auto& entry) {
        return !owners.contains(entry.first) && (!entry.second.witnessed || now - entry.second.since > forget_after);
    });
}

Instant due(Instant since, int views, const Policy& policy, Instant now) {
    // With enough views it is the end of the grace, which stays where it is when it is over.
    if (views >= policy.confirmations) return since + policy.grace;
    return std::max(since + policy.grace, now + (policy.confirmations - views) * policy.view_distance());
}

std::vector<MasterAddress> newly_absent(const Membership& before, const Membership& after) {
    std::vector<MasterAddress> result;
    for (const auto& [address, absence] : after.absent) {
        if (!before.absent.contains(address)) result.push_back(address);
    }
    return result;
}

}  // namespace dsr::plan
