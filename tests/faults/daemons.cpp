// SPDX-License-Identifier: Apache-2.0
#include "faults/daemons.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>

#include <string>
#include <utility>

#include "model/failure.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;

Daemons::Daemons(World& world, Events& events)
    : world_(world),
      events_(events),
      log_("trial", std::make_shared<spdlog::sinks::null_sink_mt>()),
      faults_(world.draw, {.lose_session = [this] { lose_session(); },
                           .move_clock = [this](int seconds) { jump(std::chrono::seconds{seconds}); },
                           .others_act = others(),
                           .tell = [this](const std::string& what) { world_.tell(what); }}),
      hook_([this](std::string_view operation, test::Moment moment) { at(operation, moment); }),
      daemons_(1 + world.draw.at(2)) {
    for (std::size_t i = 0; i < daemons_.size(); ++i) restart(i);
}

void Daemons::restart(std::size_t number) {
    daemons_[number].reset();  // its session ends before the next one begins
    daemons_[number] = std::make_unique<Daemon>(world_, static_cast<int>(number) + 1, hook_, log_,
                                                [this](auto addresses) { return accepting(addresses); });
}

void Daemons::cut_off(std::size_t number) {
    world_.tell(fmt::format("daemon {} loses its way to the database for good", number + 1));
    cut_off_ = number;
    if (world_.in_database()) daemons_[number]->registry.lose_ticket();
}

void Daemons::sweep(std::size_t number) {
    acting_ = number;
    connection_failed_ = false;
    if (!faults_ended_) faults_.arm();
    sweep_once();
    faults_.disarm();
    world_.masters.release_locks();
    world_.move_clock(set_back_);
    set_back_ = 0s;
    world_.tables.changed();
    world_.judge.check(*world_.client.journal);
}

void Daemons::sweep_once() {
    world_.tell(fmt::format("daemon {} sweeps", acting_ + 1));
    for (const auto& [worker, heartbeat] : world_.cluster.workers) world_.judge.shown.insert(worker);
    acting().registry.not_fresh = world_.masters.at_standstill() ? "no server refreshes its row" : "";
    try {
        world_.tell(acting().sweeper.sweep({}, {}));
    } catch (const Died&) {
        restart(acting_);
    }
}

model::SweepReport Daemons::report_of(std::size_t number) {
    acting_ = number;
    return acting().sweeper.sweep({}, {});
}

void Daemons::at(std::string_view operation, test::Moment moment) {
    const bool ends = operation == "store.end_failover";
    if (ends && moment == test::Moment::after) world_.masters.let_in();
    const bool of_database = operation.starts_with("store.") || operation.starts_with("journal.") ||
                             (world_.in_database() && operation.starts_with("registry."));
    if (cut_off_ == acting_ && of_database && !ends && moment == test::Moment::before)
        throw model::Failure(model::ErrorKind::retry, "this daemon alone does not reach the database");
    if (!undisturbed_) faults_.at(operation, moment);
}

void Daemons::lose_session() {
    if (world_.in_database()) return acting().registry.lose_ticket();
    acting().registry.lose_session();
}

/// Time itself never goes back: a clock that was set back is set right again after the sweep.
void Daemons::jump(std::chrono::seconds by) {
    if (by < 0s) set_back_ -= by;
    world_.move_clock(by);
}

/// Who acts while a daemon sweeps. With ZooKeeper nobody.
std::function<void()> Daemons::others() {
    switch (world_.options.registry) {
        case RegistryKind::zookeeper:
            return {};
        case RegistryKind::etcd:
            return [this] { a_master_of_etcd_acts(); };
        case RegistryKind::jdbc:
            break;
    }
    return [this] { somebody_in_the_database_acts(); };
}

void Daemons::a_master_of_etcd_acts() {
    switch (world_.draw.below(4)) {
        case 0:
            return events_.replace_a_master();
        case 1:
            return events_.heal_a_master();
        default:
            return events_.cut_a_master_off();
    }
}

void Daemons::somebody_in_the_database_acts() {
    switch (world_.draw.below(8)) {
        case 0:
            return events_.purge_a_master();
        case 1:
            return events_.replace_a_master();
        case 2:
            return events_.hold_a_failover_lock();
        case 3:
            return stall_past_the_ticket();
        default:
            return events_.let_a_machine_go_on();
    }
}

/// Another daemon leads by the time that it goes on.
void Daemons::stall_past_the_ticket() {
    world_.tell("  it stands still past its ticket");
    acting().registry.lose_ticket();
    if (daemons_.size() < 2) return;
    undisturbed_ = true;
    acting_ = 1 - acting_;
    sweep_once();
    acting_ = 1 - acting_;
    undisturbed_ = false;
}

/// Which of the addresses accept connections. One connection of a sweep may fail, refused or not: a master that lives,
/// but is cut off from the daemons, too, cannot be told from a dead one.
std::set<model::MasterAddress> Daemons::accepting(std::span<const model::MasterAddress> addresses) {
    std::set<model::MasterAddress> accepting;
    // With JDBC the registry alone must tell.
    if (world_.in_database() || world_.options.planted == Planted::nobody_connects) return accepting;
    try {
        hook_("probe", test::Moment::before);
    } catch (const model::Failure&) {
        if (!std::exchange(connection_failed_, true)) return accepting;
    }
    for (const auto& address : addresses) {
        const bool another_program = !faults_ended_ && world_.draw.one_in(8);
        if (another_program || world_.masters.accepts(address)) accepting.insert(address);
    }
    return accepting;
}

}  // namespace dsr::faults
