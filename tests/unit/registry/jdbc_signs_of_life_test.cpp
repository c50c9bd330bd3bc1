// SPDX-License-Identifier: Apache-2.0
// Who lives, by what changes from look to look.
#include <catch2/catch.hpp>

#include "registry/jdbc/signs_of_life.hpp"

namespace dsr::jdbc_signs_of_life_test {

using namespace std::chrono_literals;
using registry::jdbc::Clock;
using registry::jdbc::LifeTerms;
using registry::jdbc::Signs;
using registry::jdbc::SignsOfLife;
using Standing = SignsOfLife::Standing;

namespace {

constexpr std::int64_t of_a = 1;
constexpr std::int64_t of_other = 9;
const LifeTerms terms{.session_timeout = 60s, .slack = 11s, .standstill = 10s};

/// A master with its client, and another server that refreshes. Looks are at whole seconds.
class Cluster {
public:
    Cluster() {
        signs.rows["a"] = {100, of_a, "v"};
        signs.clients[of_a] = {1000, 60s};
        signs.clients[of_other] = {1000, 60s};
    }
    /// The other server refreshes, and we look.
    void look(int seconds) {
        ++signs.clients[of_other].stamp;
        look_only(seconds);
    }
    void look_only(int seconds) {
        at(seconds);
        life.take(signs);
        signs.reports.clear();
    }
    void look_every_5_s(int from, int to) {
        for (int second = from; second <= to; second += 5) look(second);
    }
    Signs& at(int seconds) {
        signs.at = Clock::time_point{} + std::chrono::hours{1} + std::chrono::seconds{seconds};
        signs.asked = model::Instant{std::chrono::seconds{1'700'000'000 + seconds}};
        signs.answered = signs.asked + 1s;
        return signs;
    }
    [[nodiscard]] Standing a() const { return life.standing("a"); }

    Signs signs;
    SignsOfLife life{terms};
};

model::Instant instant(int seconds) {
    return model::Instant{std::chrono::seconds{1'700'000'000 + seconds}};
}

}  // namespace

TEST_CASE("jdbc: who is silent for the session timeout and the slack counts as absent, and not before") {
    Cluster cluster;
    cluster.look_every_5_s(0, 70);
    CHECK(cluster.a() == Standing::alive);
    cluster.look(71);
    CHECK(cluster.a() == Standing::still);
    CHECK(cluster.life.standing("b") == Standing::absent);
}

TEST_CASE("jdbc: each sign of life begins the time anew, also after it ran out") {
    Cluster cluster;
    const int silent = GENERATE(50, 100);
    const int sign = GENERATE(0, 1, 2, 3);
    CAPTURE(silent, sign);
    cluster.look_every_5_s(0, silent);
    if (sign == 0) ++cluster.signs.clients[of_a].stamp;
    if (sign == 1) cluster.signs.clients[of_a].stamp -= 500;  // a clock that went back
    if (sign == 2) cluster.signs.rows["a"].value = "w";
    if (sign == 3) cluster.signs.reports["a"] = {of_a, "v"};
    cluster.look(silent + 1);
    CHECK(cluster.a() == Standing::alive);
    cluster.look_every_5_s(silent + 2, silent + 71);
    CHECK(cluster.a() == Standing::alive);
    cluster.look(silent + 72);
    CHECK(cluster.a() == Standing::still);
}

TEST_CASE("jdbc: a client's own session timeout counts, and the usual one where there is none") {
    Cluster cluster;
    SECTION("longer") {
        cluster.signs.clients[of_a].session_timeout = 120s;
        cluster.look_every_5_s(0, 130);
        CHECK(cluster.a() == Standing::alive);
        cluster.look(131);
        CHECK(cluster.a() == Standing::still);
    }
    SECTION("not told") {
        cluster.signs.clients[of_a].session_timeout.reset();
        cluster.look_every_5_s(0, 70);
        CHECK(cluster.a() == Standing::alive);
        cluster.look(71);
        CHECK(cluster.a() == Standing::still);
    }
    SECTION("no client's row") {
        cluster.signs.clients.erase(of_a);
        cluster.look_every_5_s(0, 70);
        CHECK(cluster.a() == Standing::alive);
        cluster.look(71);
        CHECK(cluster.a() == Standing::still);
    }
}

TEST_CASE("jdbc: while nobody refreshes, nobody ages") {
    Cluster cluster;
    cluster.look_every_5_s(0, 60);
    CHECK_FALSE(cluster.life.standstill());
    for (int second = 65; second <= 89; second += 5) cluster.look_only(second);  // less than half a session timeout
    CHECK_FALSE(cluster.life.standstill());
    cluster.look_only(90);
    CHECK(cluster.life.standstill());
    for (int second = 95; second <= 500; second += 5) cluster.look_only(second);
    CHECK(cluster.life.standstill());
    cluster.look(505);
    CHECK_FALSE(cluster.life.standstill());
    CHECK(cluster.a() == Standing::alive);
    cluster.look_every_5_s(510, 570);
    CHECK(cluster.a() == Standing::alive);
    cluster.look(571);
    CHECK(cluster.a() == Standing::still);
    for (int second = 575; second <= 700; second += 5) cluster.look_only(second);
    CHECK(cluster.life.standstill());
    CHECK(cluster.a() == Standing::still);  // it was silent before
}

TEST_CASE("jdbc: silence counts only as far as others are heard") {
    Cluster cluster;
    cluster.signs.clients[of_other].session_timeout = 1h;  // so a standstill is told late
    cluster.look_every_5_s(0, 70);
    for (int second = 75; second <= 200; second += 5) cluster.look_only(second);
    CHECK_FALSE(cluster.life.standstill());
    CHECK(cluster.a() == Standing::alive);
    cluster.look(201);
    CHECK(cluster.a() == Standing::still);
}

TEST_CASE("jdbc: a failed look restarts the ages, but wakes nobody") {
    Cluster cluster;
    cluster.look_every_5_s(0, 70);
    cluster.life.restart(cluster.at(70).at);
    cluster.look_every_5_s(75, 140);
    CHECK(cluster.a() == Standing::alive);
    cluster.look(141);
    CHECK(cluster.a() == Standing::still);
    cluster.life.restart(cluster.at(142).at);
    cluster.look(145);
    CHECK(cluster.a() == Standing::still);
    CHECK(cluster.life.client_still(of_a, 1000));
}

TEST_CASE("jdbc: before anything moved, nobody is known to be alive") {
    Cluster cluster;
    cluster.look_only(0);
    CHECK_FALSE(cluster.life.anything_moved());
    cluster.look_only(1);
    CHECK_FALSE(cluster.life.anything_moved());
    const int sign = GENERATE(0, 1, 2, 3);
    if (sign == 0) ++cluster.signs.clients[of_other].stamp;
    if (sign == 1) cluster.signs.clients[77] = {5, {}};
    if (sign == 2) cluster.signs.rows["a"].value = "w";
    if (sign == 3) cluster.signs.reports["b"] = {of_a, "v"};
    cluster.look_only(2);
    CHECK(cluster.life.anything_moved());
}

TEST_CASE("jdbc: a row that is gone counts while it is told of, and no longer") {
    Cluster cluster;
    cluster.look(0);
    cluster.signs.rows.erase("a");
    cluster.signs.reports["a"] = {of_a, "v"};
    cluster.look(5);
    CHECK(cluster.a() == Standing::reported);
    CHECK(cluster.life.standing("a", cluster.at(6)) == Standing::reported);  // another look agrees with the last
    cluster.look(10);
    CHECK(cluster.a() == Standing::absent);
    cluster.signs.reports["a"] = {of_a, "v"};
    CHECK(cluster.life.standing("a", cluster.at(11)) == Standing::reported);
}

TEST_CASE("jdbc: another look wakes whom it sees move, and kills nobody") {
    Cluster cluster;
    cluster.look_every_5_s(0, 75);
    REQUIRE(cluster.a() == Standing::still);
    CHECK(cluster.life.standing("a", cluster.at(76)) == Standing::still);
    SECTION("a stamp") {
        ++cluster.signs.clients[of_a].stamp;
    }
    SECTION("a value") {
        cluster.signs.rows["a"].value = "w";
    }
    SECTION("another row") {
        cluster.signs.rows["a"].id = 101;
    }
    SECTION("an event") {
        cluster.signs.reports["a"] = {of_a, "v"};
    }
    CHECK(cluster.life.standing("a", cluster.at(77)) == Standing::alive);
    CHECK(cluster.a() == Standing::still);
}

TEST_CASE("jdbc: another look finds nobody still whom the last one did not") {
    Cluster cluster;
    cluster.look_every_5_s(0, 70);
    CHECK(cluster.life.standing("a", cluster.at(500)) == Standing::alive);
}

TEST_CASE("jdbc: the longest session timeout is of those in the last look, with the usual one where none is named") {
    Cluster cluster;
    CHECK(cluster.life.longest_timeout() == 0s);
    cluster.signs.clients[of_a].session_timeout = 90s;
    cluster.look(0);
    CHECK(cluster.life.longest_timeout() == 90s);
    cluster.signs.clients.erase(of_a);
    cluster.signs.clients[of_other].session_timeout.reset();
    cluster.look(1);
    CHECK(cluster.life.longest_timeout() == 60s);
}

TEST_CASE("jdbc: the last sign of life of the silent is the last look that saw one, whatever came since") {
    Cluster cluster;
    cluster.look(0);
    CHECK(cluster.life.last_signs().empty());
    cluster.signs.clients[of_a].stamp = 2000;
    cluster.look(5);
    cluster.look_only(60);  // a standstill: nobody ages, and nobody gave a sign
    cluster.look_every_5_s(65, 140);
    REQUIRE(cluster.a() == Standing::still);
    CHECK(cluster.life.last_signs() == std::map<std::string, model::Instant>{{"a", instant(5) + 1s}});
    cluster.signs.rows.erase("a");  // purged
    cluster.look(145);
    CHECK(cluster.life.last_signs().at("a") == instant(5) + 1s);
    cluster.signs.reports["a"] = {of_a, "v"};
    cluster.look(150);
    CHECK(cluster.life.last_signs().empty());
    cluster.look(155);
    CHECK(cluster.life.last_signs().at("a") == instant(150) + 1s);
}

TEST_CASE("jdbc: a client that stood still is known by its stamp") {
    Cluster cluster;
    cluster.look_every_5_s(0, 70);
    CHECK_FALSE(cluster.life.client_still(of_a, 1000));
    cluster.look(71);
    CHECK(cluster.life.client_still(of_a, 1000));
    CHECK_FALSE(cluster.life.client_still(of_a, 1001));
    CHECK_FALSE(cluster.life.client_still(of_other, cluster.signs.clients[of_other].stamp));
    CHECK_FALSE(cluster.life.client_still(77, 1000));
}

TEST_CASE("jdbc: a registration's times are brackets between looks") {
    Cluster cluster;
    cluster.look(0);
    auto times = cluster.life.times("a", cluster.signs.rows["a"], cluster.signs);
    CHECK(times.registered.after == model::Instant{});
    CHECK(times.registered.by == instant(1));
    cluster.signs.rows["a"].value = "w";
    cluster.look(10);
    times = cluster.life.times("a", cluster.signs.rows["a"], cluster.at(15));
    CHECK(times.registered.by == instant(1));
    CHECK(times.written.after == instant(0));
    CHECK(times.written.by == instant(11));
    cluster.signs.rows["a"] = {101, of_a, "w"};  // put again by the same client: the same registration
    cluster.look(20);
    times = cluster.life.times("a", cluster.signs.rows["a"], cluster.signs);
    CHECK(times.registered.by == instant(1));
    CHECK(times.written.by == instant(21));
    cluster.signs.rows["a"] = {102, of_other, "x"};
    cluster.look(30);
    times = cluster.life.times("a", cluster.signs.rows["a"], cluster.signs);
    CHECK(times.registered.after == instant(20));
    CHECK(times.registered.by == instant(31));
}

TEST_CASE("jdbc: the returns of a purged row are counted for some minutes, and for one client") {
    Cluster cluster;
    cluster.look(0);
    CHECK(cluster.life.comebacks("a") == 0);
    for (int minute = 1; minute <= 3; ++minute) {
        const auto row = cluster.signs.rows["a"];
        cluster.signs.rows.erase("a");
        cluster.look(60 * minute);
        cluster.signs.rows["a"] = {row.id + 1, of_a, row.value};
        cluster.look(60 * minute + 10);
    }
    CHECK(cluster.life.comebacks("a") == 3);
    cluster.look(180 + 600);
    CHECK(cluster.life.comebacks("a") == 1);
    cluster.signs.rows["a"] = {200, 2, "v"};  // a new process
    cluster.look(790);
    CHECK(cluster.life.comebacks("a") == 0);
}

TEST_CASE("jdbc: a transaction is told the row as it was judged") {
    Cluster cluster;
    cluster.look(0);
    CHECK(cluster.life.seen("a") == model::SeenRegistration{100, of_a, std::nullopt});
    CHECK_FALSE(cluster.life.seen("b"));
    cluster.look_every_5_s(5, 75);
    CHECK(cluster.life.seen("a") == model::SeenRegistration{100, of_a, model::SeenRegistration::Still{"v", 1000}});
    cluster.signs.clients.erase(of_a);
    cluster.look(76);
    CHECK(cluster.life.seen("a") ==
          model::SeenRegistration{100, of_a, model::SeenRegistration::Still{"v", std::nullopt}});
}

}  // namespace dsr::jdbc_signs_of_life_test
