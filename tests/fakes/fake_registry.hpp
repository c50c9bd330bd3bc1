// SPDX-License-Identifier: Apache-2.0
// A registry in memory, for tests of what stands on the Registry port. A FakeCluster is what ZooKeeper would hold; any
// number of FakeRegistry clients, each with a session of its own, look at it. The same contract suite runs on it and on
// the real one (tests/contract/registry_contract.cpp). Thread: one at a time for a cluster and all its clients.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "registry/heartbeat.hpp"
#include "registry/registry.hpp"

namespace dsr::fakes {

/// What is registered. Tests set it directly, or by the functions.
struct FakeCluster {
    struct Contender {
        std::string node;
        std::string data;
        std::int64_t session_id = 0;
        model::Instant since;
        std::int64_t created_in = 0;
    };

    std::map<model::MasterAddress, model::LiveMaster> masters;
    /// How often that changed, by the functions. Nothing, as with etcd and JDBC: nobody counts.
    std::optional<std::int64_t> master_changes = 0;
    std::map<model::WorkerAddress, registry::Heartbeat> workers;
    bool marker_directory = false;
    std::string identity = "fake registry";                ///< what views call it
    std::map<std::string, model::FailoverMarker> markers;  ///< by name
    /// By place: the path of DolphinScheduler's ("/lock/..."), own_place() of ours. The first holds.
    std::map<std::string, std::deque<Contender>> locks;
    std::deque<Contender> leaders;  ///< the line of daemons; the first leads
    /// Markers that a fence wrote, in order; a fence that found one wrote none.
    std::vector<std::pair<model::Incarnation, model::Instant>> fences;
    std::function<model::Instant()> now;  ///< the clock of cluster and clients; the system's by default
    std::int64_t last_session_id = 0;
    std::int64_t last_transaction = 0;  ///< of nodes and markers that were written
    std::int64_t last_sequence = 0;
    std::map<std::string, std::int64_t> sequences;  ///< of lock nodes, by path

    /// As with JDBC: the registry is in the database, a lock holds nothing, and transactions enter a guard.
    bool in_database = false;
    model::Milliseconds least_grace{0};       ///< what views tell
    std::set<model::MasterAddress> kept_out;  ///< addresses that cannot register until a transaction ends
    std::set<model::MasterAddress> reported;  ///< that reported since the last view, though they are not registered

    /// in_database: rows that stood still for so long that they do not count as registered. A guard looks at them.
    std::map<model::MasterAddress, model::LiveMaster> still;
    /// An ADD or UPDATE event of an address.
    struct Report {
        model::LiveMaster master;
        std::int64_t event = 0;
    };
    std::map<model::MasterAddress, Report> reports;  ///< the last of each; one counts until the client's next view
    std::int64_t last_event = 0;
    bool every_ticket_leads = false;  ///< a mistake that tests must find: nobody looks whether a ticket expired

    FakeCluster();
    /// A session with a heartbeat as 3.1 and later write it.
    void add_master(const model::MasterAddress& address, model::Instant startup_time, std::int64_t process_id);
    void remove_master(const model::MasterAddress& address) { count_changes(masters.erase(address)); }
    void count_changes(std::size_t changes);
    void add_worker(const model::WorkerAddress& address, model::Instant startup_time, std::int64_t process_id);
    void remove_worker(const model::WorkerAddress& address) { workers.erase(address); }
    /// The row of that address, whether it stands still or not; null when there is none.
    [[nodiscard]] const model::LiveMaster* row(const model::MasterAddress& address) const;
    /// The registered master of that address refreshes its row, which writes an event.
    void report(const model::MasterAddress& address);
    /// Makes or overwrites it; also makes the directory.
    void set_marker(const std::string& name, const std::string& value);
    /// Somebody else queues, with a session of his own; the node's name is returned.
    std::string queue_for(const std::string& path, const std::string& data);
    void leave(const std::string& path, const std::string& node);
    /// in_database: lock rows whose client stands still are deleted.
    void drop_stale(const std::string& path);
    /// Somebody else enters the leader's line; leaves it by name.
    std::string enter_line(const std::string& identity);
    void leave_line(const std::string& node);
    /// That session is over: its nodes go.
    void end_session(std::int64_t session_id);
    /// A transaction of `who` enters the guard: the lock has a row until leave_guard(), and the address cannot
    /// register.
    std::optional<model::GuardRefusal> enter_guard(const model::TransactionGuard& guard, const std::string& who);
    /// Whether that ticket leads, as looked at last before a commit.
    [[nodiscard]] bool leads(const model::TransactionGuard& guard) const;
    void leave_guard(const model::TransactionGuard& guard, const std::string& who);

    /// The key in `locks` of a lock of our own: never the path of one of DolphinScheduler's.
    static std::string own_place(const std::string& name) { return "-reconciler/" + name; }
};

enum class Operation {
    observe,
    registered,
    live_master_count,
    marker_names,
    acquire,
    acquire_own,
    still_held,
    fence,
    release,
    lead,
    leadership,
    resign,
    remove_markers
};
enum class Moment { before, after };

class FakeRegistry final : public registry::Registry {
public:
    explicit FakeRegistry(std::shared_ptr<FakeCluster> cluster, std::string identity = "fake");
    ~FakeRegistry() override;  ///< leaves the leader's line, without the hook
    FakeRegistry(const FakeRegistry&) = delete;
    FakeRegistry& operator=(const FakeRegistry&) = delete;

    /// Called around each operation. What it throws goes to the caller: before = nothing was done, after = done, but
    /// the answer is lost. Thrown around still_held it means "not sure", around release and resign nothing
    /// (they are guaranteed).
    std::function<void(Operation, Moment)> hook;
    /// Called when acquire has to wait, with the time left; it may let the holder go. Without it the wait is over at
    /// once.
    std::function<void(model::Milliseconds)> on_wait;
    /// When not empty: ZooKeeper is out of reach, for this reason.
    std::string out_of_reach;
    /// When not empty: views are not fresh, for this reason, though the server answers.
    std::string not_fresh;
    /// What the server granted.
    model::Milliseconds granted{30'000};
    /// False: as with etcd, where a master that is cut off runs on.
    bool masters_stop = true;
    /// Mistakes that tests must find. in_database: events since the last view do not count.
    bool ignores_reports = false;
    /// in_database: a row whose heartbeat is older than that by our clock counts as one that stands still.
    std::optional<model::Milliseconds> believes_clocks{};

    /// The session expires and a new one begins: locks are lost, and the place in the leader's line.
    void lose_session();
    /// in_database: our ticket expires without our knowing.
    void lose_ticket() { cluster_->leave_line(line_node_); }
    [[nodiscard]] std::int64_t session_id() const { return session_->id; }

    [[nodiscard]] model::RegistryView observe() override;
    [[nodiscard]] model::RegistryView observe_cached() override;
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address) override;
    [[nodiscard]] std::size_t live_master_count() override;
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names() override;
    [[nodiscard]] model::Milliseconds session_timeout() override {
        return out_of_reach.empty() ? granted : model::Milliseconds{0};
    }
    [[nodiscard]] bool masters_stop_when_cut_off() const override { return masters_stop; }
    [[nodiscard]] bool in_database() const override { return cluster_->in_database; }
    [[nodiscard]] registry::LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                                const registry::LeakProof& leaked) override;
    [[nodiscard]] registry::LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                                    std::stop_token stop) override;
    [[nodiscard]] registry::Leadership lead() override;
    [[nodiscard]] registry::Leadership leadership() override;
    void resign() override;
    std::vector<registry::MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) override;

private:
    struct Session {
        std::int64_t id = 0;
    };
    class Lock;

    void step(Operation operation, Moment moment) const {
        if (hook) hook(operation, moment);
    }
    /// Runs the hook; false when it threw.
    [[nodiscard]] bool told(Operation operation, Moment moment) const noexcept;
    void require_reach() const;
    registry::LockAttempt queue(const std::string& place, model::Milliseconds wait, const std::stop_token& stop,
                                const registry::LeakProof& leaked);
    [[nodiscard]] registry::Leadership line() const;
    void leave_line();
    /// Those that count as registered now.
    [[nodiscard]] std::map<model::MasterAddress, model::LiveMaster> alive() const;
    void note_rows(const std::map<model::MasterAddress, model::LiveMaster>& alive);

    std::shared_ptr<FakeCluster> cluster_;
    std::shared_ptr<Session> session_;
    std::string identity_;
    model::RegistryView last_look_;  ///< whose markers a cached view shows while nobody came or went
    std::string line_node_;          ///< in the leader's line; gone with the session that made it
    bool had_ticket_ = false;        ///< in_database: the next one is another
    std::int64_t events_seen_ = 0;   ///< in_database: by the last view
    std::map<model::MasterAddress, model::Instant> signs_;          ///< in_database: the last view that showed it alive
    std::map<model::MasterAddress, model::LiveMaster> still_seen_;  ///< rows that did not count in the last view
    std::shared_ptr<FakeRegistry*> self_;  ///< empty pointer once we are gone: a lock may outlive us
};

}  // namespace dsr::fakes
