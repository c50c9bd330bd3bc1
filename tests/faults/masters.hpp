// SPDX-License-Identifier: Apache-2.0
// The masters of a trial: which processes live, and what their registry shows of them. With ZooKeeper a master that is
// not registered is dead. With etcd one that is cut off runs on, and its address accepts connections. With JDBC the
// dead stay registered until their row stands still or another server purges it, a purged master writes its row again
// with its next heartbeat, and a machine that stood still goes on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_registry.hpp"
#include "model/instant.hpp"

namespace dsr::faults {

enum class RegistryKind { zookeeper, etcd, jdbc };

inline const char* name(RegistryKind kind) {
    constexpr const char* names[] = {"ZooKeeper", "etcd", "JDBC"};
    return names[static_cast<std::size_t>(kind)];
}

struct Process {
    int number = 0;  ///< no other process ever had it; its process id, too
    model::Instant startup;
    std::string marker;         ///< the name of its finish marker
    std::int64_t session = 0;   ///< of its registration
    bool cut_off = false;       ///< etcd: from the registry only
    bool stands_still = false;  ///< JDBC: its whole machine
};

class Masters {
public:
    /// `now` outlives it.
    Masters(RegistryKind kind, const model::Instant& now);

    [[nodiscard]] RegistryKind kind() const { return kind_; }
    [[nodiscard]] const std::shared_ptr<fakes::FakeCluster>& cluster() const { return cluster_; }
    /// By address, those that stand still included.
    [[nodiscard]] const std::map<std::string, Process>& living() const { return living_; }
    /// The process with that number; null when it is dead.
    [[nodiscard]] const Process* find(int number) const;
    /// Whether it lives and does not stand still.
    [[nodiscard]] bool runs(int number) const;
    [[nodiscard]] std::vector<std::string> running() const;
    [[nodiscard]] bool accepts(const model::MasterAddress& address) const { return living_.contains(address.text); }
    /// JDBC: nobody refreshes a row.
    [[nodiscard]] bool at_standstill() const { return kind_ == RegistryKind::jdbc && running().empty(); }

    /// At the address of one that lives: that one dies.
    void start(const std::string& host, model::Instant startup);
    /// `unseen`: JDBC; its row stays.
    void kill(const std::string& host, bool unseen);
    void cut_off(const std::string& host);
    void heal(const std::string& host);
    void stand_still(const std::string& host);
    void go_on(const std::string& host);
    /// JDBC: another server deletes its row.
    void purge(const std::string& host);
    /// JDBC: a master fails that host over, and holds its lock until release_locks().
    void hold_lock(const std::string& path, const std::string& host);
    void release_locks();
    /// JDBC: what waited for a daemon's transaction goes on, where that ended.
    void let_in();
    /// Time passed: with JDBC, every server that runs reports, and the other rows age.
    void time_passed(model::Milliseconds by);
    /// Everybody who lives is registered again.
    void mend();

private:
    void enter(const std::string& host);

    RegistryKind kind_;
    const model::Instant& now_;
    std::shared_ptr<fakes::FakeCluster> cluster_ = std::make_shared<fakes::FakeCluster>();
    std::map<std::string, Process> living_;
    std::set<std::string> waiting_;                           ///< hosts that a daemon's transaction keeps out
    std::vector<std::pair<std::string, std::string>> locks_;  ///< path and node
    int last_process_ = 100;
};

}  // namespace dsr::faults
