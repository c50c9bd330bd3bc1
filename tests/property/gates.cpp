// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "plan/judge.hpp"
#include "support/random_cluster.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;

namespace {

Snapshot drawn_snapshot() {
    auto schema = *rc::gen::inRange(0, 2) == 0 ? schema_3_1() : schema_3_4();
    schema.test_flag = *rc::gen::inRange(0, 3) == 0;
    if (schema.generation == Generation::process && *rc::gen::arbitrary<bool>()) {
        schema.tenant_code = true;
        schema.version = Version{3, 2, *rc::gen::inRange(0, 3)};
    }
    Policy policy;
    policy.grace = std::chrono::minutes{*rc::gen::inRange(0, 4)};
    policy.confirmations = *rc::gen::inRange(1, 4);
    std::vector<LiveMaster> masters;
    for (int i = 1; i <= 4; ++i) {
        if (*rc::gen::inRange(0, 2) == 0)
            masters.push_back(live("10.0.0." + std::to_string(i) + ":5678",
                                   noon - std::chrono::minutes{*rc::gen::inRange(0, 20)}, 100 + i));
    }
    auto snapshot = snapshot_of(masters, policy, schema);
    snapshot.registry.fresh = *rc::gen::inRange(0, 10) != 0;
    if (*rc::gen::arbitrary<bool>()) snapshot.zone = {};
    if (*rc::gen::inRange(0, 4) == 0) snapshot.clock_skew = std::chrono::seconds{*rc::gen::inRange(1, 200)};
    for (auto& master : snapshot.registry.masters) {
        if (*rc::gen::inRange(0, 4) == 0) master.registered_at -= std::chrono::minutes{*rc::gen::inRange(1, 9)};
    }
    snapshot.journal_ready = *rc::gen::arbitrary<bool>();
    for (int i = 1; i <= 4; ++i) {
        const auto address = "10.0.0." + std::to_string(i) + ":5678";
        if (!snapshot.membership.present.contains({address}) && *rc::gen::arbitrary<bool>())
            snapshot.membership.absent[{address}] =
                missing(noon - std::chrono::minutes{*rc::gen::inRange(0, 90)}, *rc::gen::inRange(1, 5));
    }
    return snapshot;
}

WorkflowInstance drawn_instance() {
    auto row = drawn_row(1);
    row.command_pending = *rc::gen::inRange(0, 8) == 0;
    row.definition_exists = *rc::gen::inRange(0, 8) != 0;
    if (*rc::gen::inRange(0, 3) == 0)
        row.parent = ParentState{{77},
                                 static_cast<Verdict>(*rc::gen::inRange(0, static_cast<int>(verdict_count))),
                                 *rc::gen::arbitrary<bool>()
                                     ? std::optional(noon - std::chrono::minutes{*rc::gen::inRange(0, 90)})
                                     : std::nullopt,
                                 std::nullopt};
    row.unreachable_tries = *rc::gen::inRange(0, 5);
    if (*rc::gen::inRange(0, 4) == 0) row.ownership.changed = noon - std::chrono::minutes{*rc::gen::inRange(0, 20)};
    row.history.attempts_in_a_day = *rc::gen::inRange(0, 5);
    if (*rc::gen::inRange(0, 4) == 0) {
        const auto gate = *rc::gen::inRange<std::size_t>(0, plan::gate_count + 1);
        row.history.waivers.push_back({gate == plan::gate_count ? "" : std::string(plan::gate_names[gate]),
                                       noon - std::chrono::minutes{*rc::gen::inRange(0, 60)}});
    }
    if (*rc::gen::inRange(0, 4) == 0) row.claimed_since = noon - std::chrono::minutes{*rc::gen::inRange(0, 9)};
    if (*rc::gen::inRange(0, 4) == 0) row.task_activity = noon - std::chrono::minutes{*rc::gen::inRange(0, 90)};
    if (*rc::gen::inRange(0, 6) == 0) row.handed_over = noon - std::chrono::minutes{1};
    if (*rc::gen::inRange(0, 3) == 0) {
        row.history.answer = entry_for(row, noon - std::chrono::minutes{*rc::gen::inRange(0, 30)});
        row.history.answer->receipt = *rc::gen::element(Receipt::awaited, Receipt::recovered, Receipt::failed);
    }
    return row;
}

}  // namespace

TEST_CASE("the first gate that is not passed gives the verdict, and judging says the same") {
    CHECK(rc::check("gates and verdict", [] {
        const auto snapshot = drawn_snapshot();
        const auto row = drawn_instance();
        const auto reasoning = plan::gates(row, snapshot, noon);
        RC_ASSERT(reasoning.judgement == plan::judge(row, snapshot, noon));
        bool stopped = false;
        std::optional<plan::Gate> before;
        for (const auto& gate : reasoning.gates) {
            RC_ASSERT(!before || *before < gate.gate);
            before = gate.gate;
            if (stopped) {
                RC_ASSERT(!gate.passed.has_value());
            } else if (gate.passed == false) {
                stopped = true;
                RC_ASSERT(gate.finding == reasoning.judgement.reason);
            } else {
                RC_ASSERT(gate.passed == true);
                RC_ASSERT(!gate.finding.empty());
            }
        }
        const auto verdict = reasoning.judgement.verdict;
        RC_CLASSIFY(!stopped);
        RC_TAG(std::string(name(verdict)));
        RC_ASSERT(stopped == !(calls_for_failover(verdict) || verdict == Verdict::stranded));
    }));
}
