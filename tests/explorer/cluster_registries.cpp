// SPDX-License-Identifier: Apache-2.0
// What masters that register with etcd and with JDBC do otherwise than those of ZooKeeper
// (docs/dolphinscheduler-protocol.md, section 3).
#include <algorithm>

#include "explorer/cluster.hpp"
#include "explorer/master.hpp"
#include "plan/living_session.hpp"
#include "support/proven_journal.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;

namespace {
/// Session timeout, twice the refresh, and five seconds.
constexpr auto stands_still_after = 71s;
}  // namespace

bool Cluster::hears_removals() const {
    if (kind == RegistryKind::zookeeper || !ways.second_generation) return true;
    return kind == RegistryKind::jdbc && release == Release::v3_4_2;
}

std::set<std::string> Cluster::registered() const {
    std::set<std::string> addresses;
    for (const auto* rows : {&registry->masters, &registry->still}) {
        for (const auto& [address, master] : *rows) addresses.insert(address.text);
    }
    return addresses;
}

/// A start rebalances the slots of all that hear of it.
void Cluster::tell_members() {
    for (const auto& master : masters) {
        if (master->alive && master->registered) master->members = registered();
    }
}

bool Cluster::in_dead_slot(std::int64_t workflow) const {
    if (kind == RegistryKind::zookeeper) return false;
    const auto commands = tables.commands();
    return std::ranges::any_of(commands, [&](const MasterCommand& command) {
        return command.instance == workflow && std::ranges::none_of(masters, [&](const auto& master) {
                   return master->goes_on() && master->registered && master->commands.mine(command);
               });
    });
}

void Cluster::remember_members() {
    test::remember_members(*tables.connect().journal, *registry, now);
}

// ---- etcd ----

void Cluster::cut_off(Master& master, bool reachable) {
    if (!master.alive || !master.registered) return;
    master.reachable = reachable;
    expire(master);
}

void Cluster::heal(Master& master) {
    // Another process may have taken its place meanwhile.
    if (!master.alive || master.registered || registry->masters.contains({master.address})) return;
    master.registered = true;
    master.cut_off_at.reset();
    master.healed_moment = moment;
    registry->add_master({master.address}, master.startup, master.pid);
    master.session = registry->masters.at({master.address}).session_id;
    beat(master);
    for (const auto& other : masters) {
        if (other->alive && other->registered) other->members.insert(master.address);
    }
}

model::DatabaseSessions Cluster::sessions() const {
    model::DatabaseSessions shown;
    for (const auto& master : masters) {
        if (master->alive) shown.others.push_back({master->pid, plan::host_of(master->address), "", 0us});
    }
    return shown;
}

// ---- JDBC ----

void Cluster::purge(Master& master) {
    const bool refreshed = master.registered;
    expire(master);
    if (!refreshed) unregister(master);
}

void Cluster::freeze(Master& master) {
    if (!master.alive) return;
    master.frozen = true;
    master.reachable = false;
}

void Cluster::thaw(Master& master) {
    if (!master.frozen) return;
    master.frozen = false;
    // Whatever stood still, it goes on from now.
    if (master.cut_off_at) master.cut_off_at = now;
    if (master.registered) beat(master);
    if (master.heartbeat.enabled()) write_row(master);  // it is overdue
}

void Cluster::write_row(Master& master) {
    const model::MasterAddress address{master.address};
    registry->still.erase(address);
    registry->add_master(address, master.startup, master.pid);
    registry->masters.at(address).session_id = master.session;  // the client is the same
    master.registered = true;
    master.cut_off_at.reset();
    master.still_for = 0ms;
    beat(master);
}

bool Cluster::at_standstill() const {
    return kind == RegistryKind::jdbc &&
           std::ranges::none_of(masters, [](const auto& master) { return master->goes_on() && !master->elsewhere; });
}

void Cluster::age_rows(model::Milliseconds by) {
    const bool nobody = at_standstill();
    for (const auto& master : masters) {
        const model::MasterAddress address{master->address};
        const auto row = registry->masters.find(address);
        if (!master->registered || row == registry->masters.end() || row->second.session_id != master->session)
            continue;
        // While nobody refreshes, nobody ages.
        master->still_for = nobody || master->goes_on() ? 0ms : master->still_for + by;
        if (master->still_for < stands_still_after) continue;
        registry->still.insert(registry->masters.extract(row));
        master->registered = false;
        master->cut_off_moment = moment;
        if (master->alive) master->cut_off_at = now;
    }
}

/// Whether neither registry nor address showed that it lives: of etcd at that moment, of JDBC for the whole grace.
bool Cluster::hidden(const Master& master, std::int64_t seen_at, model::Milliseconds grace) const {
    if (kind == RegistryKind::jdbc) return !master.reachable && now - master.last_beat >= grace;
    return !master.reachable && !shows_sessions && master.cut_off_moment < seen_at &&
           (!master.registered || master.healed_moment >= seen_at);
}

}  // namespace dsr::explorer
