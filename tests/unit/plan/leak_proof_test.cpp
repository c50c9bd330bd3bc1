// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plan/markers.hpp"
#include "support/builders.hpp"

namespace dsr::leak_proof_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const Incarnation host{{"10.0.0.7:5678"}, noon - 2h, 4711};
constexpr std::int64_t created = 0x100000007;
const std::string first_node = "_c_5d1f0e3a-0000-4000-8000-000000000000-lock-0000000000";

FailoverMarker marker_of(const std::string& address, std::int64_t modified) {
    FailoverMarker marker;
    marker.name_parsed = true;
    marker.startup_time = host.startup_time;
    marker.process_id = host.process_id;
    marker.address = address;
    marker.modified_in = modified;
    return marker;
}

}  // namespace

TEST_CASE("a lock is leaked only when a marker of its host was written after the first node there ever was") {
    CHECK(plan::leaked(first_node, created, host, {marker_of(host.address.text, created + 1)}));
    CHECK(plan::leaked(first_node, created, host,
                       {marker_of("a:1", created - 90), marker_of(host.address.text, created + 90)}));

    CHECK_FALSE(plan::leaked(first_node, created, host, {}));
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker_of(host.address.text, created)}));
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker_of(host.address.text, created - 1)}));
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker_of("1" + host.address.text, created + 90)}));
    auto no_name = marker_of(host.address.text, created + 90);
    no_name.name_parsed = false;
    CHECK_FALSE(plan::leaked(first_node, created, host, {no_name}));
}

TEST_CASE("a registry without sequence numbers proves by its history that the node was the first") {
    const auto later = {marker_of(host.address.text, created + 1)};
    CHECK_FALSE(plan::leaked("694d9f3a1c", created, host, later));
    CHECK(plan::leaked("694d9f3a1c", created, host, later, true));
    CHECK_FALSE(plan::leaked("694d9f3a1c", 0, host, later, true));
    CHECK_FALSE(plan::leaked("694d9f3a1c", created, host, {marker_of(host.address.text, created)}, true));
}

TEST_CASE("a node that queued behind another one is never taken for leaked") {
    // It may hold the lock rightly now, while the marker is the one before it.
    const std::string second = "_c_5d1f0e3a-0000-4000-8000-000000000000-lock-0000000001";
    CHECK_FALSE(plan::leaked(second, created, host, {marker_of(host.address.text, created + 90)}));
    CHECK_FALSE(plan::leaked("_c_x-lock-0000000010", created, host, {marker_of(host.address.text, created + 90)}));
    CHECK_FALSE(plan::leaked("lock", created, host, {marker_of(host.address.text, created + 90)}));
    CHECK_FALSE(plan::leaked("", created, host, {marker_of(host.address.text, created + 90)}));
}

TEST_CASE("a marker of another loss of that address proves nothing: who leaked then re-enters the lock and acts now") {
    auto marker = marker_of(host.address.text, created + 90);
    marker.startup_time = host.startup_time - 1h;
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker}));
    marker.startup_time = host.startup_time;
    marker.process_id = 4712;
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker}));
    marker.startup_time.reset();
    marker.process_id.reset();
    CHECK_FALSE(plan::leaked(first_node, created, host, {marker}));
}

TEST_CASE("what the clocks of two servers say of lock and marker proves nothing, their transactions do") {
    auto before = marker_of(host.address.text, created - 1);
    before.modified_at = noon + 1h;
    CHECK_FALSE(plan::leaked(first_node, created, host, {before}));
    auto after = marker_of(host.address.text, created + 1);
    after.modified_at = noon - 1h;
    CHECK(plan::leaked(first_node, created, host, {after}));
    CHECK_FALSE(plan::leaked(first_node, 0, host, {after}));
}

}  // namespace dsr::leak_proof_test
