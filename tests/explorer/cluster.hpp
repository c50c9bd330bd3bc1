// SPDX-License-Identifier: Apache-2.0
// One small cluster: registry, tables, clock, masters (living, dead and cut off), and their true state.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "explorer/world_state.hpp"
#include "fakes/fake_registry.hpp"
#include "model/schema_facts.hpp"
#include "support/master_tables.hpp"

namespace dsr::explorer {

using test::MasterCommand;
using test::MasterRow;
using test::Tables;

class Master;

enum class Release {
    v3_1,       ///< G1, tasks marked, /lock/failover/masters/<address>
    v3_2,       ///< G1, /lock/master-failover/<address>
    dev_2024,   ///< G2 before the markers: global lock, recovers in place
    v3_3_2025,  ///< markers, lock per address that its release leaks, recovers in place
    v3_4_1,     ///< markers, leaked lock, a recovered row names its new master
    v3_4_2,     ///< markers, lock released
};
const char* name(Release release);

/// Where masters register.
enum class RegistryKind { zookeeper, etcd, jdbc };

/// What a release does, as the automata ask for it.
struct Ways {
    bool second_generation = false;
    bool markers = false;
    bool leaks_lock = false;
    bool in_place = false;
    model::LockLayout layout = model::LockLayout::per_address;
};
Ways ways_of(Release release);
model::SchemaFacts facts_of(Release release);

class Cluster {
public:
    Cluster(Release of, Tables& on, RegistryKind registers_with = RegistryKind::zookeeper);
    ~Cluster();

    Release release;
    RegistryKind kind;
    Ways ways;
    Tables& tables;
    WorldState world_state;
    model::Instant now;
    std::shared_ptr<fakes::FakeCluster> registry = std::make_shared<fakes::FakeCluster>();
    std::vector<std::unique_ptr<Master>> masters;      ///< every process that ever was
    std::map<std::int64_t, int> failing;               ///< workflows whose next so many commands fail
    std::map<std::string, std::string> removed_by_us;  ///< markers, and their values
    std::int64_t moment = 0;                       ///< steps so far: tells what came first where the clock stands still
    std::map<std::int64_t, std::int64_t> parents;  ///< of sub-workflows, by child
    std::string masters_zone{"UTC"};               ///< of the JVMs that start from now on
    std::map<std::string, std::chrono::seconds> clocks;  ///< how far that machine's is ahead, by address
    std::chrono::seconds database_clock{0};              ///< the same of the database's
    bool nobody_fails_over = false;  ///< masters whose own failover does not work, which is what the daemon is for
    bool shows_sessions = false;     ///< daemons may see who has sessions at the database server
    /// Taken up in place: the row names another owner, so that nothing in the tables or the registry can ever tell that
    /// its real one went. A second loss of these is lost to everybody, DolphinScheduler included.
    std::set<std::int64_t> owner_unseen;

    /// The process starts and registers; a node that its predecessor left is removed first.
    Master& start(const std::string& address);
    /// One that registers with another registry and works on these tables: no daemon of ours ever sees it.
    Master& start_elsewhere(const std::string& address);
    /// One that is registered here and works on other tables.
    void register_stranger(const std::string& address);
    /// The process that was started last at this address; it may be dead.
    Master& at(const std::string& address);
    [[nodiscard]] bool ever_started(const std::string& address) const;
    /// Gone without a word: its node and locks stay until the session expires.
    void kill(Master& master);
    /// The session of a dead process, or of one that is cut off or stalled, expires.
    void expire(Master& master);
    /// It stops by itself: node and locks go with it.
    void stop(Master& master);
    // What only etcd and JDBC do: cluster_registries.cpp.

    /// An earlier daemon had seen who is registered now, and left that in the journal.
    void remember_members();
    /// etcd: the net between them is cut, and the lease runs out. The process does not notice. `reachable`: whether
    /// daemons still reach its address.
    void cut_off(Master& master, bool reachable);
    /// etcd: the net heals, and the same process registers again.
    void heal(Master& master);
    /// Of each process that lives: masters ask for commands all the time.
    [[nodiscard]] model::DatabaseSessions sessions() const;
    /// JDBC: another server deletes the row of a master, living or not, and the locks of its client.
    void purge(Master& master);
    /// JDBC: the machine stands still, and is reached by nobody, until thaw().
    void freeze(Master& master);
    void thaw(Master& master);
    /// JDBC: the heartbeat of a living master whose row was purged, or stood still, writes it anew.
    void write_row(Master& master);
    /// JDBC: whether a daemon's transaction has a master wait that wants to register there.
    [[nodiscard]] bool kept_out(const std::string& address) const { return registry->kept_out.contains({address}); }
    /// JDBC: nobody refreshes any row.
    [[nodiscard]] bool at_standstill() const;
    /// The addresses whose nodes, keys or rows are there.
    [[nodiscard]] std::set<std::string> registered() const;
    /// Whether removals reach the masters: in the second generation not with etcd, and with JDBC from 3.4.2 on only.
    [[nodiscard]] bool hears_removals() const;
    /// A command that is in the slot of a dead master, which DolphinScheduler itself leaves there until one starts.
    [[nodiscard]] bool in_dead_slot(std::int64_t workflow) const;

    /// In 3.1 and 3.2 a cut-off master comes back in the same process, with an empty memory and a new startup time.
    void reconnect(Master& master);

    [[nodiscard]] WorldState::Owners running(std::int64_t workflow) const;
    /// A workflow that this address runs, started at that time by a person.
    void run(std::int64_t workflow, const std::string& address, model::Instant started);
    void trigger(std::int64_t workflow);
    void end(std::int64_t workflow);
    void person_stops(std::int64_t workflow);
    void person_resumes(std::int64_t workflow);
    /// `child` is a sub-workflow that `parent` started.
    void nest(std::int64_t child, std::int64_t parent);
    /// The process that runs it writes a task, whether it is cut off or not.
    void write_task(std::int64_t workflow);
    /// Somebody who does not own it adds to state_history (the API, a master that looks after serial priority).
    void note_history(std::int64_t workflow);
    void strand(std::int64_t workflow, const std::string& dead_host, model::Instant started);

    /// Runs `write` with the times of that master's zone.
    template <typename Write>
    void write_as(const Master& master, Write&& write) {
        use_zone_of(master);
        write();
    }
    void advance(model::Milliseconds by);
    /// The clock of that machine is set.
    void step_clock(const std::string& address, std::chrono::seconds by);
    /// The database goes back to its last copy.
    void lose_commits();
    /// Whether the process that runs the workflow is cut off, does not notice, and showed nothing of itself that was to
    /// be seen at `seen_at` and is younger than `grace`: nobody can know of it.
    [[nodiscard]] bool runs_unseen(std::int64_t workflow, std::int64_t seen_at, model::Milliseconds grace) const;
    /// Whether the parent was lost before `seen_at` and is not looked after yet.
    [[nodiscard]] bool parent_lost(std::int64_t workflow, std::int64_t seen_at) const;
    /// A recovery of a parent in a build that starts its sub-workflows anew.
    void start_children_anew(std::int64_t parent, Master& master);
    /// How far the clock may go without breaking what masters promise: one that is cut off notices within 20 s.
    [[nodiscard]] std::optional<model::Instant> latest_now() const;

    [[nodiscard]] std::string lock_path(const std::string& address) const;

    /// A workflow that begins and ends on that master at once. A cluster at work starts them all the time: they prove
    /// the time zone of its rows, and that the registry and the database belong together.
    void start_workflow(const Master& master);

private:
    void enter(Master& master);
    void tell_members();
    void age_rows(model::Milliseconds by);
    [[nodiscard]] bool hidden(const Master& master, std::int64_t seen_at, model::Milliseconds grace) const;
    void use_zone_of(const Master& master);
    void beat(Master& master);
    void unregister(const Master& master);
    void leave_locks(const Master& master);
    struct Sign {
        std::int64_t moment = 0;
        model::Instant at;
    };
    int last_pid_ = 100;
    std::int64_t last_row_ = 100;  ///< above what the worlds call their workflows
    std::int64_t last_task_ = 1000;
    std::string zone_of_writers_{"UTC"};
    std::map<std::int64_t, Sign> signs_;  ///< the last task of each workflow
};

}  // namespace dsr::explorer
