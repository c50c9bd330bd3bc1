// SPDX-License-Identifier: Apache-2.0
// The daemons of a trial, and what strikes while one of them sweeps: the drawn faults, and what others do meanwhile.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "faults/daemon.hpp"
#include "faults/events.hpp"
#include "faults/fault.hpp"
#include "faults/world.hpp"

namespace dsr::faults {

class Daemons {
public:
    /// Both outlive it.
    Daemons(World& world, Events& events);

    [[nodiscard]] std::size_t count() const { return daemons_.size(); }
    [[nodiscard]] int struck() const { return faults_.struck(); }
    void restart(std::size_t number);
    /// That daemon alone does not reach the database any more.
    void cut_off(std::size_t number);
    /// With faults, as drawn anew, until they end.
    void sweep(std::size_t number);
    void end_faults() { faults_ended_ = true; }
    /// What that daemon reports, without faults; nothing is judged.
    [[nodiscard]] model::SweepReport report_of(std::size_t number);

private:
    Daemon& acting() { return *daemons_[acting_]; }
    void sweep_once();
    void at(std::string_view operation, test::Moment moment);
    [[nodiscard]] std::function<void()> others();
    void a_master_of_etcd_acts();
    void somebody_in_the_database_acts();
    void stall_past_the_ticket();
    void lose_session();
    void jump(std::chrono::seconds by);
    [[nodiscard]] std::set<model::MasterAddress> accepting(std::span<const model::MasterAddress> addresses);

    World& world_;
    Events& events_;
    spdlog::logger log_;
    Faults faults_;
    test::PortHook hook_;
    std::vector<std::unique_ptr<Daemon>> daemons_;
    std::size_t acting_ = 0;
    std::optional<std::size_t> cut_off_;
    std::chrono::seconds set_back_{0};
    bool undisturbed_ = false;        ///< a daemon sweeps while another one stands still
    bool connection_failed_ = false;  ///< to a master, in this sweep
    bool faults_ended_ = false;
};

}  // namespace dsr::faults
