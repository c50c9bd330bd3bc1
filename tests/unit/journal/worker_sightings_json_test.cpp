// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "journal/persisted_state_json.hpp"

namespace dsr::worker_sightings_json_test {

using namespace std::chrono_literals;
using journal::persisted_state_from;
using journal::persisted_state_text;
using journal::worker_addresses_text;
using journal::worker_sightings_in;

namespace {

const model::Instant now{1'795'435'200'123'456us};

model::WorkerSightings some() {
    return {"r", now, {{"a:1"}, {"b:1"}}, {{{"c:1"}, now - 1h}, {{"d\xff:1"}, now - 2h}}};
}

}  // namespace

TEST_CASE("worker sightings are read back from the state and from their own row", "[journal]") {
    model::PersistedState learnt;
    learnt.workers = some();
    learnt.workers.departed.erase({"d\xff:1"});
    const auto state = persisted_state_from(persisted_state_text(learnt, "UTC"), "UTC");
    REQUIRE(state.has_value());
    CHECK(state->workers.latest_view == now);
    CHECK(worker_sightings_in(worker_addresses_text(learnt.workers), now) == learnt.workers);
    CHECK(worker_sightings_in(worker_addresses_text({"r", now, {}, {}}), now) ==
          model::WorkerSightings{"r", now, {}, {}});
    CHECK_FALSE(worker_addresses_text(some()).empty());
}

TEST_CASE("the row of worker addresses stays as it is while none comes or goes", "[journal]") {
    auto later = some();
    later.latest_view = now + 1min;
    CHECK(worker_addresses_text(later) == worker_addresses_text(some()));
}

TEST_CASE("worker addresses without the time of a view, or broken, are no sightings", "[journal]") {
    const auto whole = worker_addresses_text(some());
    CHECK(worker_sightings_in(whole, std::nullopt) == model::WorkerSightings{});
    for (const char* text :
         {"", "{", "[]", "{}", "null", R"({"registry":"r","registered":[],"departed":[]})",
          R"({"registry":"r","registered":["a:1",2],"departed":{}})",
          R"({"registry":"r","registered":[],"departed":{"a:1":1.5}})", R"({"registry":"r","registered":["a:1"]})",
          R"({"registry":"r","departed":{}})", R"({"registered":[],"departed":{}})"})
        CHECK(worker_sightings_in(text, now) == model::WorkerSightings{});
}

TEST_CASE("a state of a version that knew no sightings is read without them", "[journal]") {
    const auto state = persisted_state_from(persisted_state_text({}, "UTC"), "UTC");
    REQUIRE(state.has_value());
    CHECK(state->workers == model::WorkerSightings{});
    CHECK(persisted_state_text({}, "UTC").find("workers") == std::string::npos);
}

}  // namespace dsr::worker_sightings_json_test
