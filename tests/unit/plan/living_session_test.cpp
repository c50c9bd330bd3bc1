// SPDX-License-Identifier: Apache-2.0
#include "plan/living_session.hpp"

#include <catch2/catch.hpp>

#include "support/judging.hpp"

namespace dsr::living_session_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

/// `dead` is missing for ten minutes.
Snapshot missing() {
    auto policy = at_once();
    policy.grace = 150s;
    auto snapshot = cluster(policy);
    snapshot.membership.absent[{dead}] = {.since = noon - 10min, .last_counted = noon, .views = 3};
    return snapshot;
}

DatabaseSession session(const std::string& client, std::chrono::microseconds idle = 1s) {
    return {4711, client, "", idle};
}

std::int64_t found(const DatabaseSessions& sessions, const Snapshot& snapshot = missing(),
                   const plan::HostAddresses& addresses = {}) {
    const auto living = plan::living_session({dead}, sessions, addresses, snapshot, noon);
    return living ? living->id : 0;
}

}  // namespace

TEST_CASE("a session from the host of an absent master counts, the most recently active one first") {
    auto newest = session("10.0.0.7", 2s);
    newest.id = 7;
    CHECK(found({"", {session("10.0.0.7", 3s), newest, session("10.0.0.7", 4s)}}) == 7);
    CHECK(found({"", {session("10.0.0.70"), session(""), session("10.0.0.8")}}) == 0);
    CHECK(found({"", {}}) == 0);
}

TEST_CASE("a session counts by its activity after the loss, for the grace and a minute at least") {
    struct Case {
        std::chrono::microseconds grace;
        std::chrono::microseconds missing_for;
        std::chrono::microseconds idle;
        bool counts;
    };
    const auto c = GENERATE(values<Case>({
        {150s, 10min, 150s - 1us, true},
        {150s, 10min, 150s, false},  // as of a machine that went down: its sessions stay at the server for hours
        {0s, 10min, 1min - 1us, true},
        {0s, 10min, 1min, false},
        {150s, 2min, 2min - 1us, true},
        {150s, 2min, 2min, false},  // as of a master that died just before its key was gone
        {150s, 2min, 3min, false},
    }));
    auto snapshot = missing();
    snapshot.policy.grace = std::chrono::duration_cast<Milliseconds>(c.grace);
    snapshot.membership.absent[{dead}].since = noon - c.missing_for;
    CHECK((found({"", {session("10.0.0.7", c.idle)}}, snapshot) != 0) == c.counts);
}

TEST_CASE("the loss is the first view without the master, which a restart of the daemon does not move") {
    auto snapshot = missing();
    snapshot.membership.absent[{dead}].since = noon - 1s;
    snapshot.membership.absent[{dead}].first_missed = noon - 10min;
    CHECK(found({"", {session("10.0.0.7", 5s)}}, snapshot) == 4711);
}

TEST_CASE("sessions prove nothing where another registered server or this daemon has the same host") {
    const DatabaseSessions sessions{"10.0.0.77", {session("10.0.0.7")}};
    REQUIRE(found(sessions) == 4711);
    auto snapshot = missing();
    SECTION("a master on another port") {
        snapshot.registry.masters.insert(snapshot.registry.masters.begin(), live("10.0.0.7:5679", noon - 2h));
    }
    SECTION("a worker") {
        snapshot.registry.workers.insert({"10.0.0.7:1234"});
    }
    SECTION("a worker by its name") {
        snapshot.registry.workers.insert({"node7:1234"});
    }
    CHECK(found(sessions, snapshot, {{"node7", {"10.0.0.7", "fd00::7"}}}) == 0);
    CHECK(found({"10.0.0.7", {session("10.0.0.7")}}) == 0);
}

TEST_CASE("hosts and clients are compared by their addresses when they are names") {
    const MasterAddress named{"node7:5678"};
    auto snapshot = missing();
    snapshot.membership.absent.emplace(named, snapshot.membership.absent.at({dead}));
    const auto living = [&](const std::string& client, const plan::HostAddresses& addresses) {
        return plan::living_session(named, {"", {session(client)}}, addresses, snapshot, noon).has_value();
    };
    CHECK(living("10.0.0.7", {{"node7", {"10.0.0.7"}}}));
    CHECK(living("node7.example", {{"node7", {"10.0.0.7"}}, {"node7.example", {"10.0.0.7"}}}));
    CHECK(living("node7", {}));
    CHECK_FALSE(living("10.0.0.7", {}));
    CHECK_FALSE(living("10.0.0.8", {{"node7", {"10.0.0.7"}}}));
}

}  // namespace dsr::living_session_test
