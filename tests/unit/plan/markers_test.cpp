// SPDX-License-Identifier: Apache-2.0
#include "plan/markers.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::markers_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string address = "10.0.0.7:5678";

FailoverMarker marker(std::optional<Instant> startup, std::optional<std::int64_t> pid, Instant value) {
    FailoverMarker made;
    made.name_parsed = true;
    made.address = address;
    made.startup_time = startup;
    made.process_id = pid;
    made.value_time = value;
    made.value = std::to_string(epoch_ms(value));
    made.name = address + (startup ? "-" + std::to_string(epoch_ms(*startup)) : "-unknown") +
                (pid       ? "-" + std::to_string(*pid)
                 : startup ? ""
                           : "-unknown");
    return made;
}

RegistryView view() {
    RegistryView seen;
    seen.fresh = true;
    return seen;
}

bool goes(const FailoverMarker& of, const RegistryView& registry, const std::set<MasterAddress>& owners = {}) {
    return plan::may_remove(of, registry, owners, 24h * 7, noon);
}

const Instant old = noon - 24h * 8;

}  // namespace

TEST_CASE("markers go by age, to the millisecond after the retention") {
    CHECK(goes(marker(old - 1h, 1, old), view()));
    CHECK_FALSE(goes(marker(old - 1h, 1, noon - 24h * 7), view()));
    CHECK(goes(marker(old - 1h, 1, noon - 24h * 7 - 1ms), view()));
    CHECK_FALSE(goes(marker(old - 1h, 1, noon + 1h), view()));
}

TEST_CASE("what does not parse stays") {
    auto bad_value = marker(old, 1, old);
    bad_value.value_time.reset();
    CHECK_FALSE(goes(bad_value, view()));
    CHECK(plan::malformed(bad_value));
    auto bad_name = marker(old, 1, old);
    bad_name.name_parsed = false;
    CHECK_FALSE(goes(bad_name, view()));
    CHECK(plan::malformed(bad_name));
    CHECK_FALSE(plan::malformed(marker(old, 1, old)));
}

TEST_CASE("a marker of a live incarnation fences a zombie and stays") {
    auto registry = view();
    const auto startup = old - 1h;
    const auto text = address + "-" + std::to_string(epoch_ms(startup));
    registry.server_startups.insert(text);
    registry.server_incarnations.insert(text + "-1");
    CHECK_FALSE(goes(marker(startup, 1, old), registry));
    CHECK(goes(marker(startup, 2, old), registry));
    CHECK_FALSE(goes(marker(startup, std::nullopt, old), registry));
    CHECK(goes(marker(startup - 1ms, std::nullopt, old), registry));
}

TEST_CASE("a marker stays while a server of its startup names no process: it may be the one") {
    auto registry = view();
    const auto startup = old - 1h;
    registry.server_startups.insert(address + "-" + std::to_string(epoch_ms(startup)));
    CHECK_FALSE(goes(marker(startup, 2, old), registry));
    const auto later = address + "-" + std::to_string(epoch_ms(startup + 1ms));
    registry.server_startups.insert(later);
    registry.server_incarnations.insert(later + "-2");
    CHECK_FALSE(goes(marker(startup, 2, old), registry));
    CHECK(goes(marker(startup + 1ms, 3, old), registry));
}

TEST_CASE("a server whose startup is not known keeps every marker of its address") {
    auto registry = view();
    registry.servers_of_unknown_startup.insert(address);
    CHECK_FALSE(goes(marker(old, 1, old), registry));
    CHECK_FALSE(goes(marker(std::nullopt, std::nullopt, old), registry));
}

TEST_CASE("a marker -unknown-unknown stays while a server started at its value, or a row names the address") {
    auto registry = view();
    const auto global = marker(std::nullopt, std::nullopt, old);
    CHECK(goes(global, registry));
    CHECK_FALSE(goes(global, registry, {{address}}));
    registry.server_startups.insert(address + "-" + std::to_string(epoch_ms(old)));
    CHECK_FALSE(goes(global, registry));
}

TEST_CASE("nothing goes by a view that is not fresh") {
    auto registry = view();
    registry.fresh = false;
    CHECK_FALSE(goes(marker(old, 1, old), registry));
}

}  // namespace dsr::markers_test
