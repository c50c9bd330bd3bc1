// SPDX-License-Identifier: Apache-2.0
#include "plan/history.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::history_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const auto g1 = schema_3_1();
const auto g2 = schema_3_4();

WorkflowInstance claimed_g1(WorkflowInstance instance) {
    instance.host = "NULL";
    return instance;
}

WorkflowInstance claimed_g2(WorkflowInstance instance) {
    instance.state = state::failover;
    return instance;
}

ControlNote release(Instant at, std::optional<ReleaseTerms> terms) {
    ControlNote note;
    note.at = at;
    note.action = ControlAction::release;
    note.instance = WorkflowInstanceId{1};
    note.terms = std::move(terms);
    return note;
}

FailoverHistory history_of(const WorkflowInstance& instance, std::vector<JournalEntry> newest_first,
                           const SchemaFacts& schema = g1, int releases = 0,
                           std::optional<Instant> released_at = std::nullopt) {
    std::vector<ControlNote> notes;  // of version 0.1.0
    for (int i = 0; i < releases; ++i) notes.push_back(release(*released_at, std::nullopt));
    return plan::failover_history(instance, newest_first, notes, schema, noon);
}

bool released(const FailoverHistory& history) {
    return !history.waivers.empty();
}

ControlNote bound(plan::Gate gate, const WorkflowInstance& to, Instant at = noon - 10min) {
    return release(at, ReleaseTerms{.state = ReleaseState::bound,
                                    .gate = std::string(name(gate)),
                                    .owned_since = to.ownership.stamped,
                                    .state_at = at});
}

FailoverHistory history_with(const WorkflowInstance& instance, std::vector<JournalEntry> newest_first,
                             std::vector<ControlNote> releases) {
    return plan::failover_history(instance, newest_first, releases, g1, noon);
}

}  // namespace

TEST_CASE("an entry answers the loss of its owner and ownership, and no other") {
    const auto lost = row(1, dead);
    const auto entry = entry_for(lost, noon - 1min);
    CHECK(plan::answers(entry, lost, g1));
    CHECK(plan::answers(entry, claimed_g1(lost), g1));
    CHECK(plan::answers(entry, claimed_g2(lost), g2));
    CHECK_FALSE(plan::answers(entry, claimed_g1(lost), g2));  // that text is no claim there

    auto taken = lost;
    taken.host = "10.0.0.8:5678";
    CHECK_FALSE(plan::answers(entry, taken, g1));
    CHECK_FALSE(plan::answers(entry, row(1, dead, 1, noon - 30s), g1));              // back at the same address
    CHECK_FALSE(plan::answers(entry, claimed_g1(row(1, dead, 1, noon - 30s)), g1));  // claimed for a later loss

    auto timeless = lost;
    timeless.ownership = {};
    CHECK_FALSE(plan::answers(entry, timeless, g1));
    CHECK(plan::answers(entry_for(timeless, noon), timeless, g1));
}

TEST_CASE("an entry with microseconds answers the row that a master wrote back in milliseconds") {
    auto lost = row(1, dead);
    auto entry = entry_for(lost, noon - 1min);
    entry.owned_since = *lost.ownership.stamped + 302us;  // as version 0.1.0 read and wrote it
    CHECK(plan::answers(entry, lost, g2));
    // Two entries 300 us apart, of one loss: the newest is the answer, and one master was lost.
    auto older = entry;
    older.owned_since = *lost.ownership.stamped + 2us;
    older.number = 1;
    entry.number = 2;
    const auto history = history_of(lost, {entry, older}, g2);
    REQUIRE(history.answer);
    CHECK(history.answer->number == 2);
    CHECK(history.masters_lost == 1);
    CHECK_FALSE(plan::answers(entry, row(1, dead, 1, *lost.ownership.stamped + 1ms), g2));
}

TEST_CASE("a change of state moves the end of the band, and is no new ownership") {
    auto paused = row(1, dead);
    const auto entry = entry_for(paused, noon - 1min);
    paused.ownership.latest = noon;
    CHECK(plan::answers(entry, paused, g2));
}

TEST_CASE("first generation: a release outlives a change of state, which is no new ownership") {
    auto stopped = row(1, dead);
    stopped.ownership.changed = noon;
    CHECK(released(history_of(stopped, {}, g1, 1, noon - 1min)));
    CHECK_FALSE(released(history_of(row(1, dead, 1, noon - 30s), {}, g1, 1, noon - 1min)));
}

TEST_CASE("the newest answer counts, and a repair is told from a failover") {
    const auto lost = row(1, dead);
    auto repair = entry_for(claimed_g1(lost), noon - 1min, EntryKind::repair);
    repair.number = 8;
    const auto failover = entry_for(lost, noon - 1h);
    const auto history = history_of(claimed_g1(lost), {repair, failover});
    REQUIRE(history.answer);
    CHECK(history.answer->number == 8);
    CHECK(history.repaired);
    CHECK(history.attempts_in_a_day == 2);
    CHECK(history.masters_lost == 1);
    CHECK_FALSE(history_of(claimed_g1(lost), {failover}).repaired);
    CHECK_FALSE(history_of(lost, {}).answer);
}

TEST_CASE("attempts are counted for a day, lost masters for a week") {
    std::vector<JournalEntry> entries;
    for (const auto ago : {1h, 23h, 24h, 25h, 24h * 30}) {
        const auto lost = row(1, dead, 1, noon - ago - 1h);
        entries.push_back(entry_for(lost, noon - ago));
    }
    const auto history = history_of(row(1, dead, 1, noon - 1min), entries);
    CHECK(history.attempts_in_a_day == 2);
    CHECK(history.masters_lost == 4);
    const auto masters_lost = [](std::chrono::microseconds ago) {
        return history_of(row(1, dead, 1, noon - 1min), {entry_for(row(1, dead), noon - ago)}).masters_lost;
    };
    CHECK(masters_lost(24h * 7 - 1us) == 1);
    CHECK(masters_lost(24h * 7) == 0);
    // Twice for one loss, each after a release, is one master.
    auto again = entries.front();
    again.at = noon;
    CHECK(history_of(row(1, dead, 1, noon - 1min), {again, entries.front()}).masters_lost == 1);
}

TEST_CASE("a release forgets answers, attempts and losses before it") {
    const auto lost = row(1, dead);
    const auto before = entry_for(lost, noon - 1h);
    const auto history = history_of(lost, {before}, g1, 1, noon - 1min);
    CHECK_FALSE(history.answer);
    CHECK(history.attempts_in_a_day == 0);
    CHECK(history.masters_lost == 0);
    CHECK(released(history));
    CHECK(history.releases == 1);
    CHECK_FALSE(released(history_of(lost, {before})));
}

TEST_CASE("a release is for one hand-over, of the ownership that the person saw") {
    auto lost = row(1, dead);
    auto after = entry_for(lost, noon - 30s);
    after.releases = 1;
    SECTION("handed over since") {
        const auto history = history_of(lost, {after}, g1, 1, noon - 1min);
        CHECK(history.answer);
        CHECK_FALSE(released(history));
    }
    SECTION("taken up since") {
        CHECK(released(history_of(row(1, dead, 1, noon - 1min), {}, g1, 1, noon - 1min)));
        CHECK_FALSE(released(history_of(row(1, dead, 1, noon - 1min + 1us), {}, g1, 1, noon - 1min)));
        CHECK_FALSE(released(history_of(row(1, dead, 1, noon - 30s), {}, g1, 1, noon - 1min)));
    }
    SECTION("handed over since, and its times cannot be read any more, or still not: that was the one") {
        lost.ownership = {};
        lost.ownership.form = OwnershipTime::Form::unreadable;
        CHECK_FALSE(released(history_of(lost, {after}, g2, 1, noon - 1min)));
        lost.host = "10.0.0.8:5678";  // taken up, and lost again
        CHECK_FALSE(released(history_of(lost, {after}, g2, 1, noon - 1min)));
    }
    SECTION("times that cannot be read do not stand in the way of the first") {
        lost.ownership = {};
        CHECK(released(history_of(lost, {}, g1, 1, noon - 1min)));
    }
}

TEST_CASE("the state before a claim is that of the entry whose claim it is, and of no older one") {
    const auto running = row(1, dead);
    auto entry = entry_for(running, noon - 1h);
    CHECK(history_of(claimed_g2(running), {entry}, g2).state_before == 1);
    CHECK(history_of(claimed_g2(running), {entry}, g2, 1, noon).state_before == 1);  // released meanwhile

    // Taken up, stopped by a person, lost again and claimed by a master: 1 would run what was to stop.
    CHECK_FALSE(history_of(claimed_g2(row(1, "10.0.0.8:5678", 4, noon - 30min)), {entry}, g2).state_before);
    // The same where the build leaves host and times in the row.
    entry.receipt = Receipt::recovered;
    CHECK_FALSE(history_of(claimed_g2(running), {entry}, g2).state_before);

    auto repair = entry_for(claimed_g2(running), noon, EntryKind::repair);
    repair.old_state = 4;
    CHECK(history_of(claimed_g2(running), {repair, entry}, g2).state_before == 4);
}

TEST_CASE("a release waives the gate and the ownership that it was bound to, and nothing else") {
    auto lost = row(1, dead);
    const auto note = bound(plan::Gate::workers_reached, lost);
    lost.history = history_with(lost, {}, {note});
    for (std::size_t i = 0; i < plan::gate_count; ++i) {
        const auto gate = static_cast<plan::Gate>(i);
        CAPTURE(name(gate));
        CHECK(plan::waived(lost, gate).has_value() == (gate == plan::Gate::workers_reached));
    }
    CHECK(plan::waived(lost, plan::Gate::workers_reached) == note.at);
    CHECK(lost.history.releases == 0);
    CHECK_FALSE(released(history_with(row(1, dead, 1, noon - 30min), {}, {note})));  // lost again later
    for (const auto state : {ReleaseState::unbound, ReleaseState::expired, ReleaseState::refused, ReleaseState::used}) {
        CAPTURE(name(state));
        auto other = note;
        other.terms->state = state;
        CHECK_FALSE(released(history_with(lost, {}, {other})));
    }
    auto handed_over = entry_for(lost, noon - 5min);
    CHECK_FALSE(released(history_with(lost, {handed_over}, {note})));
    CHECK(history_with(lost, {handed_over}, {note}).answer);
    handed_over.at = noon - 11min;
    CHECK(history_with(lost, {handed_over}, {note}).answer);  // it is not about what was done
}

TEST_CASE("only a release from an answer counts in the unique key, and only while it is in force or used") {
    const auto lost = row(1, dead);
    const auto before = entry_for(lost, noon - 1h);
    auto note = bound(plan::Gate::not_answered, lost);
    const auto count = [&](const WorkflowInstance& instance) {
        return history_with(instance, {before}, {note}).releases;
    };
    CHECK(count(lost) == 1);
    CHECK_FALSE(history_with(lost, {before}, {note}).answer);
    CHECK(count(row(1, dead, 1, noon - 30min)) == 0);
    for (const auto state : {ReleaseState::unbound, ReleaseState::expired, ReleaseState::refused}) {
        CAPTURE(name(state));
        note.terms->state = state;
        CHECK(count(lost) == 0);
        CHECK(history_with(lost, {before}, {note}).answer);
    }
    note.terms->state = ReleaseState::used;
    CHECK(count(lost) == 1);
    CHECK(count(row(1, dead, 1, noon - 30min)) == 1);
    note.terms->gate = name(plan::Gate::owner_gone);
    CHECK(count(lost) == 0);
}

TEST_CASE("what was handed over by a release that expired answers its loss all the same") {
    const auto lost = row(1, dead);
    const auto first = entry_for(lost, noon - 1h);
    auto second = entry_for(lost, noon - 30min);
    second.number = 9;
    second.releases = 1;
    auto note = bound(plan::Gate::not_answered, lost, noon - 40min);
    REQUIRE(history_with(lost, {second, first}, {note}).answer);
    CHECK_FALSE(released(history_with(lost, {second, first}, {note})));
    note.terms->state = ReleaseState::expired;
    const auto history = history_with(lost, {second, first}, {note});
    REQUIRE(history.answer);
    CHECK(history.answer->number == 9);
}

TEST_CASE("only a release from quarantine forgets attempts, those before it, and goes on when it was used") {
    const auto lost = row(1, dead);
    const auto entries = std::vector{entry_for(row(1, dead, 1, noon - 2h), noon - 5min),
                                     entry_for(row(1, dead, 1, noon - 3h), noon - 1h)};
    auto note = bound(plan::Gate::not_quarantined, lost);
    const auto attempts = [&] { return history_with(lost, entries, {note}).attempts_in_a_day; };
    CHECK(attempts() == 1);
    CHECK(history_with(lost, entries, {note}).masters_lost == 1);
    note.terms->state = ReleaseState::used;
    note.terms->owned_since = noon - 5h;
    CHECK(attempts() == 1);
    note.terms->state = ReleaseState::expired;
    CHECK(attempts() == 2);
    note = bound(plan::Gate::not_answered, lost);
    CHECK(attempts() == 2);
}

}  // namespace dsr::history_test
