// SPDX-License-Identifier: Apache-2.0
// Which workers get kill messages, judged by a model of its own that knows nothing of lib/plan: it notes what the
// registry held at each sweep. Workers come and go, tasks name addresses that were never registered, the daemon
// restarts, time passes.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "support/random_cluster.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string lost_master = "10.0.0.9:5678";
const std::string living_master = "10.0.0.8:5678";

/// The first three are registered at times, the others never.
std::string drawn_worker(int end) {
    static const std::vector<std::string> addresses{"10.0.1.1:1234", "10.0.1.2:1234",  "10.0.1.11:1234",
                                                    "10.0.1.3:1234", "110.0.1.1:1234", living_master};
    return addresses[*rc::gen::inRange<std::size_t>(0, static_cast<std::size_t>(end))];
}

class Course {
public:
    Course() : bench_(drawn_policy()) {
        bench_.cluster->add_master({living_master}, noon - 2h, 1);
        bench_.cluster->add_master({lost_master}, noon - 2h, 2);
        bench_.cluster->add_worker({drawn_worker(3)}, noon - 2h, 5);
    }

    void step() {
        switch (*rc::gen::inRange(0, 7)) {
            case 0:
                bench_.cluster->add_worker({drawn_worker(3)}, bench_.now, 5);
                break;
            case 1:
                bench_.cluster->remove_worker({drawn_worker(3)});
                break;
            case 2:
            case 3:
                submit();
                break;
            case 4:
                bench_.now += *rc::gen::element<std::chrono::minutes>(1min, 1min, 30min, 11h, 25h);
                break;
            case 5:
                bench_.restart();
                break;
            default:
                sweep();
        }
    }

    void lose_the_master() {
        sweep();
        bench_.cluster->remove_master({lost_master});
        bench_.now += 1s;
        if (*rc::gen::arbitrary<bool>()) bench_.cluster->remove_worker({drawn_worker(3)});
        sweep();  // a stall before may hold it
        bench_.now += 1s;
        sweep();
        for (const auto& [id, instance] : bench_.tables->instances)
            RC_ASSERT(instance.row.state == 7 || bench_.commands_for(id) == 1);
        RC_TAG(bench_.killer.asked.empty() ? "none asked" : departed_asked_ ? "departed asked" : "registered asked");
    }

private:
    static Policy drawn_policy() {
        auto policy = at_once();
        policy.batch = *rc::gen::inRange<std::size_t>(1, 4);
        return policy;
    }

    void submit() {
        const auto id = ++last_row_;
        bench_.add_fresh_row(id, lost_master);
        auto& task = bench_.tables->tasks[100 + id];
        task.task = {{100 + id}, {id}, 1, "SHELL", drawn_worker(6)};
        task.submitted_at = bench_.now - *rc::gen::element<std::chrono::microseconds>(0us, 1us, 1min, 1h);
        if (*rc::gen::inRange(0, 8) == 0) task.submitted_at.reset();
    }

    void sweep() {
        const auto calls_before = bench_.killer.calls.size();
        const auto asked_before = bench_.killer.asked.size();
        for (const auto& [address, heartbeat] : bench_.cluster->workers) shown_[address] = bench_.now;
        const auto report = bench_.sweep();
        for (auto call = calls_before; call < bench_.killer.calls.size(); ++call) {
            for (const auto& address : bench_.killer.calls[call]) RC_ASSERT(shown_.contains(address));
        }
        std::set<TaskInstanceId> asked;
        for (auto i = asked_before; i < bench_.killer.asked.size(); ++i) {
            const auto task = bench_.killer.asked[i];
            RC_ASSERT(may_be_asked(bench_.tables->tasks.at(task.value)));
            RC_ASSERT(asked.insert(task).second);
        }
        for (const auto& action : report.actions) {
            const auto& task = bench_.tables->tasks.at(100 + action.id.value);
            if (action.outcome == Outcome::recovered && may_be_asked(task)) RC_ASSERT(asked.contains(task.task.id));
        }
    }

    [[nodiscard]] bool may_be_asked(const fakes::FakeTask& task) {
        const WorkerAddress address{*task.task.host};
        if (bench_.cluster->workers.contains(address)) return true;
        const auto shown = shown_.find(address);
        if (shown == shown_.end() || !task.submitted_at) return false;
        const bool may = shown->second >= *task.submitted_at && bench_.now - shown->second <= 24h;
        departed_asked_ = departed_asked_ || may;
        return may;
    }

    SweepBench bench_;
    std::map<WorkerAddress, Instant> shown_;  ///< when a sweep last saw it
    std::int64_t last_row_ = 0;
    bool departed_asked_ = false;
};

}  // namespace

TEST_CASE("kill messages go to workers that the registry showed since the submission, within a day, and to no other") {
    CHECK(rc::check("never an address that only a row named", [] {
        Course course;
        const int steps = *rc::gen::inRange(4, 40);
        for (int step = 0; step < steps; ++step) course.step();
        course.lose_the_master();
    }));
}
