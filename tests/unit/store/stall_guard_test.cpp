// SPDX-License-Identifier: Apache-2.0
#include "store/sql/stall_guard.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

namespace dsr::stall_guard_test {

using namespace std::chrono_literals;
using dsr::store::StallGuard;

namespace {

struct SocketPair {
    std::array<int, 2> ends{-1, -1};
    SocketPair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
    ~SocketPair() {
        close(ends[0]);
        close(ends[1]);
    }
};

}  // namespace

TEST_CASE("a call that gets no answer ends at its limit", "[store]") {
    const SocketPair pair;
    StallGuard guard(50ms);
    const auto began = StallGuard::Clock::now();
    const StallGuard::Watch watch(guard, pair.ends[0]);
    char byte = 0;
    CHECK(read(pair.ends[0], &byte, 1) == 0);  // as if the other end had gone
    CHECK(StallGuard::Clock::now() - began >= 50ms);
}

TEST_CASE("calls that are answered are left alone, and the next is watched again", "[store]") {
    const SocketPair pair;
    StallGuard guard(50ms);
    char byte = 0;
    for (int call = 0; call < 100; ++call) {
        const StallGuard::Watch watch(guard, pair.ends[0]);
        REQUIRE(write(pair.ends[1], "x", 1) == 1);
        REQUIRE(read(pair.ends[0], &byte, 1) == 1);
    }
    // Outside a call nothing is shut down, however long it takes.
    const auto idle_until = StallGuard::Clock::now() + 120ms;
    std::this_thread::sleep_until(idle_until);
    REQUIRE(write(pair.ends[1], "x", 1) == 1);
    CHECK(read(pair.ends[0], &byte, 1) == 1);
    const StallGuard::Watch watch(guard, pair.ends[0]);
    CHECK(read(pair.ends[0], &byte, 1) == 0);
}

TEST_CASE("each statement of a call has the limit to itself", "[store]") {
    const SocketPair pair;
    StallGuard guard(100ms);
    const StallGuard::Watch watch(guard, pair.ends[0]);
    char byte = 0;
    for (int statement = 0; statement < 8; ++statement) {
        guard.next_statement();
        std::this_thread::sleep_for(30ms);
        REQUIRE(write(pair.ends[1], "x", 1) == 1);
        REQUIRE(read(pair.ends[0], &byte, 1) == 1);
    }
    CHECK(read(pair.ends[0], &byte, 1) == 0);
}

TEST_CASE("a shorter limit holds from the next call on, though the guard waits for a later deadline", "[store]") {
    const SocketPair pair;
    StallGuard guard(10s);
    { const StallGuard::Watch answered(guard, pair.ends[0]); }
    std::this_thread::sleep_for(20ms);
    guard.limit(50ms);
    const auto began = StallGuard::Clock::now();
    const StallGuard::Watch watch(guard, pair.ends[0]);
    char byte = 0;
    CHECK(read(pair.ends[0], &byte, 1) == 0);
    CHECK(StallGuard::Clock::now() - began < 5s);
}

}  // namespace dsr::stall_guard_test
