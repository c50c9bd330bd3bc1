// SPDX-License-Identifier: Apache-2.0
#include "plan/worker_sightings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace dsr::plan {

using namespace model;

namespace {

std::optional<Instant> last_shown(const WorkerSightings& sightings, const WorkerAddress& address) {
    if (sightings.registered.contains(address)) return sightings.latest_view;
    const auto departed = sightings.departed.find(address);
    return departed == sightings.departed.end() ? std::nullopt : std::optional(departed->second);
}

/// Records `view` as the last that showed these addresses.
void depart(WorkerSightings& sightings, const std::set<WorkerAddress>& addresses, const std::optional<Instant>& view) {
    if (!view) return;
    for (const auto& address : addresses) {
        auto& shown = sightings.departed.try_emplace(address, *view).first->second;
        shown = std::max(shown, *view);
    }
}

void forget_oldest(WorkerSightings& sightings) {
    const std::size_t room = max_sightings - std::min(max_sightings, sightings.registered.size());
    if (sightings.departed.size() <= room) return;
    std::vector<std::pair<Instant, WorkerAddress>> by_age;
    by_age.reserve(sightings.departed.size());
    for (const auto& [address, shown] : sightings.departed) by_age.emplace_back(shown, address);
    const auto end = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() - room);
    std::nth_element(by_age.begin(), std::prev(end), by_age.end());
    for (auto old = by_age.begin(); old != end; ++old) sightings.departed.erase(old->second);
}

}  // namespace

WorkerSightings sighted(WorkerSightings before, const RegistryView& view, Milliseconds clock_skew) {
    WorkerSightings after;
    if (before.registry == view.identity) after = std::move(before);
    after.registry = view.identity;
    if (after.registered != view.workers) {
        std::erase_if(after.registered, [&](const auto& address) { return view.workers.contains(address); });
        depart(after, after.registered, after.latest_view);
        after.registered.clear();
        for (const auto& address : view.workers) {
            if (after.registered.size() == max_sightings) break;
            after.registered.insert(after.registered.end(), address);
        }
    }
    after.latest_view = view.taken_at;
    std::erase_if(after.departed, [&](const auto& departed) {
        return view.workers.contains(departed.first) || departed.second < view.taken_at - sighting_life ||
               departed.second > view.taken_at + clock_skew;
    });
    forget_oldest(after);
    return after;
}

WorkerSightings joined(WorkerSightings ours, WorkerSightings theirs) {
    if (ours.latest_view && ours.registry != theirs.registry) return ours;
    if (ours.latest_view < theirs.latest_view) std::swap(ours, theirs);
    depart(ours, theirs.registered, theirs.latest_view);
    for (const auto& [address, shown] : theirs.departed) depart(ours, {address}, shown);
    std::erase_if(ours.departed, [&](const auto& departed) { return ours.registered.contains(departed.first); });
    forget_oldest(ours);
    return ours;
}

bool sighted_since(const WorkerSightings& sightings, const WorkerAddress& address,
                   const std::optional<Instant>& submitted, Instant now) {
    const auto shown = last_shown(sightings, address);
    return shown && submitted && *shown >= *submitted && now - *shown <= sighting_life;
}

}  // namespace dsr::plan
