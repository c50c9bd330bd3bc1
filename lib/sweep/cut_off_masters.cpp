// SPDX-License-Identifier: Apache-2.0
#include "sweep/cut_off_masters.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "plan/living_session.hpp"
#include "plan/membership.hpp"
#include "registry/layout.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Absent masters whose rows would be handed over now. One that this registry never showed may have lost its
/// registration before this daemon first looked. Only what can be a node's name is asked.
std::vector<MasterAddress> due_masters(const Snapshot& snapshot, Instant now) {
    std::vector<MasterAddress> due;
    for (const auto& [address, absence] : snapshot.membership.absent) {
        if (absence.owns_rows && registry::is_node_name(address.text) &&
            plan::due(absence.since, absence.views, snapshot.policy, now) <= now)
            due.push_back(address);
    }
    return due;
}

/// The addresses of all hosts that decide whether a session is a lost master's.
plan::HostAddresses resolve(const SweepContext& context, const Snapshot& snapshot, const DatabaseSessions& sessions,
                            std::span<const MasterAddress> masters) {
    if (!context.resolve) return {};
    std::set<std::string> hosts;
    for (const auto& master : masters) hosts.insert(plan::host_of(master.text));
    for (const auto& master : snapshot.registry.masters) hosts.insert(plan::host_of(master.address.text));
    for (const auto& worker : snapshot.registry.workers) hosts.insert(plan::host_of(worker.text));
    for (const auto& session : sessions.others) hosts.insert(session.client);
    hosts.insert(sessions.own_client);
    return context.resolve(hosts);
}

/// The active session of each of these masters that has one.
std::map<MasterAddress, DatabaseSession> living_sessions(const SweepContext& context, const Snapshot& snapshot,
                                                         std::span<const MasterAddress> masters, Instant now) {
    std::map<MasterAddress, DatabaseSession> living;
    if (masters.empty() || !context.asks_for_sessions()) return living;
    auto sessions = context.store.client_sessions();
    // Names are resolved only where a session could count.
    std::erase_if(sessions.others, [&](const DatabaseSession& session) {
        return std::ranges::none_of(masters, [&](const MasterAddress& master) {
            const auto absence = snapshot.membership.absent.find(master);
            return absence != snapshot.membership.absent.end() &&
                   plan::active_since_loss(session, absence->second, snapshot.policy, now);
        });
    });
    if (sessions.others.empty()) return living;
    const auto addresses = resolve(context, snapshot, sessions, masters);
    for (const auto& master : masters) {
        if (const auto session = plan::living_session(master, sessions, addresses, snapshot, now))
            living.emplace(master, *session);
    }
    return living;
}

}  // namespace

void look_for_cut_off_masters(const SweepContext& context, Snapshot& snapshot, Instant now) {
    const auto due = due_masters(snapshot, now);
    if (due.empty()) return;
    snapshot.sessions = living_sessions(context, snapshot, due, now);
    if (context.probes_masters()) snapshot.answering = context.probe(due);
}

std::string runs_on_since_plan(const SweepScope& scope, const MasterAddress& host) {
    const auto& context = scope.context;
    const auto& snapshot = scope.snapshot;
    const bool registered =
        std::ranges::find(snapshot.registry.masters, host, &LiveMaster::address) != snapshot.registry.masters.end();
    if (registered || snapshot.answering.contains(host) || snapshot.sessions.contains(host)) return {};
    if (context.probes_masters() && !context.probe(std::span(&host, 1)).empty())
        return "its address accepts connections: its master seems to be running, cut off from the registry";
    if (!living_sessions(context, snapshot, std::span(&host, 1), context.now()).empty())
        return "the database has an active session from its address: its master seems to be running, cut off from the "
               "registry";
    return {};
}

}  // namespace dsr::sweep
