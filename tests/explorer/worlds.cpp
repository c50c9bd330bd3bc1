// SPDX-License-Identifier: Apache-2.0
#include "explorer/worlds.hpp"

#include <fmt/format.h>

#include <random>

#include "explorer/master.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;
using model::Verdict;

namespace {

const std::string a = "10.0.0.1:5678";
const std::string b = "10.0.0.2:5678";
const std::string c = "10.0.0.3:5678";

World world(const std::string& name, Release release, std::function<void(Cluster&)> setup,
            std::vector<Script> scripts) {
    World made;
    made.name = name;
    made.release = release;
    made.policy = brisk();
    made.setup = std::move(setup);
    made.scripts = std::move(scripts);
    // What a person is to look at in builds that recover in place: a row that another master may run.
    if (ways_of(release).in_place) made.may_stay = {Verdict::ambiguous, Verdict::owned};
    return made;
}

/// Masters that have been running for a while.
void running_for(Cluster& cluster, std::chrono::seconds time, const std::vector<std::string>& addresses) {
    const model::Instant now = cluster.now;
    cluster.now -= time;
    for (const auto& address : addresses) {
        cluster.start(address);
        cluster.at(address).failover.scan_at(now + 10min);  // its first scan is long past
    }
    cluster.now = now;
}

void two_masters(Cluster& cluster) {
    running_for(cluster, 1h, {a, b});
    cluster.run(1, a, cluster.now - 2s);
    cluster.run(2, a, cluster.now - 1s);
}

}  // namespace

World recovered_in_place() {
    auto made = world("recovered in place by another master", Release::v3_3_2025, two_masters,
                      {{event::kill(a), event::expire(a)}});
    return made;
}

World taken_up_after_restart() {
    // A person starts a workflow while its master-to-be is down; only that one takes it up, after its start.
    auto made = world(
        "taken up after a restart", Release::v3_4_2,
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
                      {{event::kill(a), event::expire(a)}, {event::stall(b), event::wake(b)}});
    made.ticks = 10;
    return made;
}

World marker_of_a_restarted_master() {
    auto made = world(
        "a master starts beside one that restarted eight days ago", Release::v3_4_2,
        [](Cluster& cluster) {
            const model::Instant now = cluster.now;
            // Queued over the restart, taken up after it, running since; the start-up scan left its marker.
            cluster.now = now - 24h * 8;
            auto& master = cluster.start(a);
            cluster.registry->set_marker(a + "-unknown-unknown", std::to_string(model::epoch_ms(cluster.now)));
            cluster.run(1, a, cluster.now - 1min);
            auto row = *cluster.tables.row(1);
            row.history = cluster.now + 1min;
            cluster.tables.update(row);
            master.failover.scan_at(now + 24h);
            cluster.now = now;
        },
        {{event::start(b)}});
    made.ticks = 3;
    return made;
}

World stranded_and_two_daemons() {
    auto made = world(
        "a stranded row and two daemons", Release::v3_4_2,
        [](Cluster& cluster) {
            running_for(cluster, 1h, {a});
            cluster.strand(1, b, cluster.now - 1h);
            cluster.run(2, a, cluster.now - 1s);
        },
        {});
    made.replicas = 2;
    made.ticks = 5;
    return made;
}

std::vector<World> sound_worlds() {
    std::vector<World> all;
    for (const auto release : {Release::v3_1, Release::v3_2, Release::dev_2024, Release::v3_3_2025, Release::v3_4_1,
                               Release::v3_4_2}) {
        const std::string of = std::string(", ") + name(release);
        all.push_back(world("a master dies" + of, release, two_masters, {{event::kill(a), event::expire(a)}}));
        all.push_back(world("a master is cut off" + of, release, two_masters, {{event::expire(a)}}));
        all.push_back(world("a master restarts at its address" + of, release, two_masters,
                            {{event::kill(a), event::start(a)}}));
        all.push_back(world("the only master restarts late" + of, release,
                            [](Cluster& cluster) {
                                running_for(cluster, 1h, {a});
                                cluster.run(1, a, cluster.now - 2s);
                            },
                            {{event::kill(a), event::expire(a), event::start(b)}}));
        all.push_back(world("a master dies, the daemon dies in between" + of, release, two_masters,
                            {{event::kill(a), event::expire(a)}, {event::kill_daemon(1)}}));
        all.push_back(world("a person stops and resumes on a dying master" + of, release, two_masters,
                            {{event::kill(a), event::expire(a)}, {event::stop(1), event::resume(1)}}));
        auto two = world("a master dies beside two daemons" + of, release, two_masters,
                         {{event::kill(a), event::expire(a)}, {event::lose_session_of_daemon(1)}});
        two.replicas = 2;
        all.push_back(two);
    }
    all.push_back(recovered_in_place());
    all.push_back(taken_up_after_restart());
    all.push_back(lock_held_by_a_staller());
    all.push_back(marker_of_a_restarted_master());
    all.push_back(stranded_and_two_daemons());
    return all;
}

}  // namespace dsr::explorer
