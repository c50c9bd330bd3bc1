// SPDX-License-Identifier: Apache-2.0
// How shadow mode compares what it would have done with what became of the row: the table of plan/shadow_score.hpp.
#include "plan/shadow_score.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "support/builders.hpp"

namespace dsr::shadow_score_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using plan::ShadowLook;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";
const Instant decided = noon;

Policy by_default() {
    Policy policy;  // W = 10 s + 20 s + 5 s
    policy.confirm_within = 10min;
    return policy;
}

ShadowEntry noted(EntryKind kind = EntryKind::failover) {
    ShadowEntry entry;
    entry.number = 1;
    entry.at = decided;
    entry.kind = kind;
    entry.instance = {4711};
    entry.from_host = {kind == EntryKind::repair ? std::string(claimed_host_text) : dead};
    entry.old_state = state::running_execution;
    entry.owned_since = entry.owned_until = decided - 1h;
    return entry;
}

/// As it was when it was decided.
WorkflowInstance lost() {
    return row(4711, dead, state::running_execution, decided - 1h);
}

struct Case {
    const char* name;
    std::function<void(WorkflowInstance&)> change;  ///< between the decision and the last look
    Verdict verdict;                                ///< at the last look
};

/// Looks at the untouched row at these times after the decision, then at the changed one.
ShadowEntry followed(ShadowEntry entry, const std::vector<std::chrono::seconds>& untouched, const Case& with,
                     std::chrono::seconds last, const SchemaFacts& schema = schema_3_1(),
                     const WorkflowInstance& before = lost()) {
    const Verdict lost_verdict = entry.kind == EntryKind::repair ? Verdict::stranded : Verdict::orphan;
    for (const auto after : untouched)
        entry = plan::compare(entry, {&before, lost_verdict, false}, schema, by_default(), decided + after);
    auto now_there = before;
    with.change(now_there);
    return plan::compare(entry, {&now_there, with.verdict, false}, schema, by_default(), decided + last);
}

/// What masters and people do about a loss.
std::vector<Case> deeds() {
    return {
        {"a command", [](auto& row) { row.command_pending = true; }, Verdict::pending},
        {"claimed", [](auto& row) { row.host = claimed_host_text; }, Verdict::stranded},
        {"taken up elsewhere", [](auto& row) { row.host = alive; }, Verdict::owned},
        {"taken up elsewhere, and ended",
         [](auto& row) {
             row.host = alive;
             row.state = 7;
         },
         Verdict::unknown},
        {"started anew at the same address", [](auto& row) { row.ownership = owned_since(decided + 5s); },
         Verdict::owned},
        {"its host cleared by hand", [](auto& row) { row.host = std::nullopt; }, Verdict::unassigned},
    };
}

/// What shows that nothing was lost.
std::vector<Case> signs_of_life() {
    return {
        {"it ended", [](auto& row) { row.state = 7; }, Verdict::unknown},
        {"its master is back", [](auto&) {}, Verdict::owned},
        {"its tasks are written", [](auto&) {}, Verdict::zombie},
        {"it waits for its turn", [](auto& row) { row.state = state::serial_wait; }, Verdict::parked},
        {"state_history grew", [](auto& row) { row.ownership.latest += 1s; }, Verdict::orphan},
    };
}

}  // namespace

TEST_CASE("somebody dealt with the loss: agreed only when a look shows that ours would have come first") {
    for (const auto& deed : deeds()) {
        INFO(deed.name);
        // No look since the decision.
        auto seen = followed(noted(), {}, deed, 3600s);
        CHECK(seen.compared == Comparison::would_have_doubled);
        CHECK(seen.settled);
        CHECK(seen.compared_at == decided + 3600s);
        // Ours would still have been at it when it was last seen untouched.
        CHECK(followed(noted(), {34s}, deed, 60s).compared == Comparison::would_have_doubled);
        CHECK(followed(noted(), {35s}, deed, 60s).compared == Comparison::agreed);
        CHECK(followed(noted(), {20s, 60s}, deed, 61s).compared == Comparison::agreed);
        CHECK(followed(noted(), {60s}, deed, 61s).settled);
        // Saved is saved, whoever comes then.
        seen = followed(noted(), {60s, 600s}, deed, 700s);
        CHECK(seen.compared == Comparison::would_have_been_saved);
        CHECK(seen.compared_at == decided + 600s);
        CHECK(seen.settled);
    }
}

TEST_CASE("an instance that was deleted was dealt with") {
    const auto schema = schema_3_1();
    CHECK(plan::compare(noted(), {}, schema, by_default(), decided + 1h).compared == Comparison::would_have_doubled);
    auto entry = noted();
    entry.untouched_at = decided + 60s;
    CHECK(plan::compare(entry, {}, schema, by_default(), decided + 1h).compared == Comparison::agreed);
}

TEST_CASE("who took it up is named where the row names him") {
    const Case taken{"", [](auto& row) { row.host = alive; }, Verdict::owned};
    CHECK(followed(noted(), {60s}, taken, 70s).dealt_by == alive);
    const Case claimed{"", [](auto& row) { row.host = claimed_host_text; }, Verdict::stranded};
    CHECK_FALSE(followed(noted(), {60s}, claimed, 70s).dealt_by.has_value());
    for (const std::optional<std::string>& host : {std::optional<std::string>{}, std::optional<std::string>{""}}) {
        const Case cleared{"", [&](auto& row) { row.host = host; }, Verdict::unassigned};
        const auto seen = followed(noted(), {60s}, cleared, 70s);
        CHECK_FALSE(seen.dealt_by.has_value());
        CHECK_THAT(seen.message, Catch::StartsWith("its host was cleared"));
    }
}

TEST_CASE("a task that was written in the moment of the decision is no sign of life since") {
    const auto wrote = [](Instant when) {
        return Case{"", [=](auto& row) { row.task_activity = when; }, Verdict::orphan};
    };
    CHECK(followed(noted(), {60s}, wrote(decided), 600s).compared == Comparison::would_have_been_saved);
    CHECK(followed(noted(), {60s}, wrote(decided + 1us), 600s).compared == Comparison::would_have_doubled);
}

TEST_CASE("a run that lives on was no loss, whenever that is seen") {
    for (const auto& sign : signs_of_life()) {
        INFO(sign.name);
        for (const auto& looks : std::vector<std::vector<std::chrono::seconds>>{{}, {60s}, {60s, 600s}}) {
            const auto seen = followed(noted(), looks, sign, 700s);
            CHECK(seen.compared == Comparison::would_have_doubled);
            CHECK(seen.settled);
            CHECK_FALSE(seen.message.empty());
        }
    }
}

TEST_CASE("what a person asks of a lost row does not deal with it") {
    for (const int asked : {state::ready_pause, state::ready_stop}) {
        const Case asking{"",
                          [asked](auto& row) {
                              row.state = asked;
                              row.ownership.latest += 30s;  // the API writes state_history
                          },
                          Verdict::orphan};
        const auto seen = followed(noted(), {60s}, asking, 120s);
        CHECK(seen.compared == Comparison::open);
        CHECK_FALSE(seen.settled);
        CHECK(followed(noted(), {60s}, asking, 600s).compared == Comparison::would_have_been_saved);
    }
}

TEST_CASE("saved: untouched and lost still, failover.confirm_within after the decision") {
    const Case nothing{"", [](auto&) {}, Verdict::orphan};
    CHECK(followed(noted(), {60s}, nothing, 599s).compared == Comparison::open);
    const auto seen = followed(noted(), {60s}, nothing, 600s);
    CHECK(seen.compared == Comparison::would_have_been_saved);
    CHECK_FALSE(seen.settled);  // followed on: it may turn out alive
    // Nothing is saved that would not be handed over now.
    for (const auto verdict : {Verdict::waiting, Verdict::ambiguous, Verdict::quarantined, Verdict::unknown}) {
        const Case other{"", [](auto&) {}, verdict};
        CHECK(followed(noted(), {60s}, other, 3600s).compared == Comparison::open);
    }
    // Nor by a view of the registry that is not fresh.
    auto entry = noted();
    entry.untouched_at = decided + 60s;
    const auto there = lost();
    CHECK(plan::compare(entry, {&there, std::nullopt, false}, schema_3_1(), by_default(), decided + 1h).compared ==
          Comparison::open);
}

TEST_CASE("a loss without any time is compared by its host alone") {
    auto entry = noted();
    entry.owned_since = entry.owned_until = std::nullopt;
    auto there = lost();
    there.ownership = {};
    const Case nothing{"", [](auto&) {}, Verdict::orphan};
    CHECK(followed(entry, {60s}, nothing, 600s, schema_3_1(), there).compared == Comparison::would_have_been_saved);
    const Case stamped{"", [](auto& row) { row.ownership = owned_since(decided + 1s); }, Verdict::owned};
    CHECK(followed(entry, {60s}, stamped, 70s, schema_3_1(), there).compared == Comparison::agreed);
}

TEST_CASE("times that cannot be read did not move") {
    const Case garbled{"",
                       [](auto& row) {
                           row.ownership.form = OwnershipTime::Form::unreadable;
                           row.ownership.stamped.reset();
                       },
                       Verdict::ambiguous};
    CHECK(followed(noted(), {60s}, garbled, 700s).compared == Comparison::open);
}

TEST_CASE("in 3.3 and later the claim is state 18") {
    const Case claimed{"", [](auto& row) { row.state = state::failover; }, Verdict::stranded};
    const auto seen = followed(noted(), {60s}, claimed, 70s, schema_3_4());
    CHECK(seen.compared == Comparison::agreed);
    CHECK_THAT(seen.message, Catch::Contains("claimed"));
}

TEST_CASE("a would-be repair: untouched means claimed still, without a command") {
    auto stranded = lost();
    stranded.host = claimed_host_text;
    const Case nothing{"", [](auto&) {}, Verdict::stranded};
    CHECK(followed(noted(EntryKind::repair), {60s}, nothing, 600s, schema_3_1(), stranded).compared ==
          Comparison::would_have_been_saved);
    const Case command{"", [](auto& row) { row.command_pending = true; }, Verdict::pending};
    CHECK(followed(noted(EntryKind::repair), {60s}, command, 70s, schema_3_1(), stranded).compared ==
          Comparison::agreed);
    const Case taken{"", [](auto& row) { row.host = alive; }, Verdict::owned};
    CHECK(followed(noted(EntryKind::repair), {}, taken, 70s, schema_3_1(), stranded).compared ==
          Comparison::would_have_doubled);
    const Case again{"", [](auto& row) { row.ownership = owned_since(decided + 40s); }, Verdict::waiting};
    CHECK(followed(noted(EntryKind::repair), {60s}, again, 70s, schema_3_1(), stranded).compared == Comparison::agreed);
}

TEST_CASE("what this daemon hands over itself compares with nothing") {
    const auto there = row(4711, alive);
    const ShadowLook ours{&there, Verdict::owned, true};
    auto entry = plan::compare(noted(), ours, schema_3_1(), by_default(), decided + 90s);
    CHECK(entry.compared == Comparison::withdrawn);
    CHECK(entry.settled);
    entry = noted();
    entry.untouched_at = decided + 60s;
    entry.compared = Comparison::would_have_been_saved;
    entry = plan::compare(entry, ours, schema_3_1(), by_default(), decided + 1h);
    CHECK(entry.compared == Comparison::would_have_been_saved);  // it was
    CHECK(entry.settled);
}

TEST_CASE("of a settled entry nothing is new") {
    const Case taken{"", [](auto& row) { row.host = alive; }, Verdict::owned};
    const auto entry = followed(noted(), {60s}, taken, 70s);
    CHECK(plan::compare(entry, {}, schema_3_1(), by_default(), decided + 2h) == entry);
}

TEST_CASE("the score is the sum of the comparisons, without what was withdrawn") {
    ComparisonCounts counts{};
    counts[static_cast<std::size_t>(Comparison::agreed)] = 27;
    counts[static_cast<std::size_t>(Comparison::would_have_been_saved)] = 4;
    counts[static_cast<std::size_t>(Comparison::withdrawn)] = 9;
    auto score = plan::score_of(counts);
    CHECK(score == ShadowScore{31, 27, 0, 4, 0});
    CHECK(plan::in_words(score) == "31 losses: 27 agreed, 0 would have doubled, 4 would have been saved");
    counts = {};
    counts[static_cast<std::size_t>(Comparison::open)] = 1;
    score = plan::score_of(counts);
    CHECK(score.losses == 1);
    CHECK(plan::in_words(score) == "1 loss: 0 agreed, 0 would have doubled, 0 would have been saved, 1 open");
}

}  // namespace dsr::shadow_score_test
