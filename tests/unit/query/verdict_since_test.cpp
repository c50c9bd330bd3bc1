// SPDX-License-Identifier: Apache-2.0
#include "query/verdict_since.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::verdict_since_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using query::verdict_since;

namespace {

const std::string gone = "10.0.0.7:5678";
const std::string back = "10.0.0.8:5678";

/// `gone` is missing since ten minutes, `back` registered since five.
Snapshot seen() {
    auto snapshot = snapshot_of({live(back, noon - 5min)});
    snapshot.policy.grace = 150s;
    snapshot.policy.confirmations = 2;
    Absence absence;
    absence.since = noon - 10min;
    absence.views = 9;
    snapshot.membership.absent[{gone}] = absence;
    MasterPresence presence;
    presence.since = noon - 5min;
    presence.views = 9;
    presence.startup_time = noon - 5min;
    snapshot.membership.present[{back}] = presence;
    return snapshot;
}

}  // namespace

TEST_CASE("since when a verdict is: from the row, the registry and the grace") {
    auto snapshot = seen();
    CHECK(verdict_since(row(1, back), Verdict::owned, snapshot) == noon - 1h);
    CHECK(verdict_since(row(1, gone), Verdict::waiting, snapshot) == noon - 10min);
    CHECK(verdict_since(row(1, gone), Verdict::orphan, snapshot) == noon - 10min + 150s);
    auto active = row(1, gone);
    active.task_activity = noon - 9min;  // its grace began again
    CHECK(verdict_since(active, Verdict::orphan, snapshot) == noon - 9min + 150s);
    auto late = row(1, gone, state::running_execution, noon - 8min);
    CHECK(verdict_since(late, Verdict::waiting, snapshot) == noon - 8min);
    CHECK(verdict_since(row(1, back), Verdict::orphan_earlier_incarnation, snapshot) == noon - 5min);
    snapshot.schema = schema_3_4();
    CHECK(verdict_since(row(1, back), Verdict::orphan_earlier_incarnation, snapshot) == noon - 5min + 150s);
    auto claim = row(1, "NULL");
    claim.claimed_since = noon - 4min;
    CHECK(verdict_since(claim, Verdict::waiting, snapshot) == noon - 4min);
    CHECK(verdict_since(claim, Verdict::stranded, snapshot) == noon - 4min + 150s);
}

TEST_CASE("since when a row cannot be recovered, or waits in a state that no failover takes") {
    const auto snapshot = seen();
    CHECK(verdict_since(row(1, gone), Verdict::unrecoverable, snapshot) == noon - 10min);
    CHECK(verdict_since(row(1, back), Verdict::unrecoverable, snapshot) == noon - 5min);
    CHECK_FALSE(verdict_since(row(1, "elsewhere:1"), Verdict::unrecoverable, snapshot));
    CHECK(verdict_since(row(1, gone, state::serial_wait), Verdict::parked, snapshot) == noon - 1h);
    auto blocked = row(1, gone, 16);
    CHECK_FALSE(verdict_since(blocked, Verdict::parked, snapshot));
    blocked.ownership.changed = noon - 20min;
    CHECK(verdict_since(blocked, Verdict::parked, snapshot) == noon - 20min);
}

TEST_CASE("since when a verdict is: from the journal") {
    auto snapshot = seen();
    snapshot.policy.confirm_within = 10min;
    auto answered = row(1, gone);
    answered.history.answer = JournalEntry{};
    answered.history.answer->at = noon - 30min;
    CHECK(verdict_since(answered, Verdict::recovering, snapshot) == noon - 30min);
    CHECK(verdict_since(answered, Verdict::pending, snapshot) == noon - 30min);
    CHECK(verdict_since(answered, Verdict::overdue, snapshot) == noon - 20min);
    CHECK_FALSE(verdict_since(answered, Verdict::failed, snapshot));
    answered.history.answer->receipt = Receipt::failed;
    answered.history.answer->receipt_at = noon - 29min;
    CHECK(verdict_since(answered, Verdict::failed, snapshot) == noon - 29min);
}

TEST_CASE("what shows no begin is not guessed, nor is one in the future") {
    const auto snapshot = seen();
    CHECK_FALSE(verdict_since(row(1, "elsewhere:1"), Verdict::waiting, snapshot));
    CHECK_FALSE(verdict_since(row(1, back), Verdict::waiting, snapshot));
    CHECK_FALSE(verdict_since(row(1, gone), Verdict::pending, snapshot));
    CHECK_FALSE(verdict_since(row(1, gone), Verdict::ambiguous, snapshot));
    auto fresh = row(1, gone);
    fresh.task_activity = noon - 1s;
    CHECK_FALSE(verdict_since(fresh, Verdict::orphan, snapshot));
}

}  // namespace dsr::verdict_since_test
