// SPDX-License-Identifier: Apache-2.0
#include "explorer/worlds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "explorer/master.hpp"
#include "explorer/registry_worlds.hpp"
#include "explorer/wide_worlds.hpp"
#include "explorer/world_parts.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;
using model::Verdict;

namespace {

World recovered_in_place() {
    auto made = world("recovered in place by another master", Release::dev_2024, two_masters,
                      {{event::kill(a), event::expire(a)}});
    return made;
}

World taken_up_after_restart() {
    // A person starts a workflow while its master-to-be is down; only that one takes it up, after its start.
    auto made = world("taken up after a restart", Release::v3_4_2,
                      [](Cluster& cluster) {
                          running_for(cluster, 1h, {a});
                          cluster.kill(cluster.at(a));
                          cluster.expire(cluster.at(a));
                      },
                      {{event::trigger(1), event::start(a)}});
    made.ticks = 6;
    return made;
}

World lock_held_by_a_staller() {
    auto made = world("a master stalls with the failover lock in its hand", Release::v3_4_2,
                      [](Cluster& cluster) {
                          running_for(cluster, 1h, {a, b, c});
                          cluster.run(1, a, cluster.now - 2s);
                          cluster.run(2, a, cluster.now - 1s);
                      },
                      {{event::kill(a), event::expire(a)}, after(3, stalls(b, 5))});
    made.ticks = 10;
    return made;
}

World marker_of_a_restarted_master() {
    auto made = world("a master starts beside one that restarted eight days ago", Release::v3_4_2,
                      [](Cluster& cluster) {
                          const model::Instant now = cluster.now;
                          // Queued over the restart, taken up after it, running since; the start-up scan left its
                          // marker.
                          cluster.now = now - 24h * 8;
                          auto& master = cluster.start(a);
                          cluster.registry->set_marker(std::string(a) + "-unknown-unknown",
                                                       std::to_string(model::epoch_ms(cluster.now)));
                          cluster.run(1, a, cluster.now - 1min);
                          auto row = *cluster.tables.row(1);
                          row.history = cluster.now + 1min;
                          cluster.tables.update(row);
                          master.failover.scan_at(std::nullopt);
                          cluster.now = now;
                      },
                      {after(2, {event::start(b)})});
    made.ticks = 3;
    return made;
}

World session_lost_in_a_batch() {
    // The daemon stands still inside its transaction, past its session; a master takes the lock meanwhile.
    Event both = event::lose_session_of_daemon(1);
    both.what += ", and " + std::string(b) + " wakes";
    both.happens = [lose = both.happens, wake = event::wake(b).happens](Stage& stage) {
        lose(stage);
        wake(stage);
    };
    Script script = after(4, {both});
    script.insert(script.begin(), event::stall(b));
    return world("the session is lost in the middle of a batch", Release::v3_2, two_masters,
                 {{event::kill(a), event::expire(a)}, script});
}

World stranded_and_two_daemons() {
    auto made = world("a stranded row and two daemons", Release::v3_4_2,
                      [](Cluster& cluster) {
                          running_for(cluster, 1h, {a});
                          cluster.strand(1, b, cluster.now - 1h);
                          cluster.run(2, a, cluster.now - 1s);
                          cluster.at(a).commands.busy = true;  // nobody takes the repair's command up before the end
                      },
                      {});
    made.replicas = 2;
    made.ticks = 5;
    return made;
}

}  // namespace

Planted planted(const std::string& mistake, World sound, Breach breach, const std::function<void(World&)>& take_out) {
    World broken = sound;
    broken.name = mistake;
    take_out(broken);
    return {mistake, std::move(sound), std::move(broken), breach, false};
}

std::vector<Planted> planted_mistakes() {
    std::vector<Planted> all;
    const auto plant = [&](const std::string& mistake, const World& sound, Breach breach, const auto& take_out) {
        all.push_back(planted(mistake, sound, breach, take_out));
    };
    plant("builds that recover in place are judged like any other", recovered_in_place(), Breach::live_row_touched,
          [](World& world) { world.policy.recovers_in_place = model::RecoversInPlace::no; });
    plant("ownership is told by start_time and restart_time alone", taken_up_after_restart(), Breach::live_row_touched,
          [](World& world) { world.faulty_view.blind_to_history = true; });
    plant("a held lock is passed by without proof that it was leaked", lock_held_by_a_staller(), Breach::lock_passed_by,
          [](World& world) { world.faulty_view.every_lock_leaked = true; });
    plant("a lock that was lost while a batch was written is not looked at again", session_lost_in_a_batch(),
          Breach::lock_passed_by, [](World& world) { world.faulty_view.locks_look_held = true; });
    // Nothing is asked of the database any more between the lock and the transaction.
    all.back().needs_two_writers = true;
    plant("-unknown-unknown is removed like a marker of the dead", marker_of_a_restarted_master(), Breach::marker_gone,
          [](World& world) { world.faulty_view.markers_look_old = world.faulty_view.rows_look_unnamed = true; });
    plant("two daemons repair one stranded row", stranded_and_two_daemons(), Breach::second_command, [](World& world) {
        world.faulty_view.everyone_leads = world.faulty_view.mutex_for_everyone = true;
        world.faulty_view.blind_to_commands = world.faulty_view.journal_forgets = true;
    });
    for (auto& planted : wide_mistakes()) all.push_back(std::move(planted));
    for (auto& planted : registry_mistakes()) all.push_back(std::move(planted));
    return all;
}

std::optional<World> world_named(const std::string& name) {
    if (name.starts_with("drawn ")) return drawn_world(std::stoull(name.substr(6)));
    if (name.starts_with("registered ")) return drawn_registry_world(std::stoull(name.substr(11)));
    if (name.starts_with("wide ")) return drawn_wide_world(std::stoull(name.substr(5)));
    for (auto& world : sound_worlds()) {
        if (world.name == name) return world;
    }
    for (auto& world : wide_worlds()) {
        if (world.name == name) return world;
    }
    for (auto& world : registry_worlds()) {
        if (world.name == name) return world;
    }
    for (auto& world : open_worlds()) {
        if (world.name == name) return world;
    }
    for (auto& planted : planted_mistakes()) {
        if (planted.broken.name == name) return planted.broken;
    }
    return std::nullopt;
}

std::vector<World> sound_worlds() {
    std::vector<World> all;
    for (const auto release :
         {Release::v3_1, Release::v3_2, Release::dev_2024, Release::v3_3_2025, Release::v3_4_1, Release::v3_4_2}) {
        const std::string of = std::string(", ") + name(release);
        // The other master is slow: it goes on before, while and after the daemon acts.
        for (const int turns : {0, 4}) {
            all.push_back(world(fmt::format("a master dies, the other wakes after {} turns{}", turns, of), release,
                                two_masters, {{event::kill(a), event::expire(a)}, stalls(b, turns)}));
        }
        all.push_back(world("a master is cut off" + of, release, two_masters, {{event::expire(a)}, stalls(b, 4)}));
        all.push_back(
            world("a master restarts at its address" + of, release, two_masters,
                  {{event::kill(a), event::start(a), event::stall(a)}, stalls(b, 4), after(5, {event::wake(a)})}));
        all.push_back(world("all masters die, one comes back late" + of, release,
                            [](Cluster& cluster) {
                                running_for(cluster, 1h, {a});
                                cluster.run(1, a, cluster.now - 2s);
                            },
                            {{event::kill(a), event::expire(a), event::pause(), event::start(b), event::stall(b)},
                             after(6, {event::wake(b)})}));
        all.push_back(world("a master dies, and the daemon at some point" + of, release, two_masters,
                            {{event::kill(a), event::expire(a)}, stalls(b, 6), after(4, {event::kill_daemon(1)})}));
        all.push_back(world("a person stops and resumes on a dying master" + of, release, two_masters,
                            {{event::kill(a), event::expire(a)},
                             stalls(b, 5),
                             after(3, {event::stop(1), event::pause(), event::stop(1), event::resume(1)})}));
        auto two =
            world("a master dies beside two daemons" + of, release, two_masters,
                  {{event::kill(a), event::expire(a)}, stalls(b, 6), after(4, {event::lose_session_of_daemon(1)})});
        two.replicas = 2;
        all.push_back(two);
    }
    all.push_back(recovered_in_place());
    all.push_back(taken_up_after_restart());
    all.push_back(lock_held_by_a_staller());
    all.push_back(session_lost_in_a_batch());
    all.push_back(marker_of_a_restarted_master());
    all.push_back(stranded_and_two_daemons());
    std::ranges::move(wide_worlds(), std::back_inserter(all));
    return all;
}

namespace {

Script drawn_fate(Dice& draw, const std::vector<std::string>& addresses) {
    const auto& address = addresses[draw.at(addresses.size())];
    Script script = after(draw.below(5), {});
    switch (draw.below(6)) {
        case 0:
            script.push_back(event::expire(address));
            break;
        case 1:
            script.push_back(event::kill(address));
            script.push_back(event::start(address));
            break;
        case 2: {
            const auto stalling = stalls(address, draw.below(8));
            script.insert(script.end(), stalling.begin(), stalling.end());
            break;
        }
        case 3:
            script.push_back(event::start(address));
            break;
        default:
            script.push_back(event::kill(address));
            for (int pauses = draw.below(3); pauses > 0; --pauses) script.push_back(event::pause());
            script.push_back(event::expire(address));
            for (int pauses = draw.below(6); pauses > 0; --pauses) script.push_back(event::pause());
            if (draw.one_in(2)) script.push_back(event::start(address));
    }
    return script;
}

Script drawn_people(Dice& draw, int workflows, int daemons) {
    Script script = after(draw.below(5), {});
    for (int count = draw.below(4); count > 0; --count) {
        const std::int64_t workflow = 1 + draw.below(workflows);
        const auto daemon = 1 + draw.at(static_cast<std::size_t>(daemons));
        switch (draw.below(6)) {
            case 0:
                script.push_back(event::stop(workflow));
                break;
            case 1:
                script.push_back(event::resume(workflow));
                break;
            case 2:
                script.push_back(event::end(workflow));
                break;
            case 3:
                script.push_back(event::kill_daemon(daemon));
                break;
            case 4:
                script.push_back(event::lose_session_of_daemon(daemon));
                break;
            default:
                script.push_back(event::pause());
        }
    }
    return script;
}

}  // namespace

World drawn_world(std::uint64_t seed) {
    Dice draw(seed * 2'654'435'761U + 1);
    const Release releases[] = {Release::v3_1,      Release::v3_2,   Release::dev_2024,
                                Release::v3_3_2025, Release::v3_4_1, Release::v3_4_2};
    const Release release = releases[draw.below(6)];
    std::vector<std::string> addresses{a, b, c};
    const int masters = 1 + draw.below(3);
    const int workflows = 1 + draw.below(4);
    std::vector<std::string> owners;
    owners.reserve(static_cast<std::size_t>(workflows));
    for (int i = 0; i < workflows; ++i) owners.push_back(addresses[static_cast<std::size_t>(draw.below(masters))]);
    const bool triggered = ways_of(release).second_generation && draw.one_in(2);
    const bool stranded = draw.one_in(4);
    auto setup = [=](Cluster& cluster) {
        running_for(cluster, 1h, {addresses.begin(), addresses.begin() + masters});
        for (int i = 0; i < workflows; ++i)
            cluster.run(i + 1, owners[static_cast<std::size_t>(i)], cluster.now - std::chrono::seconds{10 - i});
        if (stranded) cluster.strand(20, "10.0.0.9:5678", cluster.now - 1h);
    };
    World made = world("drawn " + std::to_string(seed), release, setup, {});
    made.replicas = 1 + draw.below(2);
    for (int fates = 1 + draw.below(3); fates > 0; --fates) made.scripts.push_back(drawn_fate(draw, addresses));
    made.scripts.push_back(drawn_people(draw, workflows, made.replicas));
    if (triggered) made.scripts.push_back(after(draw.below(5), {event::trigger(10)}));
    made.ticks = 6 + draw.below(8);
    made.may_stay.insert(Verdict::ambiguous);
    made.may_stay.insert(Verdict::quarantined);
    return made;
}

}  // namespace dsr::explorer
