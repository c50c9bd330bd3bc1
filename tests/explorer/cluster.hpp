// SPDX-License-Identifier: Apache-2.0
// One small cluster: registry, tables, clock, masters (living, dead and cut off), and the truth about them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "explorer/truth.hpp"
#include "fakes/fake_registry.hpp"
#include "model/lock_layout.hpp"
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
    Cluster(Release of, Tables& on);
    ~Cluster();

    Release release;
    Ways ways;
    Tables& tables;
    Truth truth;
    model::Instant now;
    std::shared_ptr<fakes::FakeCluster> registry = std::make_shared<fakes::FakeCluster>();
    std::vector<std::unique_ptr<Master>> masters;      ///< every process that ever was
    std::map<std::int64_t, int> failing;               ///< workflows whose next so many commands fail
    std::map<std::string, std::string> removed_by_us;  ///< markers, and their values
    /// Taken up in place: the row names another owner, so that nothing in the tables or the registry can ever tell that
    /// its real one went. A second loss of these is lost to everybody, DolphinScheduler included.
    std::set<std::int64_t> owner_unseen;

    /// The process starts and registers; a node that its predecessor left is removed first.
    Master& start(const std::string& address);
    /// The process that was started last at this address; it may be dead.
    Master& at(const std::string& address);
    [[nodiscard]] bool ever_started(const std::string& address) const;
    /// Gone without a word: its node and locks stay until the session expires.
    void kill(Master& master);
    /// The session of a dead process, or of one that is cut off or stalled, expires.
    void expire(Master& master);
    /// It stops by itself: node and locks go with it.
    void stop(Master& master);
    /// In 3.1 and 3.2 a cut-off master comes back in the same process, with an empty memory and a new startup time.
    void reconnect(Master& master);

    [[nodiscard]] Truth::Owners running(std::int64_t workflow) const;
    /// A workflow that this address runs, started at that time by a person.
    void run(std::int64_t workflow, const std::string& address, model::Instant started);
    void trigger(std::int64_t workflow);
    void end(std::int64_t workflow);
    void person_stops(std::int64_t workflow);
    void person_resumes(std::int64_t workflow);
    void strand(std::int64_t workflow, const std::string& dead_host, model::Instant started);

    void advance(model::Milliseconds by);
    /// How far the clock may go without breaking what masters promise: one that is cut off notices within 20 s.
    [[nodiscard]] std::optional<model::Instant> latest_now() const;

    [[nodiscard]] std::string lock_path(const std::string& address) const;

    /// A workflow that begins and ends on that master at once. A cluster at work starts them all the time: they prove
    /// the time zone of its rows, and that the registry and the database belong together.
    void start_workflow(const Master& master);

private:
    void enter(Master& master);
    void unregister(const Master& master);
    void leave_locks(const Master& master);
    int last_pid_ = 100;
    std::int64_t last_proof_ = 0;
};

}  // namespace dsr::explorer
