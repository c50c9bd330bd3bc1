// SPDX-License-Identifier: Apache-2.0
// With etcd a master that is cut off runs on, and in the second generation no removal reaches the others. With JDBC a
// dead master's row stays until another server purges it, and a purged master that lives writes it anew.
#include "explorer/registry_worlds.hpp"

#include <fmt/format.h>

#include "explorer/master.hpp"
#include "explorer/world_parts.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;
using model::Verdict;

namespace {

World with(RegistryKind kind, const std::string& what, Release release, std::function<void(Cluster&)> setup,
           std::vector<Script> scripts) {
    const char* const registry = kind == RegistryKind::etcd ? "etcd" : "JDBC";
    auto made =
        world(fmt::format("{}: {}, {}", registry, what, name(release)), release, std::move(setup), std::move(scripts));
    made.registry = kind;
    made.ticks = 5;
    made.setup = [setup = made.setup](Cluster& cluster) {
        setup(cluster);
        cluster.remember_members();
    };
    // As the configuration requires it: masters wait in the database for our transaction.
    if (kind == RegistryKind::jdbc) made.policy.lock_hold = 5s;
    made.in_memory_only = true;  // what differs is in the registry
    return made;
}

/// The masters' own failover does not work, which is what the daemon is for.
std::function<void(Cluster&)> left_to_us(std::function<void(Cluster&)> setup) {
    return [setup = std::move(setup)](Cluster& cluster) {
        cluster.nobody_fails_over = true;
        setup(cluster);
    };
}

// ---- etcd ----

World etcd(const std::string& what, Release release, std::vector<Script> scripts) {
    return with(RegistryKind::etcd, what, release, two_masters, std::move(scripts));
}

/// `reachable`: its address still accepts our connections.
World cut_off(Release release, bool reachable) {
    return with(RegistryKind::etcd,
                std::string("a master is cut off") + (reachable ? ", its address answers" : " from everything"),
                release, left_to_us(two_masters), {then({event::cut_off(a, reachable)}, after(2, {event::heal(a)}))});
}

/// No daemon reaches it, but the database shows its sessions.
World cut_off_but_in_the_database(Release release) {
    auto made = cut_off(release, false);
    made.name = fmt::format("etcd: a master is cut off from everything but the database, {}", name(release));
    made.setup = [setup = made.setup](Cluster& cluster) {
        setup(cluster);
        cluster.shows_sessions = true;
    };
    return made;
}

/// No daemon saw it registered: nothing but rows names it.
World cut_off_before_the_first_look(Release release, bool reachable) {
    auto made = cut_off(release, reachable);
    made.name = fmt::format("etcd: a master is cut off{} before any daemon looks, {}",
                            reachable ? ", its address answers," : " from everything", name(release));
    made.setup = left_to_us(two_masters);
    return made;
}

std::vector<World> etcd_worlds(Release release) {
    std::vector<World> all;
    all.push_back(cut_off(release, true));
    all.push_back(cut_off(release, false));
    all.push_back(cut_off_but_in_the_database(release));
    all.push_back(etcd("a master dies", release,
                       {then({event::kill(a), event::expire(a)}, after(5, {event::start(c)})), stalls(b, 4)}));
    all.push_back(etcd("a master dies and restarts at its address", release,
                       {{event::kill(a), event::start(a), event::stall(a)}, stalls(b, 4), after(5, {event::wake(a)})}));
    all.push_back(with(RegistryKind::etcd, "all masters die, one comes back late", release,
                       [](Cluster& cluster) {
                           running_for(cluster, 1h, {a});
                           cluster.run(1, a, cluster.now - 2s);
                       },
                       {{event::kill(a), event::expire(a), event::pause(), event::start(b), event::stall(b)},
                        after(6, {event::wake(b)})}));
    auto two = etcd("a master dies beside two daemons", release,
                    {then({event::kill(a), event::expire(a)}, after(5, {event::start(c)})),
                     after(4, {event::lose_session_of_daemon(1)})});
    two.replicas = 2;
    all.push_back(two);
    return all;
}

// ---- JDBC ----

World jdbc(const std::string& what, Release release, std::vector<Script> scripts) {
    return with(RegistryKind::jdbc, what, release, two_masters, std::move(scripts));
}

/// Purged by servers whose clocks are ahead, over and over, and back with each heartbeat.
World flapping(Release release) {
    Script purges;
    for (int times = 0; times < 6; ++times) purges.push_back(event::purge(a));
    auto made = with(RegistryKind::jdbc, "a master is purged over and over, and lives", release,
                     left_to_us([](Cluster& cluster) {
                         two_masters(cluster);
                         cluster.at(a).reachable = false;
                     }),
                     {then({event::pause()}, purges)});
    return made;
}

World stands_still_and_wakes(Release release, bool purged) {
    Script script = after(1, {event::freeze(a)});
    if (purged) script = then(script, {event::pause(), event::pause(), event::purge(a)});
    auto made =
        with(RegistryKind::jdbc,
             std::string("a machine stands still, ") + (purged ? "is purged" : "nobody purges it") + ", and goes on",
             release, left_to_us(two_masters), {then(script, after(purged ? 2 : 5, {event::thaw(a)}))});
    made.ticks = 7;
    return made;
}

World slow_clock() {
    auto made =
        with(RegistryKind::jdbc, "a master's clock is behind", Release::v3_4_2, left_to_us([](Cluster& cluster) {
                 cluster.clocks[a] = -150s;
                 two_masters(cluster);
                 cluster.at(a).reachable = false;
             }),
             {});
    made.may_hold.insert("clock");
    return made;
}

/// The tickets are all that is left of what keeps two daemons from one stranded row.
World stranded_and_a_lost_ticket() {
    auto made = with(RegistryKind::jdbc, "a stranded row and a leader that stalls past its ticket", Release::v3_4_2,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a});
                         cluster.strand(1, b, cluster.now - 1h);
                         cluster.run(2, a, cluster.now - 1s);
                         cluster.at(a).commands.busy = true;
                     },
                     {after(3, {event::stall_daemon(1), event::pause(), event::wake_daemon(1)})});
    made.replicas = 2;
    made.faulty_view.blind_to_commands = made.faulty_view.journal_forgets = true;
    return made;
}

World daemon_dies(Release release) {
    return jdbc("a master dies, and the daemon at some point", release,
                {{event::kill(a), event::purge(a)}, stalls(b, 6), after(5, {event::kill_daemon(1)})});
}

std::vector<World> jdbc_worlds(Release release) {
    std::vector<World> all;
    all.push_back(jdbc("a master dies and is purged", release,
                       {then({event::kill(a), event::purge(a)}, after(5, {event::start(c)})), stalls(b, 4)}));
    auto unpurged = jdbc("a master dies and nobody purges it", release,
                         {then({event::kill(a)}, after(8, {event::purge(a), event::start(c)})), stalls(b, 6)});
    unpurged.ticks = 7;
    all.push_back(unpurged);
    all.push_back(jdbc("a master dies and restarts at its address while the daemon acts", release,
                       {then({event::kill(a), event::purge(a)}, after(3, {event::start(a)})), stalls(b, 6)}));
    all.push_back(with(RegistryKind::jdbc, "all masters die unpurged, one comes back", release,
                       [](Cluster& cluster) {
                           running_for(cluster, 1h, {a});
                           cluster.run(1, a, cluster.now - 2s);
                       },
                       {{event::kill(a), event::pause(), event::start(b), event::stall(b)},
                        after(6, {event::wake(b), event::purge(a)})}));
    all.push_back(flapping(release));
    for (const bool purged : {true, false}) all.push_back(stands_still_and_wakes(release, purged));
    all.push_back(daemon_dies(release));
    auto two = jdbc("a master dies, and the leader of two daemons stalls past its ticket", release,
                    {then({event::kill(a), event::purge(a)}, after(5, {event::start(c)})),
                     after(5, {event::stall_daemon(1), event::pause(), event::pause(), event::wake_daemon(1)})});
    two.replicas = 2;
    all.push_back(two);
    return all;
}

/// What etcd, or JDBC, does to a master.
Script drawn_fate(Dice& dice, RegistryKind kind, const std::string& address) {
    const bool etcd = kind == RegistryKind::etcd;
    Script script = after(dice.below(5), {});
    const Event gone = etcd ? event::expire(address) : event::purge(address);
    switch (dice.below(6)) {
        case 0:
            script = then(script, {event::kill(address), event::start(address)});
            break;
        case 1:
            script = then(script, stalls(address, dice.below(8)));
            break;
        case 2:
        case 3:
            script.push_back(event::kill(address));
            if (etcd || dice.one_in(2)) script = then(script, after(dice.below(4), {gone}));
            if (dice.one_in(2)) script = then(script, after(dice.below(6), {event::start(address)}));
            break;
        default:
            if (etcd) {
                script.push_back(event::cut_off(address, dice.one_in(2)));
                if (dice.one_in(2)) script = then(script, after(dice.below(8), {event::heal(address)}));
            } else if (dice.one_in(2)) {
                for (int times = 1 + dice.below(5); times > 0; --times) script.push_back(gone);
            } else {
                script.push_back(event::freeze(address));
                if (dice.one_in(2)) script = then(script, after(1 + dice.below(3), {gone}));
                if (dice.one_in(2)) script = then(script, after(dice.below(8), {event::thaw(address)}));
            }
    }
    return script;
}

Script drawn_others(Dice& dice, RegistryKind kind, int workflows, int daemons) {
    Script script = after(dice.below(6), {});
    const auto daemon = 1 + dice.at(static_cast<std::size_t>(daemons));
    const std::int64_t workflow = 1 + dice.below(workflows);
    switch (dice.below(6)) {
        case 0:
            return then(script, {event::kill_daemon(daemon)});
        case 1:
            if (kind == RegistryKind::etcd) return then(script, {event::lose_session_of_daemon(daemon)});
            return then(script,
                        then({event::stall_daemon(daemon)}, after(dice.below(6), {event::wake_daemon(daemon)})));
        case 2:
            return then(script, {event::stop(workflow), event::pause(), event::resume(workflow)});
        case 3:
            return then(script, {event::end(workflow)});
        default:
            return then(script, after(dice.below(6), {event::start(c)}));
    }
}

}  // namespace

World drawn_registry_world(std::uint64_t seed) {
    Dice dice(seed * 0xD1B54A32D192ED03U + 3);
    const auto kind = dice.one_in(3) ? RegistryKind::etcd : RegistryKind::jdbc;
    const Release releases[] = {Release::v3_3_2025, Release::v3_4_1, Release::v3_4_2, Release::v3_1, Release::v3_2};
    const Release release = releases[dice.below(kind == RegistryKind::etcd ? 5 : 3)];  // form N is of the second only
    const std::vector<std::string> addresses{a, b, c};
    const int masters = 1 + dice.below(3);
    const int workflows = 1 + dice.below(3);
    std::vector<std::string> owners;
    for (int i = 0; i < workflows; ++i) owners.push_back(addresses[dice.at(static_cast<std::size_t>(masters))]);
    const bool alone = dice.one_in(2);
    World made = with(kind, "drawn", release,
                      [=](Cluster& cluster) {
                          cluster.nobody_fails_over = alone;
                          running_for(cluster, 1h, {addresses.begin(), addresses.begin() + masters});
                          for (int i = 0; i < workflows; ++i)
                              cluster.run(i + 1, owners[static_cast<std::size_t>(i)],
                                          cluster.now - std::chrono::seconds{10 - i});
                      },
                      {});
    made.name = "registered " + std::to_string(seed);
    made.replicas = 1 + dice.below(2);
    for (int fates = 1 + dice.below(2); fates > 0; --fates)
        made.scripts.push_back(drawn_fate(dice, kind, addresses[dice.at(static_cast<std::size_t>(masters))]));
    made.scripts.push_back(drawn_others(dice, kind, workflows, made.replicas));
    made.ticks = 6 + dice.below(6);
    // A zombie: a process that is cut off stands at the address of one that died.
    made.may_stay.insert({Verdict::ambiguous, Verdict::quarantined, Verdict::zombie});
    return made;
}

std::vector<World> registry_worlds() {
    std::vector<World> all;
    const auto take = [&](std::vector<World> worlds) {
        for (auto& world : worlds) all.push_back(std::move(world));
    };
    for (const auto release : {Release::v3_1, Release::v3_3_2025, Release::v3_4_1, Release::v3_4_2})
        take(etcd_worlds(release));
    for (const auto release : {Release::v3_3_2025, Release::v3_4_1, Release::v3_4_2}) take(jdbc_worlds(release));
    for (const auto release : {Release::v3_1, Release::v3_4_2})
        all.push_back(cut_off_before_the_first_look(release, true));
    all.push_back(slow_clock());
    all.push_back(stranded_and_a_lost_ticket());
    return all;
}

std::vector<World> open_worlds() {
    return {cut_off_before_the_first_look(Release::v3_4_2, false)};
}

std::vector<Planted> registry_mistakes() {
    std::vector<Planted> all;
    const auto plant = [&](const std::string& mistake, const World& sound, Breach breach, const auto& take_out) {
        all.push_back(planted(mistake, sound, breach, take_out));
    };
    plant("etcd: a key that is not there is believed without a connection to its address",
          cut_off(Release::v3_4_2, true), Breach::live_row_touched,
          [](World& world) { world.faulty_view.nobody_answers = true; });
    plant("etcd: a key that is not there is believed without a look at the database's sessions",
          cut_off_but_in_the_database(Release::v3_4_2), Breach::live_row_touched,
          [](World& world) { world.faulty_view.no_sessions = true; });
    plant("etcd: the fence comes after the write", cut_off(Release::v3_4_2, false), Breach::runs_on,
          [](World& world) { world.faulty_view.fences_come_late = true; });
    plant("JDBC: the fence comes after the write", stands_still_and_wakes(Release::v3_4_2, true), Breach::runs_on,
          [](World& world) { world.faulty_view.fences_come_late = true; });
    plant("JDBC: a gap in a master's registration is taken for its absence", flapping(Release::v3_4_2),
          Breach::live_row_touched, [](World& world) { world.faulty_view.reports_do_not_count = true; });
    plant("JDBC: the row of the failover lock is committed", daemon_dies(Release::v3_4_2), Breach::lost,
          [](World& world) { world.faulty_view.lock_rows_stay = true; });
    plant("JDBC: the ticket of a leader that stalls is believed", stranded_and_a_lost_ticket(), Breach::second_command,
          [](World& world) { world.faulty_view.every_ticket_leads = true; });
    plant("JDBC: a heartbeat is compared with a clock", slow_clock(), Breach::live_row_touched,
          [](World& world) { world.faulty_view.clocks_tell_age = true; });
    return all;
}

}  // namespace dsr::explorer
