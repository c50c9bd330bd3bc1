// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "journal/remembered_json.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using journal::remembered_in;
using journal::remembered_text;
using nlohmann::json;

namespace {

model::Remembered full() {
    const model::Instant now{1'795'435'200'123'456us};
    model::Remembered learnt;
    learnt.zone_proven = true;
    learnt.canary = model::Canary{{4711}, "sweep"};
    learnt.attendance.registry_session = -5;
    learnt.attendance.last_view = now;
    learnt.attendance.absent[{"a:1"}] = {.since = now,
                                         .last_counted = now + 1us,
                                         .views = 3,
                                         .witnessed = true,
                                         .last_incarnation = model::Incarnation{{"a:1"}, now - 1h, 9},
                                         .last_seen = now - 5s,
                                         .owns_rows = false,
                                         .first_missed = now - 4s,
                                         .others_registered = false};
    model::Absence unwitnessed;
    unwitnessed.since = unwitnessed.last_counted = now;
    learnt.attendance.absent[{"b:1"}] = unwitnessed;
    learnt.attendance.present[{"c:1"}] = {now, now + 3us, 4, now - 2h, 10, 11};
    learnt.attendance.present[{"d:1"}] = {now, now, 1, std::nullopt, std::nullopt, 0};
    return learnt;
}

}  // namespace

TEST_CASE("what is remembered is read back", "[journal]") {
    CHECK(remembered_in(remembered_text({}, "UTC"), "UTC") == model::Remembered{});
    CHECK(remembered_in(remembered_text(full(), "UTC"), "UTC") == full());
    CHECK(remembered_text(full(), "UTC").find('\n') == std::string::npos);
}

TEST_CASE("a zone proven is not another zone proven", "[journal]") {
    auto unproven = full();
    unproven.zone_proven = false;
    CHECK(remembered_in(remembered_text(full(), "UTC"), "Europe/Berlin") == unproven);
    CHECK(remembered_in(remembered_text(unproven, "UTC"), "UTC") == unproven);
}

TEST_CASE("a memory with anything missing or out of place is none", "[journal]") {
    const json whole = json::parse(remembered_text(full(), "UTC"));
    int spoilt = 0;
    // Every value, at every depth, left out once and replaced by each of these once.
    const json flat = whole.flatten();
    for (const auto& [pointer, value] : flat.items()) {
        INFO(pointer);
        const json::json_pointer at(pointer);
        json without = whole;
        without.at(at.parent_pointer()).erase(at.back());
        CHECK_FALSE(remembered_in(without.dump(), "UTC").has_value());
        for (const json& wrong :
             {json("text"), json(1.5), json(18'446'744'073'709'551'615U), json::array(), json::object(), json(true)}) {
            if (wrong.type() == value.type()) continue;
            json other = whole;
            other.at(at) = wrong;
            CHECK_FALSE(remembered_in(other.dump(), "UTC") == full());
            ++spoilt;
        }
    }
    CHECK(spoilt > 100);
    for (const char* text : {"", "{", "[]", "null", "7", "\"x\"", "\xff"}) {
        CHECK_FALSE(remembered_in(text, "UTC").has_value());
    }
    json wide = whole;
    wide["absent"]["a:1"]["views"] = 3'000'000'000;
    CHECK_FALSE(remembered_in(wide.dump(), "UTC").has_value());
}

TEST_CASE("what a later version adds is read past", "[journal]") {
    json later = json::parse(remembered_text(full(), "UTC"));
    later["new"] = {1, 2};
    later["absent"]["a:1"]["new"] = "x";
    CHECK(remembered_in(later.dump(), "UTC") == full());
}
