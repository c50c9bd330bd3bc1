// SPDX-License-Identifier: Apache-2.0
// Who gets a place when places are short: the command line on its socket always, a newcomer before one that sends
// nothing.
#include "http/limits.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "http/connection.hpp"

namespace dsr::limits_test {

using namespace dsr::http;
using namespace std::chrono_literals;
using Answer = Admission::Answer;

namespace {

struct Hall {
    Limits limits;
    std::vector<std::shared_ptr<Connection>> connections;  ///< owners without an object: only their identity counts
    std::vector<std::unique_ptr<Caller>> callers;
    std::vector<Seat> seats;
    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();

    Hall() {
        limits.connections = 4;
        limits.local_connections = 2;
        limits.per_peer = 2;
    }
    /// Returns its index. `waits`: since how long for a request; nothing: it is being served.
    std::size_t sit(const Caller& caller, std::optional<std::chrono::seconds> waits) {
        connections.emplace_back(std::make_shared<int>(), nullptr);
        callers.push_back(std::make_unique<Caller>(caller));
        seats.push_back({connections.back(), callers.back().get(), std::nullopt});
        if (waits) seats.back().expendable_since = now - *waits;
        return seats.size() - 1;
    }
    [[nodiscard]] Admission come(const Caller& caller) const { return admit(seats, caller, limits); }
    /// Which seat loses its place; nothing when none.
    [[nodiscard]] std::optional<std::size_t> evicted(const Admission& admission) const {
        for (std::size_t i = 0; i < connections.size(); ++i) {
            if (!admission.evicted.owner_before(connections[i]) && !connections[i].owner_before(admission.evicted))
                return i;
        }
        return std::nullopt;
    }
};

const Caller loopback{};
const Caller local{true, {}};
const Caller far{false, "192.0.2.7"};

}  // namespace

TEST_CASE("connections over TCP take no place of the Unix socket, and the other way round") {
    Hall hall;
    for (int i = 0; i < 4; ++i) hall.sit(loopback, std::nullopt);
    CHECK(hall.come(loopback).answer == Answer::refuse);
    CHECK(hall.come(local).answer == Answer::serve);
    hall.sit(local, std::nullopt);
    hall.sit(local, std::nullopt);
    CHECK(hall.come(local).answer == Answer::refuse);
}

TEST_CASE("a newcomer takes the place of the one that has sent no request for longest") {
    Hall hall;
    hall.sit(local, 99s);
    hall.sit(loopback, 3s);
    hall.sit(loopback, 9s);
    hall.sit(loopback, std::nullopt);
    CHECK(!hall.evicted(hall.come(loopback)));
    hall.sit(loopback, 5s);
    const auto admission = hall.come(loopback);
    CHECK(admission.answer == Answer::serve);
    CHECK(hall.evicted(admission) == 2);
}

TEST_CASE("one address off loopback has a part of the places") {
    Hall hall;
    hall.sit(loopback, 9s);
    hall.sit(far, std::nullopt);
    const auto mine = hall.sit(far, 3s);
    SECTION("its own oldest goes") {
        CHECK(hall.evicted(hall.come(far)) == mine);
    }
    SECTION("nobody else's") {
        hall.seats[mine].expendable_since.reset();
        CHECK(hall.come(far).answer == Answer::refuse);
        CHECK(hall.come({false, "192.0.2.8"}).answer == Answer::serve);
        CHECK(hall.come(loopback).answer == Answer::serve);
    }
}

TEST_CASE("only some of those beyond the limit are told so") {
    Hall hall;
    for (int i = 0; i < 19; ++i) hall.sit(loopback, std::nullopt);
    CHECK(hall.come(loopback).answer == Answer::refuse);
    hall.sit(loopback, std::nullopt);
    CHECK(hall.come(loopback).answer == Answer::drop);
}

}  // namespace dsr::limits_test
