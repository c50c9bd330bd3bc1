// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/failure.hpp"
#include "registry/etcd/place.hpp"
#include "registry/heartbeat.hpp"
#include "registry/marker_name.hpp"

namespace dsr::registry::etcd {
namespace {

using model::Instant;
using model::RegistryView;

Range all_below(const std::string& name_space, std::string_view path, bool keys_only = false) {
    auto prefix = prefix_of(name_space, path);
    return {.key = prefix, .range_end = prefix_end(prefix), .keys_only = keys_only};
}

/// The name below the path; empty for a key that DolphinScheduler would not put there.
std::string name_below(const std::string& name_space, std::string_view path, const std::string& key) {
    auto name = key.substr(prefix_of(name_space, path).size());
    return is_node_name(name) ? name : std::string{};
}

void require_masters(const RangeAnswer& parent, const std::string& name_space) {
    if (!parent.found.empty()) return;
    throw model::Failure(model::ErrorKind::retry,
                         key_of(name_space, path::masters) +
                             " does not exist in etcd: no server of DolphinScheduler has ever registered there; check "
                             "registry.namespace and registry.endpoints");
}

model::LiveMaster live_master(const model::MasterAddress& address, const KeyValue& kv, const Sightings::Times& times) {
    auto master = registry::live_master(address, parse_heartbeat(kv.value));
    master.registered_at = times.created.by;
    master.registered_after = times.created.after;
    master.written_at = times.written.by;
    master.written_after = times.written.after;
    // Masters up to 3.1.7 hang their key on another lease at every heartbeat, so the lease is no session of theirs. The
    // creation revision stays while the key exists, and no later key has it.
    master.session_id = kv.create_revision;
    return master;
}

/// 3.1.1 and later: <prefix><address>. Before: <prefix><group>/<address>; a group is a key of its own, without a lease.
void read_workers(const RangeAnswer& answer, const std::string& name_space, RegistryView& view) {
    for (const auto& kv : answer.found) {
        const auto below = kv.key.substr(prefix_of(name_space, path::workers).size());
        const auto slash = below.find('/');
        const auto address = slash == std::string::npos ? below : below.substr(slash + 1);
        if (!is_node_name(address)) continue;
        if (slash == std::string::npos && kv.lease == 0 && address.find(':') == std::string::npos) continue;
        view.workers.insert({address});
        note_incarnation(view, address, parse_heartbeat(kv.value));
    }
}

void read_markers(const RangeAnswer& answer, const std::string& name_space, Instant now, MarkerTimes& times,
                  RegistryView& view) {
    MarkerTimes seen;
    for (const auto& kv : answer.found) {
        auto name = name_below(name_space, path::markers, kv.key);
        if (name.empty()) continue;
        const auto known = times.find(name);
        const bool same = known != times.end() && known->second.first == kv.mod_revision;
        // First seen: never earlier than written, so a rule that asks for markers since a loss finds them all.
        const Instant modified_at = same ? known->second.second : now;
        seen.emplace(name, std::pair{kv.mod_revision, modified_at});
        view.markers.push_back(
            failover_marker(std::move(name), kv.value, kv.version - 1, modified_at, kv.mod_revision));
    }
    times = std::move(seen);
}

model::LockTraces traces(const RangeAnswer& master_failover, const RangeAnswer& failover_masters,
                         const std::string& name_space) {
    model::LockTraces traces;
    const auto below_address = [&](std::string_view path, const KeyValue& kv) {
        return kv.key.find('/', prefix_of(name_space, path).size()) != std::string::npos;
    };
    for (const auto& kv : master_failover.found)
        (below_address(path::master_failover_lock, kv) ? traces.mutex_per_address : traces.mutex_in_global) = true;
    traces.mutex_in_failover_masters =
        std::any_of(failover_masters.found.begin(), failover_masters.found.end(),
                    [&](const KeyValue& kv) { return below_address(path::failover_masters_lock, kv); });
    return traces;
}

}  // namespace

ViewRead read_view(Session& session, const std::string& name_space, MarkerTimes& marker_times) {
    Listing listing;
    listing.asked = model::system_now();
    const auto answer = session.gateway().read({{.key = key_of(name_space, path::masters)},
                                                all_below(name_space, path::masters),
                                                all_below(name_space, path::workers),
                                                {.key = key_of(name_space, path::markers)},
                                                all_below(name_space, path::markers),
                                                all_below(name_space, path::master_failover_lock, true),
                                                all_below(name_space, path::failover_masters_lock, true)});
    listing.answered = model::system_now();
    const auto& parent = answer.answers[0];
    require_masters(parent, name_space);
    listing.revision = answer.header.revision;
    listing.keys = listed(answer.answers[1]);
    session.see_masters(listing);

    ViewRead read{{}, answer.header.revision};
    auto& view = read.view;
    view.identity = fmt::format("etcd {:x}/{}", answer.header.cluster_id, parent.found[0].create_revision);
    for (const auto& kv : answer.answers[1].found) {
        const auto name = name_below(name_space, path::masters, kv.key);
        if (name.empty()) continue;
        view.masters.push_back(
            live_master({name}, kv, session.times({kv.key, kv.create_revision, kv.mod_revision}, listing.answered)));
        note_incarnation(view, name, view.masters.back());
    }
    read_workers(answer.answers[2], name_space, view);
    view.marker_directory = !answer.answers[3].found.empty() || !answer.answers[4].found.empty();
    read_markers(answer.answers[4], name_space, listing.answered, marker_times, view);
    view.locks = traces(answer.answers[5], answer.answers[6], name_space);
    return read;
}

std::optional<model::LiveMaster> read_master(Session& session, const std::string& name_space,
                                             const model::MasterAddress& address) {
    const auto key = prefix_of(name_space, path::masters) + address.text;
    const auto answer = session.gateway().read({{.key = key_of(name_space, path::masters)}, {.key = key}});
    require_masters(answer.answers[0], name_space);
    if (answer.answers[1].found.empty()) return std::nullopt;
    const auto& kv = answer.answers[1].found[0];
    return live_master(address, kv, session.times({key, kv.create_revision, kv.mod_revision}, model::system_now()));
}

std::size_t count_masters(Session& session, const std::string& name_space) {
    const auto answer = session.gateway().read(
        {{.key = key_of(name_space, path::masters)}, all_below(name_space, path::masters, /*keys_only=*/true)});
    require_masters(answer.answers[0], name_space);
    const auto& found = answer.answers[1].found;
    return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](const KeyValue& kv) {
        return !name_below(name_space, path::masters, kv.key).empty();
    }));
}

}  // namespace dsr::registry::etcd
