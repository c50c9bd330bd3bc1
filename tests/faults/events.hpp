// SPDX-License-Identifier: Apache-2.0
// What happens to a cluster besides its daemons: to its masters and workers, and by people. Each draws to whom.
#pragma once

#include <cstdint>
#include <string>

#include "faults/world.hpp"

namespace dsr::faults {

class Events {
public:
    explicit Events(World& world) : world_(world), draw_(world.draw), masters_(world.masters) {}

    void pass(int seconds);
    void kill_a_master();
    void start_a_master();
    /// A master takes a command up; or that fails, once for a workflow.
    void take_up(bool fails);

    /// At an address where none runs.
    void replace_a_master();
    // etcd
    void cut_a_master_off();
    void heal_a_master();
    // JDBC
    void purge_a_master();
    /// False when the daemons do not know the drawn one: nobody could name it in a finish marker.
    bool stop_a_machine();
    void let_a_machine_go_on();
    void hold_a_failover_lock();

    /// A worker loses its registration, or has it again.
    void move_a_worker();
    /// The API writes state_history, no matter who owns the row: of a lost workflow that a person stops, or of any for
    /// the sake of another.
    void add_to_history(bool stops);
    void release_a_workflow();
    void release(std::int64_t id);

private:
    void start(const std::string& host);
    [[nodiscard]] std::string drawn_master();  ///< empty: none lives
    [[nodiscard]] std::string lost_address();
    [[nodiscard]] std::int64_t drawn_workflow();

    World& world_;
    Draw& draw_;
    Masters& masters_;
};

}  // namespace dsr::faults
