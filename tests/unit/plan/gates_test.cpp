// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "plan/judge.hpp"
#include "support/builders.hpp"

namespace dsr::gates_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using plan::Gate;
using plan::gates;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

/// The gate that decided; nothing when all were passed.
std::optional<Gate> decided(const plan::Reasoning& reasoning) {
    for (const auto& gate : reasoning.gates) {
        if (gate.passed == false) return gate.gate;
    }
    return std::nullopt;
}

Snapshot with_dead(Policy policy = at_once(), SchemaFacts schema = schema_3_1()) {
    auto snapshot = snapshot_of({live(alive, noon - 2h)}, policy, schema);
    snapshot.membership.absent[{dead}] = missing(noon - 112s, 1);
    return snapshot;
}

}  // namespace

TEST_CASE("an orphan passes every gate, in order, each with its finding") {
    const auto reasoning = gates(row(1, dead), with_dead(), noon);
    CHECK(reasoning.judgement.verdict == Verdict::orphan);
    REQUIRE(reasoning.gates.size() == plan::gate_count);
    for (std::size_t i = 0; i < reasoning.gates.size(); ++i) {
        CHECK(reasoning.gates[i].gate == static_cast<Gate>(i));
        CHECK(reasoning.gates[i].passed == true);
        CHECK_FALSE(reasoning.gates[i].finding.empty());
    }
}

TEST_CASE("of a waiting row the grace is the gate that is not passed, with the numbers and the time") {
    Policy policy;
    policy.grace = 150s;
    const auto reasoning = gates(row(1, dead), with_dead(policy), noon);
    CHECK(decided(reasoning) == Gate::grace_over);
    CHECK(reasoning.gates.back().finding ==
          "host 10.0.0.7:5678 absent for 1 m 52 s (missing in 1 view(s), 2 required); due after 2 m 30 s, at "
          "2026-11-23T12:00:38.000Z");
    CHECK(reasoning.judgement.reason == reasoning.gates.back().finding);
}

TEST_CASE("a gate that passes does not repeat the reason") {
    for (const auto& host : {dead, alive}) {
        auto instance = row(1, host);
        if (host == alive) instance.ownership.earliest = instance.ownership.latest = noon - 5h;
        auto snapshot = with_dead();
        const auto reasoning = gates(instance, snapshot, noon);
        for (const auto& gate : reasoning.gates)
            CHECK((gate.passed == false || gate.finding != reasoning.judgement.reason));
    }
}

TEST_CASE("views are counted apart from those that are required") {
    auto snapshot = snapshot_of({live(alive, noon - 1min)}, Policy{}, schema_3_4());
    auto& presence = snapshot.membership.present[{alive}];
    presence.since = noon - 1min;
    presence.views = 69;
    auto instance = row(1, alive);
    instance.ownership.earliest = instance.ownership.latest = noon - 40h;
    CHECK_THAT(gates(instance, snapshot, noon).judgement.reason,
               Catch::EndsWith(
                   "its own startup scan comes first: 1 m 00 s of 2 m 30 s elapsed (seen in 69 view(s), 2 required)"));
}

TEST_CASE("what comes after the gate that decided was not come to") {
    auto pending = row(1, dead);
    pending.command_pending = true;
    const auto reasoning = gates(pending, with_dead(), noon);
    REQUIRE(decided(reasoning) == Gate::no_command_pending);
    REQUIRE(reasoning.gates.size() == plan::gate_count);
    for (const auto& gate : reasoning.gates) {
        if (gate.gate < Gate::no_command_pending) CHECK(gate.passed == true);
        if (gate.gate > Gate::no_command_pending) {
            CHECK(gate.passed == std::nullopt);
            CHECK(gate.finding.empty());
        }
    }
}

TEST_CASE("each gate that can decide does so for its own verdict") {
    struct Case {
        Gate gate;
        Verdict verdict;
        std::function<void(WorkflowInstance&, Snapshot&)> make;
    };
    const std::vector<Case> cases{
        {Gate::registry_fresh, Verdict::unknown, [](auto&, auto& s) { s.registry.fresh = false; }},
        {Gate::state_known, Verdict::unknown, [](auto& r, auto&) { r.state = 99; }},
        {Gate::host_named, Verdict::unassigned, [](auto& r, auto&) { r.host.reset(); }},
        {Gate::no_command_pending, Verdict::pending, [](auto& r, auto&) { r.command_pending = true; }},
        {Gate::state_taken, Verdict::parked, [](auto& r, auto&) { r.state = 14; }},
        {Gate::not_answered, Verdict::recovering, [](auto& r, auto&) { r.history.answer = entry_for(r, noon - 1s); }},
        {Gate::ownership_readable, Verdict::ambiguous,
         [](auto& r, auto&) { r.ownership.form = OwnershipTime::Form::unreadable; }},
        {Gate::owner_gone, Verdict::owned, [](auto& r, auto&) { r.host = alive; }},
        {Gate::not_quarantined, Verdict::quarantined, [](auto& r, auto&) { r.history.attempts_in_a_day = 3; }},
        {Gate::definition_exists, Verdict::unrecoverable, [](auto& r, auto&) { r.definition_exists = false; }},
        {Gate::workers_reached, Verdict::ambiguous, [](auto& r, auto&) { r.unreachable_tries = 3; }},
        {Gate::stop_kept, Verdict::ambiguous,
         [](auto& r, auto& s) {
             r.state = 4;
             s.schema.tenant_code = true;
             s.schema.version = Version{3, 2, 1};
         }},
        {Gate::parent_left_alone, Verdict::superseded,
         [](auto& r, auto& s) {
             s.schema = schema_3_4();
             s.schema.test_flag = true;
             r.parent = ParentState{{9}, Verdict::owned, noon - 5min, std::nullopt};
         }},
        {Gate::not_recovered_in_place, Verdict::ambiguous,
         [](auto&, auto& s) {
             s.schema = schema_3_4();
             s.schema.test_flag = true;
         }},
    };
    for (const auto& test : cases) {
        CAPTURE(name(test.gate));
        auto snapshot = with_dead();
        auto instance = row(1, dead);
        test.make(instance, snapshot);
        const auto reasoning = gates(instance, snapshot, noon);
        CHECK(decided(reasoning) == test.gate);
        CHECK(reasoning.judgement.verdict == test.verdict);
    }
}

TEST_CASE("of a claimed row nothing is asked that only owners have") {
    auto claimed = row(1, "NULL");
    claimed.claimed_since = noon - 1h;
    const auto reasoning = gates(claimed, with_dead(), noon);
    CHECK(reasoning.judgement.verdict == Verdict::stranded);
    CHECK(decided(reasoning) == std::nullopt);
    const std::vector of_owners{Gate::ownership_readable, Gate::owner_gone, Gate::parent_left_alone,
                                Gate::not_recovered_in_place, Gate::workers_reached};
    std::vector<Gate> others;
    for (std::size_t i = 0; i < plan::gate_count; ++i) {
        const auto gate = static_cast<Gate>(i);
        if (std::find(of_owners.begin(), of_owners.end(), gate) == of_owners.end()) others.push_back(gate);
    }
    const auto asked = [](const plan::Reasoning& of) {
        std::vector<Gate> gates;
        for (const auto& gate : of.gates) gates.push_back(gate.gate);
        return gates;
    };
    CHECK(asked(reasoning) == others);
    claimed.definition_exists = false;
    CHECK(decided(gates(claimed, with_dead(), noon)) == Gate::definition_exists);
    claimed.command_pending = true;  // those that were not come to are the same ones
    const auto pending = gates(claimed, with_dead(), noon);
    CHECK(decided(pending) == Gate::no_command_pending);
    CHECK(asked(pending) == others);
}

TEST_CASE("of the times it is said since when, that there is none, or whose word stands for it") {
    const auto said = [](const WorkflowInstance& of) {
        for (const auto& gate : gates(of, with_dead(), noon).gates) {
            if (gate.gate == Gate::ownership_readable) return gate.finding;
        }
        return std::string{};
    };
    auto instance = row(1, dead);
    CHECK(said(instance) == "taken up at " + rfc3339(instance.ownership.latest));
    instance.ownership = {};
    CHECK(said(instance) == "the row contains no time");
    instance.ownership.form = OwnershipTime::Form::unreadable;
    instance.history.waivers = {released_from("ownership_readable")};
    CHECK(said(instance) == "released manually");
}

TEST_CASE("why no master took it over in place is said by the build, or by a person") {
    const auto said = [](const WorkflowInstance& of, const SchemaFacts& schema) {
        for (const auto& gate : gates(of, with_dead(at_once(), schema), noon).gates) {
            if (gate.gate == Gate::not_recovered_in_place) return gate.finding;
        }
        return std::string{};
    };
    auto instance = row(1, dead);
    CHECK(said(instance, schema_3_1()) ==
          "no other master took it over: in this version of DolphinScheduler the row would name that one");
    auto in_place = schema_3_4();
    in_place.test_flag = true;
    instance.history.waivers = {released_from("not_recovered_in_place")};
    CHECK(said(instance, in_place) == "released manually");
    CHECK(said(instance, schema_3_1()) == "released manually");
}

TEST_CASE("what this daemon did about an earlier owner is not said to be nothing") {
    const auto said = [](const WorkflowInstance& of, Gate about) {
        for (const auto& gate : gates(of, with_dead(), noon).gates) {
            if (gate.gate == about) return gate.finding;
        }
        return std::string{};
    };
    auto instance = row(1, dead);
    instance.history.attempts_in_a_day = 1;
    CHECK(said(instance, Gate::not_answered) == "this daemon has done nothing since its host took it up");
    instance.history.releases = 1;
    CHECK(said(instance, Gate::not_answered) ==
          "this daemon has done nothing since its host took it up or it was released");
    auto claimed = row(1, "NULL");
    claimed.claimed_since = noon - 1h;
    CHECK(said(claimed, Gate::not_answered) == "this daemon has done nothing about this claim");
    CHECK(said(claimed, Gate::host_named) == "its host is the text 'NULL', by which a failover claimed it");
}

TEST_CASE("a sub-workflow is said to be one, with or without its parent") {
    const auto said = [](const WorkflowInstance& of) {
        for (const auto& gate : gates(of, with_dead(), noon).gates) {
            if (gate.gate == Gate::parent_left_alone) return gate.finding;
        }
        return std::string{};
    };
    auto instance = row(1, dead);
    CHECK(said(instance) == "it is not a sub-workflow");
    instance.is_sub_workflow = true;
    CHECK(said(instance) == "a sub-workflow whose parent has finished or is unknown");
    instance.parent = ParentState{{9}, Verdict::orphan, {}, std::nullopt};
    CHECK(said(instance) == "a sub-workflow of instance 9, which is orphan");
}

TEST_CASE("where builds recover in place a sub-workflow goes by what becomes of its parent") {
    struct Expected {
        Verdict parent;
        Verdict child;
    };
    // The child's own verdict, had it no parent, is `ambiguous` for another reason: that gate comes later.
    const std::vector<Expected> cases{
        {Verdict::waiting, Verdict::waiting},         {Verdict::orphan, Verdict::waiting},
        {Verdict::stranded, Verdict::waiting},        {Verdict::pending, Verdict::waiting},
        {Verdict::recovering, Verdict::waiting},      {Verdict::zombie, Verdict::waiting},
        {Verdict::superseded, Verdict::superseded},   {Verdict::ambiguous, Verdict::ambiguous},
        {Verdict::quarantined, Verdict::ambiguous},   {Verdict::failed, Verdict::ambiguous},
        {Verdict::overdue, Verdict::ambiguous},       {Verdict::parked, Verdict::ambiguous},
        {Verdict::unrecoverable, Verdict::ambiguous}, {Verdict::unknown, Verdict::ambiguous},
        {Verdict::unassigned, Verdict::ambiguous},    {Verdict::orphan_earlier_incarnation, Verdict::waiting},
    };
    auto in_place = schema_3_4();
    in_place.test_flag = true;
    const auto snapshot = with_dead(at_once(), in_place);
    for (const auto& test : cases) {
        CAPTURE(name(test.parent));
        auto instance = row(2, dead);
        instance.is_sub_workflow = true;
        instance.parent = ParentState{{1}, test.parent, {}, noon + 5min};
        const auto reasoning = gates(instance, snapshot, noon);
        CHECK(decided(reasoning) == Gate::parent_left_alone);
        CHECK(reasoning.judgement.verdict == test.child);
        CHECK_THAT(reasoning.judgement.reason, Catch::Contains("instance 1"));
        if (test.child == Verdict::waiting) CHECK(reasoning.judgement.acts_at == noon + 5min);
        // What comes by itself is not waived: the parent would start a second sub-workflow.
        instance.history.waivers = {released_from("parent_left_alone")};
        const bool waits = test.child == Verdict::waiting;
        CHECK((decided(gates(instance, snapshot, noon)) == Gate::parent_left_alone) == waits);
    }
    auto instance = row(2, dead);
    instance.is_sub_workflow = true;
    for (const auto& parent : {std::optional<ParentState>{}, std::optional(ParentState{{1}, Verdict::owned, {}, {}})}) {
        instance.parent = parent;
        CHECK(decided(gates(instance, snapshot, noon)) == Gate::not_recovered_in_place);
    }
    instance.parent = ParentState{{1}, Verdict::owned, noon - 5min, {}};
    CHECK(gates(instance, snapshot, noon).judgement.verdict == Verdict::superseded);
}

}  // namespace dsr::gates_test
