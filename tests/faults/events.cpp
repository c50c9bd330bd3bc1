// SPDX-License-Identifier: Apache-2.0
#include "faults/events.hpp"

#include <fmt/format.h>

#include <iterator>

#include "registry/layout.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;

void Events::pass(int seconds) {
    world_.tell(fmt::format("{} s pass", seconds));
    world_.move_clock(std::chrono::seconds{seconds});
}

std::string Events::drawn_master() {
    const auto& living = masters_.living();
    if (living.empty()) return {};
    return std::next(living.begin(), draw_.below(static_cast<int>(living.size())))->first;
}

std::string Events::lost_address() {
    const int first = draw_.below(3);
    for (int i = 0; i < 3; ++i) {
        auto host = address((first + i) % 3);
        const auto found = masters_.living().find(host);
        if (found == masters_.living().end() || found->second.stands_still) return host;
    }
    return address(3);
}

std::int64_t Events::drawn_workflow() {
    return 1 + draw_.below(static_cast<int>(world_.judge.workflows.size()));
}

void Events::kill_a_master() {
    const auto host = drawn_master();
    if (host.empty()) return;
    world_.tell("master " + host + " dies");
    masters_.kill(host, world_.in_database() && draw_.one_in(2));
}

void Events::start(const std::string& host) {
    // At the address of one that lives: that one dies, and its successor is there at once.
    world_.tell("master " + host + (masters_.living().contains(host) ? " restarts" : " starts"));
    masters_.start(host, world_.now - 2s);
}

void Events::start_a_master() {
    const auto host = address(draw_.below(4));
    world_.move_clock(5s);
    start(host);
}

void Events::replace_a_master() {
    start(lost_address());
}

void Events::cut_a_master_off() {
    const auto host = drawn_master();
    if (host.empty()) return;
    world_.tell("master " + host + " is cut off from the registry");
    masters_.cut_off(host);
}

void Events::heal_a_master() {
    const auto host = drawn_master();
    if (host.empty()) return;
    world_.tell("master " + host + " reaches the registry");
    masters_.heal(host);
}

void Events::purge_a_master() {
    const auto host = drawn_master();
    if (host.empty()) return;
    world_.tell("another server purges " + host);
    masters_.purge(host);
}

bool Events::stop_a_machine() {
    const auto host = drawn_master();
    if (host.empty()) return false;
    const auto known = world_.client.journal->load_state()->membership.present;
    const auto seen = known.find({host});
    if (seen == known.end() || seen->second.startup_time != masters_.living().at(host).startup) return false;
    const bool purged = !draw_.one_in(3);
    world_.tell("the machine of " + host + " stands still" + (purged ? " and is purged" : ""));
    masters_.stand_still(host);
    if (purged) masters_.purge(host);
    return true;
}

void Events::let_a_machine_go_on() {
    for (const auto& [host, process] : masters_.living()) {
        if (!process.stands_still) continue;
        world_.tell("the machine of " + host + " goes on");
        return masters_.go_on(host);
    }
}

void Events::hold_a_failover_lock() {
    const auto host = lost_address();
    world_.tell("another master takes the failover lock of " + host);
    const auto layout = registry::layout_of(world_.schema, world_.cluster.marker_directory);
    masters_.hold_lock(registry::lock_path(layout, {host}), host);
}

void Events::take_up(bool fails) {
    world_.move_clock(2s);
    const auto takers = masters_.running();
    const auto commands = world_.tables.commands();
    if (takers.empty() || commands.empty()) return;
    const auto& command = commands[draw_.at(commands.size())];
    if (fails && world_.judge.workflows.at(command.instance).failures == 0) {
        world_.tell(fmt::format("command {} of workflow {} fails", command.id, command.instance));
        world_.tables.fail(command, "drawn");
        return world_.judge.command_failed(command.instance);
    }
    const auto& taker = takers[draw_.at(takers.size())];
    world_.tell(fmt::format("{} takes command {} of workflow {} up", taker, command.id, command.instance));
    auto row = *world_.tables.row(command.instance);
    row.host = taker;
    row.restart = world_.now;
    row.state = world_.second_generation() ? command.old_state : row.state;
    world_.tables.take_up(command, row);
    world_.judge.taken_up(command.instance, masters_.living().at(taker));
}

void Events::move_a_worker() {
    if (!world_.schema.marks_tasks()) return;
    const model::WorkerAddress worker{world_.workers[draw_.at(world_.workers.size())]};
    const bool there = world_.cluster.workers.contains(worker);
    world_.tell("worker " + worker.text + (there ? " loses its registration" : " registers"));
    if (there) {
        world_.cluster.remove_worker(worker);
    } else {
        world_.cluster.add_worker(worker, world_.now - 1h, 900);
    }
}

void Events::add_to_history(bool stops) {
    const auto id = drawn_workflow();
    auto row = *world_.tables.row(id);
    if (stops && !world_.judge.runs(world_.judge.workflows.at(id)) && row.state == 1) {
        world_.tell(fmt::format("a person stops workflow {}", id));
        row.state = 4;
    } else {
        world_.tell(fmt::format("another adds to the history of workflow {}", id));
    }
    row.history = world_.now;
    world_.tables.update(row);
}

void Events::release_a_workflow() {
    const auto id = drawn_workflow();
    // A person makes sure that it runs nowhere, for only with ZooKeeper the registry shows that.
    if (!world_.by_zookeeper() && masters_.find(world_.judge.workflows.at(id).owner) != nullptr) return;
    release(id);
}

void Events::release(std::int64_t id) {
    world_.tell(fmt::format("a person releases workflow {}", id));
    auto& journal = *world_.client.journal;
    if (!journal.inspect().ready) return;
    model::ControlNote note;
    note.at = world_.now;
    note.action = model::ControlAction::release;
    note.instance = model::WorkflowInstanceId{id};
    note.who = "test";
    note.why = "mended";
    journal.note(note);
}

}  // namespace dsr::faults
