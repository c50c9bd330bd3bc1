// SPDX-License-Identifier: Apache-2.0
// Faults before and after every operation of both ports (the operation done, the answer lost), restarts, masters that
// take commands up: for one loss never a second command, and in the end none without.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/random_cluster.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.9:5678";
const std::string alive = "10.0.0.8:5678";

/// Throws at the n-th moment from now, once.
struct Fault {
    int countdown = 0;
    bool after_too = true;

    void at(bool after, bool commit) {
        if (countdown == 0 || --countdown != 0) return;
        if (commit) throw Failure(ErrorKind::unknown_outcome, "drawn fault: answer lost");
        throw Failure(after ? ErrorKind::retry : ErrorKind::conflict, "drawn fault");
    }
};

void inject(SweepBench& bench, Fault& fault) {
    bench.registry->hook = [&fault](fakes::Operation operation, fakes::Moment moment) {
        if (operation != fakes::Operation::release) fault.at(moment == fakes::Moment::after, false);
    };
    bench.store->hook = [&fault](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        fault.at(moment == fakes::StoreMoment::after, operation == fakes::StoreOperation::commit);
    };
}

/// A living master takes one command up, as its generation does.
void take_up(SweepBench& bench, std::map<std::int64_t, int>& taken) {
    if (bench.tables->commands.empty()) return;
    const auto which = *rc::gen::inRange<std::size_t>(0, bench.tables->commands.size());
    const auto id = bench.tables->commands[which].instance;
    bench.tables->commands.erase(bench.tables->commands.begin() + static_cast<std::ptrdiff_t>(which));
    auto& taken_row = bench.tables->instances.at(id).row;
    taken_row.host = alive;
    taken_row.ownership = owned_since(bench.now);
    if (taken_row.state == state::failover) taken_row.state = state::running_execution;
    ++taken[id];
}

}  // namespace

TEST_CASE("invariants 2 and 3: under any single fault a sweep, one command for one loss, and in the end one for each") {
    CHECK(rc::check("one for each", [] {
        auto policy = at_once();
        policy.batch = *rc::gen::inRange<std::size_t>(1, 4);
        SweepBench bench(policy, *rc::gen::inRange(0, 2) == 0 ? schema_3_1() : schema_3_4());
        bench.cluster->add_master({alive}, noon - 2h, 1);
        const int rows = *rc::gen::inRange(1, 8);
        for (int id = 1; id <= rows; ++id) bench.add(row(id, dead));
        std::map<std::int64_t, int> taken;
        Fault fault;
        inject(bench, fault);

        const int steps = *rc::gen::inRange(1, 12);
        for (int step = 0; step < steps; ++step) {
            bench.now += 1s;
            switch (*rc::gen::inRange(0, 4)) {
                case 0:
                    bench.restart();
                    inject(bench, fault);
                    break;
                case 1:
                    take_up(bench, taken);
                    break;
                default:
                    fault.countdown = *rc::gen::inRange(0, 60);
                    bench.sweep();
                    break;
            }
            for (int id = 1; id <= rows; ++id) RC_ASSERT(bench.commands_for(id) + taken[id] <= 1);
        }
        fault.countdown = 0;
        bench.now += 1s;
        bench.sweep();
        for (int id = 1; id <= rows; ++id) RC_ASSERT(bench.commands_for(id) + taken[id] == 1);
    }));
}

TEST_CASE("a second loss of the same workflow gets a command of its own") {
    CHECK(rc::check("second loss", [] {
        SweepBench bench(at_once(), *rc::gen::inRange(0, 2) == 0 ? schema_3_1() : schema_3_4());
        bench.cluster->add_master({alive}, noon - 2h, 1);
        bench.add(row(1, dead));
        std::map<std::int64_t, int> taken;
        const int losses = *rc::gen::inRange(1, 4);
        for (int loss = 1; loss <= losses; ++loss) {
            bench.now += 60s;
            bench.sweep();
            RC_ASSERT(bench.commands_for(1) == 1);
            take_up(bench, taken);
            bench.sweep();
            RC_ASSERT(bench.commands_for(1) == 0);
            bench.tables->instances.at(1).row.host = dead;  // taken up there, and that master died too
            bench.tables->instances.at(1).row.ownership = owned_since(bench.now + 1s);
        }
    }));
}
