// SPDX-License-Identifier: Apache-2.0
#include "plan/worker_sightings.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::worker_sightings_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using plan::joined;
using plan::sighted;
using plan::sighted_since;

namespace {

constexpr Milliseconds skew{1min};

RegistryView showing(Instant taken_at, std::set<WorkerAddress> workers) {
    RegistryView view;
    view.taken_at = taken_at;
    view.workers = std::move(workers);
    return view;
}

WorkerSightings after(std::initializer_list<RegistryView> views) {
    WorkerSightings sightings;
    for (const auto& view : views) sightings = sighted(std::move(sightings), view, skew);
    return sightings;
}

}  // namespace

TEST_CASE("an address counts that the registry showed at or after the submission") {
    const auto sightings = after({showing(noon, {{"a:1"}, {"b:1"}}), showing(noon + 1min, {{"b:1"}})});
    CHECK(sighted_since(sightings, {"a:1"}, noon, noon + 1min));
    CHECK_FALSE(sighted_since(sightings, {"a:1"}, noon + 1us, noon + 1min));
    CHECK(sighted_since(sightings, {"b:1"}, noon + 1min, noon + 1min));
    CHECK_FALSE(sighted_since(sightings, {"b:1"}, noon + 1min + 1us, noon + 1min));
    CHECK_FALSE(sighted_since(sightings, {"a:1"}, std::nullopt, noon + 1min));
    for (const char* other : {"c:1", "a:11", "a:", "aa:1", "A:1", ""})
        CHECK_FALSE(sighted_since(sightings, {other}, noon - 1h, noon + 1min));
    CHECK_FALSE(sighted_since({}, {"a:1"}, noon, noon));
}

TEST_CASE("an address counts for a day after it was shown, and is then forgotten") {
    auto sightings = after({showing(noon, {{"a:1"}}), showing(noon + 24h, {})});
    CHECK(sighted_since(sightings, {"a:1"}, noon, noon + 24h));
    CHECK_FALSE(sighted_since(sightings, {"a:1"}, noon, noon + 24h + 1us));
    sightings = sighted(std::move(sightings), showing(noon + 24h + 1us, {}), skew);
    CHECK(sightings.departed.empty());
}

TEST_CASE("an address that comes back and goes again counts from its last sighting") {
    const auto sightings = after(
        {showing(noon, {{"a:1"}}), showing(noon + 1h, {}), showing(noon + 2h, {{"a:1"}}), showing(noon + 3h, {})});
    CHECK(sightings.departed == std::map<WorkerAddress, Instant>{{{"a:1"}, noon + 2h}});
    CHECK(sightings.registered.empty());
}

TEST_CASE("what was shown before the clock was set back is forgotten, small differences are not") {
    CHECK(after({showing(noon, {{"a:1"}}), showing(noon - 1min - 1us, {})}).departed.empty());
    CHECK(after({showing(noon, {{"a:1"}}), showing(noon - 1min, {})}).departed.size() == 1);
}

TEST_CASE("what another registry showed counts for nothing") {
    auto here = showing(noon, {{"a:1"}, {"b:1"}});
    here.identity = "one";
    auto elsewhere = showing(noon + 1min, {{"b:1"}});
    elsewhere.identity = "two";
    const auto moved = after({here, elsewhere});
    CHECK_FALSE(sighted_since(moved, {"a:1"}, noon - 1h, noon + 1min));
    CHECK(moved.departed.empty());
    CHECK(sighted_since(moved, {"b:1"}, noon, noon + 1min));
    // What the journal kept of another registry, before the first view and after it.
    CHECK(sighted(joined({}, after({here})), elsewhere, skew) == after({elsewhere}));
    CHECK(joined(after({here}), after({elsewhere})) == after({here}));
}

TEST_CASE("beyond the bound those shown longest ago are forgotten first") {
    WorkerSightings sightings;
    for (std::size_t i = 0; i < plan::max_sightings + 5; ++i)
        sightings.departed[{"w" + std::to_string(i)}] = noon + std::chrono::microseconds(i);
    sightings = sighted(std::move(sightings), showing(noon + 1h, {{"a:1"}, {"b:1"}}), skew);
    CHECK(sightings.departed.size() + sightings.registered.size() == plan::max_sightings);
    CHECK_FALSE(sightings.departed.contains({"w6"}));
    CHECK(sightings.departed.contains({"w7"}));

    std::set<WorkerAddress> many;
    for (std::size_t i = 0; i < plan::max_sightings + 5; ++i) many.insert({"v" + std::to_string(i)});
    sightings = sighted(std::move(sightings), showing(noon + 2h, many), skew);
    CHECK(sightings.registered.size() == plan::max_sightings);
    CHECK(sightings.departed.empty());
}

TEST_CASE("sightings of two daemons are joined: the later one of each address, the later view's registrations") {
    const auto early = after({showing(noon, {{"a:1"}, {"b:1"}, {"c:1"}}), showing(noon + 1min, {{"b:1"}, {"c:1"}})});
    const auto late = after({showing(noon + 2min, {{"c:1"}, {"d:1"}}), showing(noon + 3min, {{"c:1"}})});
    const WorkerSightings both{
        "", noon + 3min, {{"c:1"}}, {{{"a:1"}, noon}, {{"b:1"}, noon + 1min}, {{"d:1"}, noon + 2min}}};
    CHECK(joined(early, late) == both);
    CHECK(joined(late, early) == both);
    CHECK(joined(late, {}) == late);
    CHECK(joined({}, late) == late);
    CHECK(joined(late, late) == late);
}

}  // namespace dsr::worker_sightings_test
