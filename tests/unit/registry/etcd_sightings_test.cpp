// SPDX-License-Identifier: Apache-2.0
// When keys were created and written, as far as listings tell.
#include <catch2/catch.hpp>

#include "registry/etcd/sightings.hpp"

namespace dsr::etcd_sightings_test {

using namespace std::chrono_literals;
using registry::etcd::Listed;
using registry::etcd::Sightings;

namespace {

model::Instant at(int seconds) {
    return model::Instant{std::chrono::seconds{1'700'000'000 + seconds}};
}

registry::etcd::Listing listing(std::int64_t revision, int seconds, std::vector<Listed> keys) {
    return {revision, at(seconds), at(seconds + 1), std::move(keys)};
}

void check(const registry::etcd::Bracket& bracket, model::Instant after, model::Instant by) {
    CHECK(bracket.after == after);
    CHECK(bracket.by == by);
}

}  // namespace

TEST_CASE("what the first listing shows may be of any age") {
    Sightings sightings;
    CHECK(sightings.see(listing(9, 0, {{"a", 5, 7}})));
    const auto times = sightings.times({"a", 5, 7}, at(50));
    check(times.created, {}, at(1));
    check(times.written, {}, at(1));
}

TEST_CASE("what a later listing shows happened since the one before was asked for") {
    Sightings sightings;
    (void)sightings.see(listing(9, 0, {{"a", 5, 7}}));
    CHECK_FALSE(sightings.see(listing(10, 10, {{"a", 5, 10}})));
    check(sightings.times({"a", 5, 10}, at(50)).created, {}, at(1));
    check(sightings.times({"a", 5, 10}, at(50)).written, at(0), at(11));
    CHECK(sightings.see(listing(11, 20, {{"a", 5, 10}, {"b", 11, 11}})));
    check(sightings.times({"a", 5, 10}, at(50)).written, at(0), at(11));
    check(sightings.times({"b", 11, 11}, at(50)).created, at(10), at(21));
    CHECK(sightings.see(listing(13, 30, {{"a", 13, 13}, {"b", 11, 11}})));  // registered anew
    check(sightings.times({"a", 13, 13}, at(50)).created, at(20), at(31));
    CHECK(sightings.see(listing(14, 40, {{"b", 11, 11}})));
}

TEST_CASE("a listing that is older than the last changes nothing") {
    Sightings sightings;
    (void)sightings.see(listing(9, 0, {{"a", 5, 7}}));
    CHECK_FALSE(sightings.see(listing(8, 10, {})));
    check(sightings.times({"a", 5, 7}, at(50)).created, {}, at(1));
}

TEST_CASE("a key that only another read showed") {
    Sightings sightings;
    (void)sightings.see(listing(9, 0, {{"a", 5, 7}}));
    check(sightings.times({"b", 10, 10}, at(50)).created, at(0), at(50));  // newer than the last listing
    check(sightings.times({"b", 10, 10}, at(60)).created, at(0), at(50));  // seen before
    check(sightings.times({"a", 5, 10}, at(50)).created, {}, at(1));
    check(sightings.times({"a", 5, 10}, at(50)).written, at(0), at(50));
    check(sightings.times({"a", 4, 4}, at(50)).created, {}, at(50));  // older: not known
}

}  // namespace dsr::etcd_sightings_test
