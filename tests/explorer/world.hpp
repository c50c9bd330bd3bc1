// SPDX-License-Identifier: Apache-2.0
// A small world to explore: who is there at the beginning, and what events, people and the clock have in store.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "explorer/cluster.hpp"
#include "explorer/faulty_view.hpp"
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
    std::int64_t workflow = 0;    ///< whose row it writes: that waits for a daemon's transaction
    bool whole_database = false;  ///< waits for every daemon's transaction
    model::Milliseconds passes{0};
    std::string registers{};  ///< an address: waits for a transaction that keeps it from registering
};
using Script = std::vector<Event>;

struct World {
    std::string name;
    Release release = Release::v3_4_2;
    RegistryKind registry = RegistryKind::zookeeper;
    int replicas = 1;
    std::function<void(Cluster&)> setup;
    std::vector<Script> scripts;  ///< each in its order, all side by side
    int ticks = 8;                ///< of the clock, within what is explored
    model::Milliseconds tick{40'000};
    model::Policy policy;
    FaultyView faulty_view;
    /// Verdicts under which a workflow may stay unrecovered in the end: it is left to a person, and says so.
    std::set<model::Verdict> may_stay;
    /// Guards that may hold in the end, by name: a person is to release them.
    std::set<std::string> may_hold;
    /// Needs tables that can do more than those of SQLite: zones, copies to go back to, tasks, parents.
    bool in_memory_only = false;
};

/// Grace of a minute, two views, a sweep each minute, journal created at start.
model::Policy brisk();

namespace event {
Event kill(const std::string& address);    ///< its process, without a word
Event expire(const std::string& address);  ///< its session; a living process is cut off from the registry by that
Event start(const std::string& address);   ///< a new process
Event stall(const std::string& address);   ///< its failover thread stands still
Event wake(const std::string& address);
Event cut_off(const std::string& address, bool reachable);  ///< etcd: from it; `reachable`: by daemons
Event heal(const std::string& address);                     ///< etcd: that net
Event purge(const std::string& address);                    ///< JDBC: its row, by another server
Event freeze(const std::string& address);                   ///< JDBC: its machine
Event thaw(const std::string& address);
Event stall_daemon(std::size_t number);  ///< JDBC: past its ticket, without its notice
Event wake_daemon(std::size_t number);
Event pause();                         ///< nothing: the others take their turns
Event trigger(std::int64_t workflow);  ///< a person starts one (G2)
Event stop(std::int64_t workflow);
Event resume(std::int64_t workflow);
Event end(std::int64_t workflow);       ///< it succeeds, where it runs
Event kill_daemon(std::size_t number);  ///< and starts a new one
Event lose_session_of_daemon(std::size_t number);
Event stop_daemon(std::size_t number);  ///< nobody starts a new one before start_daemon
Event start_daemon(std::size_t number);
Event release(std::int64_t workflow);       ///< a person tells the daemon, running or not
Event release_lost(std::int64_t workflow);  ///< by a person who looked: nothing happens while somebody runs it
Event pause_daemons(model::Milliseconds time);
Event resume_daemons();
Event cut_database_of_daemon(std::size_t number);
Event lose_commit_answer_of_daemon(std::size_t number);
Event copy_database();  ///< what a replica of the database has by now
Event lose_commits();   ///< the replica takes over
Event step_clock(const std::string& address, std::chrono::seconds by);
Event step_clock_of_daemon(std::size_t number, std::chrono::seconds by);
Event step_clock_of_database(std::chrono::seconds by);
Event pass(std::chrono::seconds time);                           ///< nothing else goes on meanwhile
Event begin(std::int64_t workflow, const std::string& address);  ///< started and taken up there
Event write_task(std::int64_t workflow);                         ///< by whoever runs it
Event note_history(std::int64_t workflow);                       ///< by whoever does not own it
Event zone_of_jvms(const std::string& iana_name);                ///< of those that start from now on
Event correct_zone(const std::string& iana_name);                ///< database.time_zone, with a restart of daemon 1
}  // namespace event

}  // namespace dsr::explorer
