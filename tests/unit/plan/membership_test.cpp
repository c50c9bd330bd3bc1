// SPDX-License-Identifier: Apache-2.0
#include "plan/membership.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::membership_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const MasterAddress a{"10.0.0.7:5678"};
const MasterAddress b{"10.0.0.8:5678"};

RegistryView view_of(std::vector<LiveMaster> masters, std::int64_t session = 1) {
    RegistryView view;
    view.fresh = view.reached = true;
    view.session_id = session;
    view.masters = std::move(masters);
    return view;
}

const auto both = view_of({live(a.text, noon - 1h), live(b.text, noon - 1h)});
const auto only_b = view_of({live(b.text, noon - 1h)});
const Policy policy;

}  // namespace

TEST_CASE("a master that goes is absent since the first view that misses it, witnessed, with its incarnation") {
    auto membership = plan::attend({}, both, policy, noon);
    const auto before = membership;
    membership = plan::attend(membership, only_b, policy, noon + 60s);
    REQUIRE(membership.absent.contains(a));
    const auto& absence = membership.absent.at(a);
    CHECK(absence.since == noon + 60s);
    CHECK(absence.views == 1);
    CHECK(absence.witnessed);
    REQUIRE(absence.last_incarnation);
    CHECK(absence.last_incarnation->startup_time == noon - 1h);
    CHECK(plan::newly_absent(before, membership) == std::vector{a});

    const auto later = plan::attend(membership, only_b, policy, noon + 120s);
    CHECK(later.absent.at(a).views == 2);
    CHECK(later.absent.at(a).since == noon + 60s);
    CHECK(plan::newly_absent(membership, later).empty());
}

TEST_CASE("views nearer than 10 s to the last that counted do not count, unless the grace is 0") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, only_b, policy, noon + 1s);
    membership = plan::attend(membership, only_b, policy, noon + 10s);
    CHECK(membership.absent.at(a).views == 1);
    membership = plan::attend(membership, only_b, policy, noon + 11s);
    CHECK(membership.absent.at(a).views == 2);
    membership = plan::attend(membership, only_b, policy, noon + 20s);
    CHECK(membership.absent.at(a).views == 2);
    membership = plan::attend(membership, only_b, policy, noon + 21s);
    CHECK(membership.absent.at(a).views == 3);

    Policy none;
    none.grace = 0ms;
    auto fast = plan::attend({}, both, none, noon);
    fast = plan::attend(fast, only_b, none, noon + 1ms);
    fast = plan::attend(fast, only_b, none, noon + 2ms);
    CHECK(fast.absent.at(a).views == 2);
}

TEST_CASE("a return ends the absence, a new loss begins a new one") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, only_b, policy, noon + 20s);
    membership = plan::attend(membership, both, policy, noon + 40s);
    CHECK(membership.absent.empty());
    membership = plan::attend(membership, only_b, policy, noon + 60s);
    CHECK(membership.absent.at(a).since == noon + 60s);
}

TEST_CASE("an absence starts again with a new session of ours, after a gap and after a clock that went back") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, only_b, policy, noon + 60s);
    SECTION("new session") {
        auto view = only_b;
        view.session_id = 2;
        membership = plan::attend(membership, view, policy, noon + 120s);
        CHECK(membership.absent.at(a).since == noon + 120s);
        CHECK(membership.absent.at(a).views == 1);
        CHECK(membership.absent.at(a).witnessed);
    }
    SECTION("a gap of more than two intervals") {
        membership = plan::attend(membership, only_b, policy, noon + 60s + 121s);
        CHECK(membership.absent.at(a).since == noon + 181s);
        CHECK(membership.absent.at(a).views == 1);
    }
    SECTION("two intervals are no gap") {
        membership = plan::attend(membership, only_b, policy, noon + 60s + 120s);
        CHECK(membership.absent.at(a).since == noon + 60s);
    }
    SECTION("the clock went back") {
        membership = plan::attend(membership, only_b, policy, noon + 30s);
        CHECK(membership.absent.at(a).since == noon + 30s);
    }
}

TEST_CASE("views of before a new session of ours count no more, with a grace and without") {
    Policy counting;
    counting.grace = GENERATE(0ms, 60'000ms);
    auto membership = plan::attend({}, both, counting, noon);
    for (const auto after : {20s, 40s, 60s}) membership = plan::attend(membership, only_b, counting, noon + after);
    REQUIRE(membership.absent.at(a).views == 3);
    auto view = only_b;
    view.session_id = 2;
    CHECK(plan::attend(membership, view, counting, noon + 80s).absent.at(a).views == 1);
}

TEST_CASE("of a master that named no process, no incarnation is known to be lost") {
    auto membership = plan::attend({}, both, policy, noon);
    SECTION("no process") {
        membership.present.at(a).process_id.reset();
    }
    SECTION("no startup") {
        membership.present.at(a).startup_time.reset();
    }
    membership = plan::attend(membership, only_b, policy, noon + 60s);
    CHECK_FALSE(membership.absent.at(a).last_incarnation);
}

TEST_CASE("a presence, too, starts again with a new session of ours") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, both, policy, noon + 60s);
    auto view = both;
    view.session_id = 2;
    membership = plan::attend(membership, view, policy, noon + 120s);
    CHECK(membership.present.at(a).since == noon + 120s);
    CHECK(membership.present.at(a).views == 1);

    Policy none;
    none.grace = 0ms;  // every view counts, the first one after the restart once
    auto fast = plan::attend({}, both, none, noon);
    fast = plan::attend(fast, view, none, noon + 1ms);
    CHECK(fast.present.at(a).views == 1);
}

TEST_CASE("a restart at the same address is another presence") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, both, policy, noon + 60s);
    CHECK(membership.present.at(a).views == 2);
    auto restarted = both;
    restarted.masters[0] = live(a.text, noon + 70s, 4712);
    membership = plan::attend(membership, restarted, policy, noon + 120s);
    CHECK(membership.present.at(a).views == 1);
    CHECK(membership.present.at(a).since == noon + 120s);
    CHECK(membership.absent.empty());

    auto forked = restarted;  // at the same moment, as far as the heartbeat tells
    forked.masters[0].process_id = 4713;
    CHECK(plan::attend(membership, forked, policy, noon + 180s).present.at(a).since == noon + 180s);
    CHECK(plan::attend(membership, restarted, policy, noon + 180s).present.at(a).since == noon + 120s);
}

TEST_CASE("all masters gone within one view is believed only at the second look") {
    auto membership = plan::attend({}, both, policy, noon);
    const auto none = view_of({});
    CHECK(plan::all_gone_at_once(membership, none));
    membership.all_gone_once = true;
    CHECK_FALSE(plan::all_gone_at_once(membership, none));
    membership = plan::attend(membership, none, policy, noon + 60s);
    CHECK(membership.absent.size() == 2);
    CHECK_FALSE(plan::all_gone_at_once(membership, none));
    CHECK_FALSE(plan::all_gone_at_once({}, none));
}

TEST_CASE("owners that nobody saw are absent since now, addresses that no row names are forgotten") {
    auto membership = plan::attend({}, only_b, policy, noon);
    plan::note_owners(membership, {a, b}, noon);
    REQUIRE(membership.absent.contains(a));
    CHECK_FALSE(membership.absent.contains(b));
    CHECK_FALSE(membership.absent.at(a).witnessed);
    CHECK(membership.absent.at(a).views == 1);
    CHECK(plan::attend(membership, only_b, policy, noon + 60s).absent.at(a).views == 2);
    plan::note_owners(membership, {}, noon + 60s);
    CHECK(membership.absent.empty());

    auto witnessed = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    plan::note_owners(witnessed, {}, noon + 61s);
    CHECK(witnessed.absent.contains(a));
    plan::note_owners(witnessed, {}, noon + 60s + 24h);
    CHECK(witnessed.absent.contains(a));
    plan::note_owners(witnessed, {}, noon + 60s + 24h + 1us);
    CHECK(witnessed.absent.empty());
}

TEST_CASE("a loss is kept with when it was last seen, first missed, and whether anyone was left") {
    auto membership = plan::attend({}, both, policy, noon);
    membership = plan::attend(membership, both, policy, noon + 60s);
    SECTION("others are left") {
        const auto after = plan::attend(membership, only_b, policy, noon + 120s);
        CHECK(after.absent.at(a).last_seen == noon + 60s);
        CHECK(after.absent.at(a).first_missed == noon + 120s);
        CHECK(after.absent.at(a).others_registered);

        auto view = only_b;
        view.session_id = 2;  // starts the absence again, but not the loss
        const auto restarted = plan::attend(after, view, policy, noon + 150s);
        CHECK(restarted.absent.at(a).since == noon + 150s);
        CHECK(restarted.absent.at(a).lost_at() == noon + 120s);
        CHECK(restarted.absent.at(a).last_seen == noon + 60s);
    }
    SECTION("nobody is left, and whoever comes later was not there then") {
        auto after = plan::attend(membership, view_of({}), policy, noon + 120s);
        CHECK_FALSE(after.absent.at(a).others_registered);
        after = plan::attend(after, only_b, policy, noon + 180s);
        CHECK_FALSE(after.absent.at(a).others_registered);
    }
    SECTION("an owner that nobody saw has no such times") {
        auto after = plan::attend(membership, both, policy, noon + 120s);
        const MasterAddress unseen{"10.0.0.9:5678"};
        plan::note_owners(after, {unseen}, noon + 120s);
        CHECK_FALSE(after.absent.at(unseen).last_seen);
        CHECK_FALSE(after.absent.at(unseen).first_missed);
        CHECK(after.absent.at(unseen).others_registered);
        CHECK(after.absent.at(unseen).lost_at() == noon + 120s);
    }
}

TEST_CASE("a loss is as old as the last sign of life that the registry tells, the absence is not") {
    auto view = only_b;
    view.last_signs[a] = noon - 3min;
    const auto after = plan::attend(plan::attend({}, both, policy, noon), view, policy, noon + 60s);
    CHECK(after.absent.at(a).lost_at() == noon - 3min);
    CHECK(after.absent.at(a).since == noon + 60s);
    view.last_signs[a] = noon + 3min;  // of another clock
    CHECK(plan::attend(plan::attend({}, both, policy, noon), view, policy, noon + 60s).absent.at(a).lost_at() ==
          noon + 60s);
}

TEST_CASE("a sign of life since its loss, told by the registry later, restarts an absence") {
    const auto lost = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    auto view = only_b;
    const auto since = [&] { return plan::attend(lost, view, policy, noon + 120s).absent.at(a).since; };
    view.last_signs[a] = noon + 30s;
    CHECK(since() == noon + 60s);
    view.last_signs[a] = noon + 100s;
    CHECK(since() == noon + 100s);
    view.last_signs[a] = noon + 3min;  // of another clock
    CHECK(since() == noon + 120s);
}

TEST_CASE("in a JDBC registry an absence from the journal is looked at for 20 s more: a purged master may live") {
    auto noted = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    auto view = only_b;
    view.in_database = true;
    auto brisk = policy;
    brisk.grace = 60s;
    const auto acts_at = [&](Instant now) {
        return plan::attend(noted, view, brisk, now).absent.at(a).since + brisk.grace;
    };
    CHECK(acts_at(noon + 150s) == noon + 120s);
    noted.resumed = true;
    CHECK(acts_at(noon + 150s) == noon + 170s);
    CHECK(acts_at(noon + 70s) == noon + 120s);
    SECTION("with any other registry it is dead") {
        view.in_database = false;
        CHECK(acts_at(noon + 150s) == noon + 120s);
    }
    SECTION("a grace of 0 judges at once") {
        brisk.grace = 0s;
        CHECK(acts_at(noon + 150s) == noon + 60s);
    }
}

TEST_CASE("a view without a session misses nothing, so the one after it goes on with its graces") {
    auto view = only_b;
    view.session_id = 0;
    const auto before = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    auto membership = before;
    membership.registry_session = 0;
    view.session_id = 7;
    CHECK(plan::attend(membership, view, policy, noon + 120s).absent.at(a).since == noon + 60s);
    CHECK(plan::attend(before, view, policy, noon + 120s).absent.at(a).since == noon + 120s);
}

TEST_CASE("whether an absent host owns rows is as the last plan saw it") {
    auto membership = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    CHECK(membership.absent.at(a).owns_rows);
    plan::note_owners(membership, {b}, noon + 60s);
    CHECK_FALSE(membership.absent.at(a).owns_rows);
    plan::note_owners(membership, {a}, noon + 120s);
    CHECK(membership.absent.at(a).owns_rows);
}

TEST_CASE("a membership from the journal goes on in another session, but not after a gap") {
    auto membership = plan::attend(plan::attend({}, both, policy, noon), only_b, policy, noon + 60s);
    membership.resumed = true;
    auto view = only_b;
    view.session_id = 2;
    SECTION("in time: the grace goes on, and from then on it is our own") {
        const auto after = plan::attend(membership, view, policy, noon + 180s);
        CHECK(after.absent.at(a).since == noon + 60s);
        CHECK(after.absent.at(a).views == 2);
        CHECK(after.registry_session == 2);
        CHECK_FALSE(after.resumed);
        view.session_id = 3;
        CHECK(plan::attend(after, view, policy, noon + 200s).absent.at(a).since == noon + 200s);
    }
    SECTION("later than two intervals: it starts again") {
        const auto after = plan::attend(membership, view, policy, noon + 60s + 121s);
        CHECK(after.absent.at(a).since == noon + 181s);
        CHECK(after.absent.at(a).views == 1);
        CHECK(after.absent.at(a).lost_at() == noon + 60s);
    }
    SECTION("written by a clock that is ahead of ours: it starts again") {
        CHECK(plan::attend(membership, view, policy, noon + 30s).absent.at(a).since == noon + 30s);
    }
}

TEST_CASE("an absence is due when its grace is over and the missing views can have been had") {
    Policy waiting;
    waiting.grace = 60'000ms;
    waiting.confirmations = 3;
    CHECK(plan::due(noon, 3, waiting, noon) == noon + 60s);
    CHECK(plan::due(noon, 3, waiting, noon + 55s) == noon + 60s);
    CHECK(plan::due(noon, 9, waiting, noon + 70s) == noon + 60s);  // over, and it stays where it was
    CHECK(plan::due(noon, 1, waiting, noon + 55s) == noon + 55s + 2 * waiting.view_distance());
}

TEST_CASE("a master that came and went between two views shows in the count of changes") {
    auto counted = [](RegistryView view, std::optional<std::int64_t> changes) {
        view.master_changes = changes;
        return view;
    };
    auto anew = both;
    ++anew.masters[0].session_id;
    auto membership = plan::attend({}, counted(both, 7), policy, noon);
    CHECK_FALSE(membership.unseen_change);  // before the first view is no matter
    SECTION("every change is seen") {
        const auto [view, changes] =
            GENERATE_REF(table<RegistryView, std::int64_t>({{both, 7}, {only_b, 8}, {anew, 9}, {view_of({}), 9}}));
        membership = plan::attend(membership, counted(view, changes), policy, noon + 60s);
        CHECK_FALSE(membership.unseen_change);
        CHECK(membership.master_changes == changes);
    }
    SECTION("one came") {
        membership = plan::attend({}, counted(only_b, 7), policy, noon);
        membership = plan::attend(membership, counted(both, 8), policy, noon + 60s);
        CHECK_FALSE(membership.unseen_change);
    }
    SECTION("more changed than is seen, or another registry counts") {
        const auto changes = GENERATE(9, 10, 0);
        membership = plan::attend(membership, counted(only_b, changes), policy, noon + 60s);
        CHECK(membership.unseen_change == noon + 60s);
        membership = plan::attend(membership, counted(only_b, changes), policy, noon + 120s);
        CHECK(membership.unseen_change == noon + 60s);
    }
    SECTION("the last view was one of a daemon that did not count") {
        membership.master_changes.reset();
        membership = plan::attend(membership, counted(both, 7), policy, noon + 60s);
        CHECK(membership.unseen_change == noon + 60s);
    }
    SECTION("nobody counts") {
        membership = plan::attend({}, both, policy, noon);
        membership = plan::attend(membership, only_b, policy, noon + 60s);
        CHECK_FALSE(membership.unseen_change);
    }
}

TEST_CASE("how late a view is") {
    Membership before;
    CHECK_FALSE(plan::late_by(before, policy, noon, 0s));
    before.last_view = noon;
    struct Case {
        Milliseconds interval;
        std::chrono::microseconds last_sweep;
        std::chrono::microseconds after;
        std::optional<std::chrono::microseconds> late;
    };
    const auto view = GENERATE(values<Case>({
        {60s, 0s, 120s, std::nullopt},
        {60s, 0s, 121s, 1s},
        {60s, 45s, 165s, std::nullopt},  // a long sweep is no stall
        {60s, 45s, 166s, 1s},
        {1s, 0s, 30s, std::nullopt},  // never less than 30 s
        {1s, 0s, 31s, 1s},
        {60s, 0s, -1s, std::nullopt},
    }));
    CAPTURE(view.interval.count(), view.after.count());
    Policy paced;
    paced.sweep_interval = view.interval;
    CHECK(plan::late_by(before, paced, noon + view.after, view.last_sweep) == view.late);
    before.last_look = noon + 1h;  // at a view that was not believed
    CHECK(plan::late_by(before, paced, noon + 1h + view.after, view.last_sweep) == view.late);
    before.last_look = noon - 1h;
    CHECK(plan::late_by(before, paced, noon + view.after, view.last_sweep) == view.late);
}

TEST_CASE("a clock that was set back is seen") {
    Membership before;
    CHECK_FALSE(plan::went_back(before, noon));
    before.last_view = noon;
    CHECK_FALSE(plan::went_back(before, noon));
    CHECK(plan::went_back(before, noon - 1us));
}

}  // namespace dsr::membership_test
