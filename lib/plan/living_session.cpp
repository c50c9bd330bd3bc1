// SPDX-License-Identifier: Apache-2.0
#include "plan/living_session.hpp"

#include <algorithm>

namespace dsr::plan {

using namespace model;

namespace {

constexpr std::chrono::minutes min_session_time{1};

/// The host as written, and its addresses.
std::set<std::string> all_of(const std::string& host, const HostAddresses& addresses) {
    std::set<std::string> all{host};
    if (const auto found = addresses.find(host); found != addresses.end())
        all.insert(found->second.begin(), found->second.end());
    return all;
}

bool same_host(const std::set<std::string>& one, const std::string& other, const HostAddresses& addresses) {
    return std::ranges::any_of(all_of(other, addresses), [&](const auto& text) { return one.contains(text); });
}

}  // namespace

std::string host_of(const std::string& address) {
    return address.substr(0, address.rfind(':'));
}

std::chrono::microseconds session_counts_for(const Policy& policy) {
    return std::max<std::chrono::microseconds>(policy.grace, min_session_time);
}

bool active_since_loss(const DatabaseSession& session, const Absence& absence, const Policy& policy, Instant now) {
    return now - session.idle > absence.lost_at() && session.idle < session_counts_for(policy);
}

std::optional<DatabaseSession> living_session(const MasterAddress& master, const DatabaseSessions& sessions,
                                              const HostAddresses& addresses, const Snapshot& snapshot, Instant now) {
    const auto absence = snapshot.membership.absent.find(master);
    if (absence == snapshot.membership.absent.end()) return std::nullopt;
    const auto host = all_of(host_of(master.text), addresses);
    const auto here = [&](const auto& server) { return same_host(host, host_of(server), addresses); };
    const auto& view = snapshot.registry;
    if (std::ranges::any_of(view.masters, [&](const LiveMaster& live) { return here(live.address.text); }) ||
        std::ranges::any_of(view.workers, [&](const WorkerAddress& worker) { return here(worker.text); }) ||
        same_host(host, sessions.own_client, addresses))
        return std::nullopt;
    std::optional<DatabaseSession> newest;
    for (const auto& session : sessions.others) {
        if ((!newest || session.idle < newest->idle) && same_host(host, session.client, addresses) &&
            active_since_loss(session, absence->second, snapshot.policy, now))
            newest = session;
    }
    return newest;
}

}  // namespace dsr::plan
