// SPDX-License-Identifier: Apache-2.0
#include "sweep/recheck.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "plan/recovers_in_place.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"
#include "sweep/cut_off_masters.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr const char* new_marker_of_host =
    "a failover marker of its host was written since it was judged: a master may have taken its rows over";

struct ByName {
    bool operator()(const FailoverMarker& marker, const std::string& name) const { return marker.name < name; }
    bool operator()(const std::string& name, const FailoverMarker& marker) const { return name < marker.name; }
};

/// Who is registered under the address, and whether any master is alive.
std::string other_registration(const SweepScope& scope, const MasterAddress& host) {
    const auto now_there = scope.context.registry.registered(host);
    const auto& masters = scope.snapshot.registry.masters;
    const auto then =
        std::find_if(masters.begin(), masters.end(), [&](const LiveMaster& master) { return master.address == host; });
    if (now_there.has_value() != (then != masters.end()))
        return now_there ? "its master registered again since it was judged"
                         : "its master was lost since it was judged";
    if (now_there && (now_there->startup_time != then->startup_time || now_there->process_id != then->process_id ||
                      now_there->session_id != then->session_id))
        return "another incarnation of its master registered since it was judged";
    if (scope.context.registry.live_master_count() == 0) return "the last live master was lost since it was judged";
    return {};
}

/// A marker of the host that is newer than the judgement of its rows and is not our own fence.
std::string new_marker(const SweepScope& scope, const MasterAddress& host) {
    if (scope.snapshot.schema.generation != Generation::workflow) return {};
    const auto names = scope.context.registry.marker_names();
    const auto& seen = scope.snapshot.registry;
    if (names.has_value() != seen.marker_directory)
        return "the directory of failover markers was created or removed since";
    if (!names) return {};
    const auto absence = scope.memory.membership.absent.find(host);
    const bool fenced = absence != scope.memory.membership.absent.end() && absence->second.fenced &&
                        absence->second.last_incarnation.has_value();
    const auto own = fenced ? registry::marker_name(*absence->second.last_incarnation) : std::string{};
    const auto known = [&](const std::string& name) {
        return std::binary_search(seen.markers.begin(), seen.markers.end(), name, ByName{});
    };
    const bool any = std::any_of(names->begin(), names->end(), [&](const std::string& name) {
        const auto parsed = registry::parse_marker_name(name);
        return (!parsed || parsed->address == host.text) && name != own && !known(name);
    });
    return any ? new_marker_of_host : std::string{};
}

/// Whether no registration of any master began or ended between the two views. One that began and ended between them
/// shows in the count of changes or, in a registry without one, in its last sign of life.
bool same_masters(const RegistryView& now, const RegistryView& then) {
    return now.master_changes == then.master_changes && now.last_signs == then.last_signs &&
           std::ranges::equal(now.masters, then.masters, [](const LiveMaster& a, const LiveMaster& b) {
               return a.address == b.address && a.session_id == b.session_id && a.startup_time == b.startup_time;
           });
}

/// Where a build recovers in place, only a marker, or the coming and going of a master, shows that one was first.
std::string in_place_since_plan(const SweepScope& scope, const MasterAddress& host) {
    const auto view = scope.context.registry.observe();
    if (!view.fresh) return view.why_not_fresh;
    if (!same_masters(view, scope.snapshot.registry))
        return "a master registered or was lost since it was judged, and may have taken its rows over";
    const auto of_host = [&](const RegistryView& of) {
        std::vector<FailoverMarker> markers;
        std::copy_if(of.markers.begin(), of.markers.end(), std::back_inserter(markers),
                     [&](const FailoverMarker& marker) { return !marker.name_parsed || marker.address == host.text; });
        // Our own fence of this turn is not evidence of a master.
        const auto absence = scope.memory.membership.absent.find(host);
        if (absence != scope.memory.membership.absent.end() && absence->second.fenced) {
            std::erase_if(markers, [&](const FailoverMarker& marker) {
                return marker.value_time && epoch_ms(*marker.value_time) == epoch_ms(*absence->second.fenced);
            });
        }
        return markers;
    };
    if (of_host(view) == of_host(scope.snapshot.registry) &&
        view.marker_directory == scope.snapshot.registry.marker_directory)
        return {};
    return new_marker_of_host;
}

}  // namespace

std::optional<Refusal> no_address(const MasterAddress& host) {
    if (registry::is_node_name(host.text)) return std::nullopt;
    return Refusal{Outcome::failed, "'" + host.text + "' cannot be the address of a master; correct the row's host"};
}

std::optional<Refusal> registration_changed(const SweepScope& scope, const MasterAddress& host) {
    if (auto refusal = no_address(host)) return refusal;
    auto changed = other_registration(scope, host);
    if (changed.empty()) changed = new_marker(scope, host);
    if (changed.empty()) return std::nullopt;
    return Refusal{Outcome::skipped_changed, changed};
}

std::optional<Refusal> changed_since_plan(const SweepScope& scope, const MasterAddress& host) {
    if (auto refusal = registration_changed(scope, host)) return refusal;
    if (auto why = runs_on_since_plan(scope, host); !why.empty())
        return Refusal{Outcome::skipped_changed, std::move(why)};
    const auto changed = plan::recovers_in_place(scope.snapshot) ? in_place_since_plan(scope, host) : std::string{};
    if (changed.empty()) return std::nullopt;
    return Refusal{Outcome::skipped_changed, changed};
}

}  // namespace dsr::sweep
