// SPDX-License-Identifier: Apache-2.0
// A master of one release as three threads that step on their own (docs/dolphinscheduler-protocol.md, sections 4, 5, 7
// and 9): failover, command take-up, and the watch over itself.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "explorer/actor.hpp"
#include "explorer/cluster.hpp"

namespace dsr::explorer {

/// One host to fail over.
struct FailoverJob {
    std::string host;
    std::string marker;       ///< name, where the release writes one
    model::Instant deadline;  ///< G2: rows older than it are taken
    model::Instant not_before;
    std::optional<model::Instant> startup;  ///< G2, of an event: of the incarnation that went
};

/// The thread that fails dead hosts over: at start, on removals, in G1 every ten minutes.
class FailoverThread final : public Actor {
public:
    FailoverThread(Cluster& cluster, Master& master);
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::string doing() const override;
    [[nodiscard]] bool enabled() override;
    void step() override;
    [[nodiscard]] std::optional<model::Instant> wakes_at() override;

    void removed(const std::string& host, const std::string& marker, std::optional<model::Instant> startup);
    void scan_at(std::optional<model::Instant> when) { scan_ = when; }
    void reset();

    bool stalled = false;

private:
    enum class Stage { idle, wait, check, select, write, mark, release };
    struct Chosen {
        MasterRow row;
        std::size_t epoch = 0;
    };

    void scan();
    void begin();
    void take_row();
    void check_marker();
    void select();
    void write();
    void let_go();
    [[nodiscard]] bool may_have_lock() const;
    [[nodiscard]] bool may_work() const;
    [[nodiscard]] bool holds_lock() const;
    [[nodiscard]] bool younger(const MasterRow& row) const;

    Cluster& cluster_;
    Master& master_;
    std::deque<FailoverJob> jobs_;
    std::optional<model::Instant> scan_;
    Stage stage_ = Stage::idle;
    FailoverJob job_;
    std::string node_;
    std::map<std::string, std::string> kept_;  ///< leaked lock nodes, by path: taking one again is at once
    std::vector<Chosen> chosen_;
    bool unmarked_ = false;  ///< only a marker that we removed would have kept it from this host
};

/// The thread that takes commands up.
class CommandThread final : public Actor {
public:
    CommandThread(Cluster& cluster, Master& master) : cluster_(cluster), master_(master) {}
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::string doing() const override;
    [[nodiscard]] bool enabled() override;
    void step() override;

    bool busy = false;  ///< overloaded: it fetches nothing
    [[nodiscard]] bool mine(const MasterCommand& command) const;

private:
    void take_up(const MasterCommand& command);

    Cluster& cluster_;
    Master& master_;
    std::optional<MasterCommand> fetched_;
};

/// The thread that notices: the session is gone, or a marker names this very process.
class WatchThread final : public Actor {
public:
    WatchThread(Cluster& cluster, Master& master) : cluster_(cluster), master_(master) {}
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::string doing() const override;
    [[nodiscard]] bool enabled() override;
    void step() override;

private:
    [[nodiscard]] bool fenced() const;
    Cluster& cluster_;
    Master& master_;
};

/// JDBC: the heartbeat, where it finds the row purged or left standing still.
class HeartbeatThread final : public Actor {
public:
    HeartbeatThread(Cluster& cluster, Master& master) : cluster_(cluster), master_(master) {}
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::string doing() const override { return "writes its row anew"; }
    [[nodiscard]] bool enabled() override;
    void step() override { cluster_.write_row(master_); }

private:
    Cluster& cluster_;
    Master& master_;
};

class Master {
public:
    Master(Cluster& cluster, std::string at, std::int64_t process)
        : address(std::move(at)),
          pid(process),
          startup(cluster.now),
          zone(cluster.masters_zone),
          failover(cluster, *this),
          commands(cluster, *this),
          watch(cluster, *this),
          heartbeat(cluster, *this),
          cluster_(cluster) {}

    [[nodiscard]] std::string name() const { return address + "#" + std::to_string(pid); }
    /// What its machine's clock says, as its JVM writes it.
    [[nodiscard]] model::Instant time() const;
    [[nodiscard]] std::string marker() const {
        return address + "-" + std::to_string(model::epoch_ms(startup)) + "-" + std::to_string(pid);
    }

    std::string address;
    std::int64_t pid;
    model::Instant startup;
    std::int64_t session = 0;
    bool alive = true;       ///< the process
    bool registered = true;  ///< its session lives
    bool elsewhere = false;  ///< with another registry, of which it is the only master
    bool notices = true;     ///< that its session is gone; else it goes on for ever
    std::string zone{"UTC"};
    std::optional<model::Instant> cut_off_at;
    std::int64_t cut_off_moment = 0;  ///< of its session, whatever became of the process
    std::set<std::int64_t> memory;    ///< workflows that it runs

    // With etcd and JDBC only.
    bool frozen = false;               ///< nothing of it goes on
    bool reachable = true;             ///< its address accepts connections of daemons, while it lives
    std::set<std::string> members;     ///< whom it takes for registered, where removals do not reach it
    std::int64_t healed_moment = 0;    ///< etcd: when it registered again
    model::Instant last_beat;          ///< when its heartbeat was written last
    model::Milliseconds still_for{0};  ///< JDBC: how long its row stood still while others did not
    [[nodiscard]] bool goes_on() const { return alive && !frozen; }

    FailoverThread failover;
    CommandThread commands;
    WatchThread watch;
    HeartbeatThread heartbeat;

private:
    const Cluster& cluster_;
};

}  // namespace dsr::explorer
