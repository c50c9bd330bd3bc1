// SPDX-License-Identifier: Apache-2.0
#include "faults/trial.hpp"

#include <fmt/format.h>

#include <chrono>

#include "faults/daemons.hpp"
#include "faults/events.hpp"
#include "faults/world.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;

namespace {

class Trial {
public:
    Trial(std::uint64_t seed, test::Tables& tables, const TrialOptions& options)
        : world_(seed, tables, options), events_(world_), daemons_(world_, events_) {}

    Verdict run() {
        const int steps = 3 + draw_.below(12);
        for (int step = 0; step < steps && !judge_.broken(); ++step) one_step();
        if (!judge_.broken()) recover();
        return {judge_.broken(), world_.story, daemons_.struck(), static_cast<int>(judge_.commands())};
    }

private:
    void one_step() {
        if (!world_.by_zookeeper() && draw_.one_in(3)) return step_of_registry();
        switch (draw_.below(world_.options.wide ? 14 : 10)) {
            case 0:
                return restart(draw_.at(daemons_.count()));
            case 1:
                return events_.pass(5 + draw_.below(90));
            case 2:
                return events_.kill_a_master();
            case 3:
                return events_.start_a_master();
            case 4:
                return events_.take_up(draw_.one_in(4));
            case 5:
                return events_.move_a_worker();
            case 10:
                if (!world_.second_generation()) events_.add_to_history(draw_.one_in(2));
                return;
            case 11:
                return events_.release_a_workflow();
            case 12:
                if (daemons_.count() > 1) daemons_.cut_off(draw_.at(daemons_.count()));
                return;
            default:
                return daemons_.sweep(draw_.at(daemons_.count()));
        }
    }

    void restart(std::size_t number) {
        world_.tell(fmt::format("daemon {} restarts", number + 1));
        daemons_.restart(number);
    }

    void step_of_registry() {
        if (!world_.in_database()) return draw_.one_in(2) ? events_.cut_a_master_off() : events_.heal_a_master();
        switch (draw_.below(4)) {
            case 0:
                return events_.let_a_machine_go_on();
            case 1:
                return events_.purge_a_master();
            default:
                if (events_.stop_a_machine()) wait_for_hand_over();
        }
    }

    void wait_for_hand_over() {
        for (int sweeps = 3; sweeps > 0 && !judge_.broken(); --sweeps) {
            daemons_.sweep(draw_.at(daemons_.count()));
            events_.pass(40 + draw_.below(40));
        }
    }

    /// The faults are over: whatever was lost is recovered, once.
    void recover() {
        world_.tell("the faults end");
        daemons_.end_faults();
        world_.killer.all_answer = true;
        world_.masters.mend();
        world_.masters.start(address(9), world_.now + 1s);
        // A cluster at work starts workflows, which proves the zone, on each master.
        std::int64_t fresh = 90;
        for (const auto& [host, process] : world_.masters.living()) {
            world_.tables.insert({fresh, 1, host, world_.now + 2s, std::nullopt, world_.now + 2s});
            judge_.workflows[fresh++].owner = process.number;
        }
        for (int round = 0; round < 40 && !judge_.broken(); ++round) {
            world_.move_clock(60s);
            // mass_loss lifts with a master that registered since.
            if (round == 5) world_.masters.start(address(8), world_.now - 2s);
            if (round == 3) release_what_failed();
            for (std::size_t i = 0; i < daemons_.count() && !judge_.broken(); ++i) daemons_.sweep(i);
            while (!judge_.broken() && !world_.tables.commands().empty()) events_.take_up(false);
            if (round > 6 && judge_.all_run()) break;
        }
        for (const auto& [id, workflow] : judge_.workflows) {
            if (judge_.broken() || judge_.runs(workflow) || left_to_a_person(id)) continue;
            judge_.breaks(fmt::format("workflow {} was not recovered", id));
        }
    }

    /// What a command failed for is a person's affair: one mends it and says so.
    void release_what_failed() {
        for (const auto& [id, workflow] : judge_.workflows) {
            if (workflow.stranded) events_.release(id);
        }
    }

    /// A worker that could not be reached three times is a person's affair.
    bool left_to_a_person(std::int64_t id) {
        for (std::size_t i = 0; i < daemons_.count(); ++i) {
            const auto report = daemons_.report_of(i);
            for (const auto& notice : report.notices) {
                if (notice.id.value != id) continue;
                const auto& [verdict, reason, acts_at] = notice.judgement;
                if (verdict == model::Verdict::ambiguous && reason.find("could not be reached") != std::string::npos)
                    return true;
                world_.tell(fmt::format("workflow {}: {} ({})", id, model::name(verdict), reason));
            }
        }
        return false;
    }

    World world_;
    Draw& draw_ = world_.draw;
    Judge& judge_ = world_.judge;
    Events events_;
    Daemons daemons_;
};

}  // namespace

model::SchemaFacts schema_of(std::uint64_t seed) {
    return seed % 2 == 0 ? test::schema_3_1() : test::schema_3_4();
}

RegistryKind registry_of(std::uint64_t seed, bool in_memory) {
    switch (seed / 2 % 3) {
        case 0:
            return RegistryKind::zookeeper;
        case 1:
            return RegistryKind::etcd;
        default:
            return in_memory && seed % 2 != 0 ? RegistryKind::jdbc : RegistryKind::zookeeper;
    }
}

Verdict run_trial(std::uint64_t seed, test::Tables& tables, const TrialOptions& options) {
    return Trial(seed, tables, options).run();
}

}  // namespace dsr::faults
