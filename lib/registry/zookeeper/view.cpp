// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "registry/heartbeat.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"
#include "registry/zookeeper/lock_queue.hpp"

namespace dsr::registry {
namespace {

using model::RegistryView;
using What = Read::What;

/// Maximum age of reused parts of an earlier view.
constexpr std::chrono::hours max_cache_age{1};

std::string child(const std::string& parent, const std::string& name) {
    std::string path = parent;
    path.append("/").append(name);
    return path;
}

/// Reads of all the names below parent.
std::vector<Read> reads(What what, const std::string& parent, const std::vector<std::string>& names) {
    std::vector<Read> all;
    all.reserve(names.size());
    for (const auto& name : names) all.push_back({what, child(parent, name)});
    return all;
}

void read_masters(ZookeeperSession& session, const std::string& parent, std::vector<std::string> names,
                  RegistryView& view) {
    std::sort(names.begin(), names.end());
    const auto nodes = session.read(reads(What::data, parent, names));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!nodes[i].exists) continue;
        view.masters.push_back(live_master({names[i]}, nodes[i].data, nodes[i].stat));
        note_incarnation(view, names[i], view.masters.back());
    }
}

/// 3.1.1 and later: /nodes/worker/<address>. Before: /nodes/worker/<group>/<address>; a group is a persistent node and
/// may be empty.
void read_workers(ZookeeperSession& session, const std::string& parent, const std::vector<std::string>& names,
                  LastLook& now) {
    std::vector<std::pair<std::string, Read>> workers;
    const auto listed = session.read(reads(What::children, parent, names));
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto path = child(parent, names[i]);
        const auto& node = listed[i];
        if (!node.exists) continue;
        if (node.stat.ephemeral_owner != 0 || (node.children.empty() && names[i].find(':') != std::string::npos)) {
            workers.push_back({names[i], {What::data, path}});
            continue;
        }
        now.groups[path] = node.stat.children_changed;
        for (const auto& address : node.children) workers.push_back({address, {What::data, child(path, address)}});
    }
    std::vector<Read> wanted;
    std::transform(workers.begin(), workers.end(), std::back_inserter(wanted),
                   [](const auto& one) { return one.second; });
    const auto nodes = session.read(wanted);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        if (!nodes[i].exists) continue;
        now.workers.workers.insert({workers[i].first});
        note_incarnation(now.workers, workers[i].first, parse_heartbeat(nodes[i].data));
    }
}

/// Whether the workers are those of `known` and all of them had reported their startup, which a heartbeat never
/// changes.
bool same_workers(ZookeeperSession& session, const LastLook& known, const ReadResult& list) {
    if (list.stat.children_changed != known.workers_changed || !known.workers.servers_of_unknown_startup.empty())
        return false;
    std::vector<Read> groups;
    groups.reserve(known.groups.size());
    for (const auto& [path, changed] : known.groups) groups.push_back({What::children, path});
    const auto found = session.read(groups);
    return std::equal(known.groups.begin(), known.groups.end(), found.begin(), found.end(),
                      [](const auto& then, const ReadResult& group) {
                          return group.exists && group.stat.children_changed == then.second;
                      });
}

std::vector<model::FailoverMarker> read_markers(ZookeeperSession& session, const std::string& parent,
                                                std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::vector<model::FailoverMarker> markers;
    auto nodes = session.read(reads(What::data, parent, names));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!nodes[i].exists) continue;
        markers.push_back(failover_marker(std::move(names[i]), std::move(nodes[i].data), nodes[i].stat.version,
                                          nodes[i].stat.modified_at, nodes[i].stat.modified_in));
    }
    return markers;
}

bool any_mutex(const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), is_mutex_node);
}

/// Whether a mutex node exists in a directory below parent.
bool mutex_one_below(ZookeeperSession& session, const std::string& parent, std::vector<std::string> names) {
    names.erase(std::remove_if(names.begin(), names.end(), is_mutex_node), names.end());
    const auto folders = session.read(reads(What::children, parent, names));
    return std::any_of(folders.begin(), folders.end(),
                       [](const ReadResult& folder) { return any_mutex(folder.children); });
}

}  // namespace

model::LiveMaster live_master(const model::MasterAddress& address, const std::string& data, const NodeStat& stat) {
    auto master = live_master(address, parse_heartbeat(data));
    master.registered_at = stat.created_at;
    master.written_at = stat.modified_at;
    master.session_id = stat.ephemeral_owner;
    return master;
}

RegistryView read_view(ZookeeperSession& session, const std::string& root, const LastLook* known, LastLook& now) {
    const auto at = [&](std::string_view below) { return root + std::string{below}; };
    now.session_id = session.id();
    now.at = std::chrono::steady_clock::now();
    auto lists = session.read(std::vector<Read>{{What::children, at(path::masters), /*watch=*/true},
                                                {What::children, at(path::workers)},
                                                {What::children, at(path::markers)},
                                                {What::children, at(path::master_failover_lock)},
                                                {What::children, at(path::failover_masters_lock)},
                                                {What::data, root.empty() ? "/" : root}});
    const auto& masters = lists[0];
    const auto& workers = lists[1];
    const auto& markers = lists[2];
    if (!masters.exists) {
        const auto missing = lists[5].exists ? at(path::masters) : root;
        throw model::Failure(model::ErrorKind::retry,
                             missing +
                                 " does not exist in ZooKeeper: no server of DolphinScheduler has ever registered "
                                 "there; check registry.namespace and registry.connect");
    }
    now.masters_changed = masters.stat.children_changed;
    now.workers_changed = workers.stat.children_changed;
    now.markers_changed = markers.stat.children_changed;
    if (known != nullptr && (known->session_id != now.session_id || now.at - known->at > max_cache_age))
        known = nullptr;
    RegistryView view;
    if (known != nullptr && same_workers(session, *known, workers)) {
        now.workers = known->workers;
        now.groups = known->groups;
    } else {
        read_workers(session, at(path::workers), workers.children, now);
    }
    view = now.workers;
    const auto listed = masters.children.size();
    read_masters(session, at(path::masters), std::move(lists[0].children), view);
    // A node that vanished after the list was read is one change more than the list's.
    view.master_changes = masters.stat.child_changes + static_cast<std::int64_t>(listed - view.masters.size());
    view.marker_directory = markers.exists;
    view.identity = fmt::format("{:#x}/{}", masters.stat.created_in, model::epoch_ms(masters.stat.created_at));
    if (known != nullptr && known->masters_changed == now.masters_changed &&
        known->markers_changed == now.markers_changed) {
        now.markers = known->markers;
    } else {
        now.markers = read_markers(session, at(path::markers), std::move(lists[2].children));
    }
    view.markers = now.markers;
    // Reused parts are as old as their first read.
    if (known != nullptr) now.at = known->at;
    view.locks.mutex_in_global = any_mutex(lists[3].children);
    view.locks.mutex_per_address =
        mutex_one_below(session, at(path::master_failover_lock), std::move(lists[3].children));
    view.locks.mutex_in_failover_masters =
        mutex_one_below(session, at(path::failover_masters_lock), std::move(lists[4].children));
    return view;
}

}  // namespace dsr::registry
