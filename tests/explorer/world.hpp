// SPDX-License-Identifier: Apache-2.0
// A small world to explore: who is there at the beginning, and what fate, people and the clock have in store.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "explorer/cluster.hpp"
#include "explorer/lies.hpp"
#include "explorer/replica.hpp"
#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace dsr::explorer {

/// The world as it stands in the middle of a run.
struct Stage {
    Cluster& cluster;
    std::vector<std::unique_ptr<Replica>>& replicas;
};

struct Event {
    std::string what;
    std::function<void(Stage&)> happens;
    std::int64_t workflow = 0;  ///< whose row it writes: that waits for a daemon's transaction
};
using Script = std::vector<Event>;

struct World {
    std::string name;
    Release release = Release::v3_4_2;
    int replicas = 1;
    std::function<void(Cluster&)> setup;
    std::vector<Script> scripts;  ///< each in its order, all side by side
    int ticks = 8;                ///< of the clock, within what is explored
    model::Milliseconds tick{40'000};
    model::Policy policy;
    Lies lies;
    /// Verdicts under which a workflow may stay unrecovered in the end: it is left to a person, and says so.
    std::set<model::Verdict> may_stay;
};

/// Grace of a minute, two views, a sweep each minute, journal created at start.
model::Policy brisk();

namespace event {
Event kill(const std::string& address);    ///< its process, without a word
Event expire(const std::string& address);  ///< its session; a living process is cut off from the registry by that
Event start(const std::string& address);   ///< a new process
Event stall(const std::string& address);   ///< its failover thread stands still
Event wake(const std::string& address);
Event pause();                         ///< nothing: the others take their turns
Event trigger(std::int64_t workflow);  ///< a person starts one (G2)
Event stop(std::int64_t workflow);
Event resume(std::int64_t workflow);
Event end(std::int64_t workflow);       ///< it succeeds, where it runs
Event kill_daemon(std::size_t number);  ///< and starts a new one
Event lose_session_of_daemon(std::size_t number);
}  // namespace event

}  // namespace dsr::explorer
