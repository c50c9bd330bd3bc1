// SPDX-License-Identifier: Apache-2.0
#include "explorer/world_parts.hpp"

#include "explorer/master.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;
using model::Verdict;

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
    // And one that a person stopped, where a recovery would run it on.
    if (release == Release::v3_2) made.may_stay.insert(Verdict::ambiguous);
    return made;
}

/// Masters that have been running for a while.
void running_for(Cluster& cluster, std::chrono::seconds time, const std::vector<std::string>& addresses) {
    const model::Instant now = cluster.now;
    cluster.now -= time;
    for (const auto& address : addresses) {
        cluster.start(address);
        // Its scan at the start is long past; in G1 there is another one every ten minutes.
        cluster.at(address).failover.scan_at(cluster.ways.second_generation ? std::nullopt : std::optional(now + 5min));
    }
    cluster.now = now;
}

Script after(int pauses, Script script) {
    script.insert(script.begin(), static_cast<std::size_t>(pauses), event::pause());
    return script;
}

Script then(Script first, const Script& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// A failover thread that stands still from somewhere on, and goes on so many turns later.
Script stalls(const std::string& address, int turns) {
    Script script = after(turns, {event::wake(address)});
    script.insert(script.begin(), event::stall(address));
    return script;
}

void two_masters(Cluster& cluster) {
    running_for(cluster, 1h, {a, b});
    cluster.run(1, a, cluster.now - 2s);
    cluster.run(2, a, cluster.now - 1s);
}

}  // namespace dsr::explorer
