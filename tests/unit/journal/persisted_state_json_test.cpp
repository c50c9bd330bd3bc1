// SPDX-License-Identifier: Apache-2.0
#include "journal/persisted_state_json.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dsr::persisted_state_json_test {

using namespace std::chrono_literals;
using journal::persisted_state_from;
using journal::persisted_state_text;
using nlohmann::json;

namespace {

model::PersistedState full() {
    const model::Instant now{1'795'435'200'123'456us};
    model::PersistedState learnt;
    learnt.zone.proofs[{"c:1"}] = {now - 2h, 10, now - 1min};
    learnt.zone.proofs[{"e:1"}] = {now - 3h, std::nullopt, now - 2min};
    learnt.zone.disproved_at = now - 1h;
    learnt.zone.doubt = model::ZoneDoubt{{12}, model::OwnershipColumn::restart_time, now, now - 2h, now - 1h, 2};
    learnt.canary = model::Canary{{4711}, "sweep"};
    learnt.cluster = {{"0x5/1", "d1"}, model::ClusterStanding::disproved, "a row", now - 1h, 4};
    learnt.went_back = model::WentBack{now - 1h, 17, "sweep", {{1}, {4711}}};
    learnt.membership.registry_session = -5;
    learnt.membership.last_view = now;
    learnt.membership.master_changes = 12;
    learnt.membership.unseen_change = now - 3s;
    learnt.membership.absent[{"a:1"}] = {.since = now,
                                         .last_counted = now + 1us,
                                         .views = 3,
                                         .witnessed = true,
                                         .last_incarnation = model::Incarnation{{"a:1"}, now - 1h, 9},
                                         .last_seen = now - 5s,
                                         .owns_rows = false,
                                         .first_missed = now - 4s,
                                         .others_registered = false};
    learnt.membership.absent[{"a:1"}].fenced = now - 2s;
    model::Absence unwitnessed;
    unwitnessed.since = unwitnessed.last_counted = now;
    learnt.membership.absent[{"b:1"}] = unwitnessed;
    learnt.membership.present[{"c:1"}] = {now, now + 3us, 4, now - 2h, 10, 11, true};
    learnt.membership.present[{"d:1"}] = {now, now, 1, std::nullopt, std::nullopt, 0};
    return learnt;
}

/// A key that came after version 0.1.0, and what its default is.
struct Added {
    std::string pointer;
    void (*reset)(model::PersistedState&);
    bool is_integer = false;  ///< of any value
};
const std::vector<Added> added{
    {"/master_changes", [](model::PersistedState& learnt) { learnt.membership.master_changes.reset(); }, true},
    {"/unseen_change", [](model::PersistedState& learnt) { learnt.membership.unseen_change.reset(); }, true},
    {"/went_back", [](model::PersistedState& learnt) { learnt.went_back.reset(); }},
    {"/cluster", [](model::PersistedState& learnt) { learnt.cluster = {}; }},
    {"/zone_evidence", [](model::PersistedState& learnt) { learnt.zone = {}; }},
    {"/present/c:1/first_heartbeat_seen",
     [](model::PersistedState& learnt) { learnt.membership.present.at({"c:1"}).first_heartbeat_seen = false; }},
    {"/present/d:1/first_heartbeat_seen", [](model::PersistedState&) {}},
};

/// Whether it stands in an added key.
bool is_added(const std::string& pointer) {
    return std::any_of(added.begin(), added.end(),
                       [&](const Added& key) { return pointer.rfind(key.pointer, 0) == 0; });
}

/// full() without what was added, as version 0.1.0 wrote it.
const char* const text_of_0_1_0 =
    R"({"absent":{"a:1":{"fenced":1795435198123456,"first_missed":1795435196123456,"last_counted":1795435200123457,)"
    R"("last_incarnation":{"address":"a:1","process_id":9,"startup_time":1795431600123456},)"
    R"("last_seen":1795435195123456,"others_registered":false,"owns_rows":false,"since":1795435200123456,"views":3,)"
    R"("witnessed":true},"b:1":{"fenced":null,"first_missed":null,"last_counted":1795435200123456,)"
    R"("last_incarnation":null,"last_seen":null,"others_registered":true,"owns_rows":true,"since":1795435200123456,)"
    R"("views":1,"witnessed":false}},"all_gone_once":false,"canary":{"instance":4711,"sweep":"sweep"},)"
    R"("last_view":1795435200123456,"present":{"c:1":{"last_counted":1795435200123459,"process_id":10,)"
    R"("session_id":11,"since":1795435200123456,"startup_time":1795428000123456,"views":4},"d:1":{)"
    R"("last_counted":1795435200123456,"process_id":null,"session_id":0,"since":1795435200123456,)"
    R"("startup_time":null,"views":1}},"registry_session":-5,"zone":"UTC","zone_proven":true})";

}  // namespace

TEST_CASE("the persisted state is read back", "[journal]") {
    CHECK(persisted_state_from(persisted_state_text({}, "UTC"), "UTC") == model::PersistedState{});
    CHECK(persisted_state_from(persisted_state_text(full(), "UTC"), "UTC") == full());
    CHECK(persisted_state_text(full(), "UTC").find('\n') == std::string::npos);
}

TEST_CASE("a zone proven is not another zone proven", "[journal]") {
    auto unproven = full();
    unproven.zone = {};
    CHECK(persisted_state_from(persisted_state_text(full(), "UTC"), "Europe/Berlin") == unproven);
    CHECK(persisted_state_from(persisted_state_text(unproven, "UTC"), "UTC") == unproven);
}

TEST_CASE("a memory with anything missing or out of place is none", "[journal]") {
    const json whole = json::parse(persisted_state_text(full(), "UTC"));
    int spoilt = 0;
    // Every value, at every depth, left out once and replaced by each of these once.
    const json flat = whole.flatten();
    for (const auto& [pointer, value] : flat.items()) {
        INFO(pointer);
        const json::json_pointer at(pointer);
        if (is_added(pointer)) continue;
        json without = whole;
        without.at(at.parent_pointer()).erase(at.back());
        CHECK_FALSE(persisted_state_from(without.dump(), "UTC").has_value());
        for (const json& wrong :
             {json("text"), json(1.5), json(18'446'744'073'709'551'615U), json::array(), json::object(), json(true)}) {
            if (wrong.type() == value.type()) continue;
            json other = whole;
            other.at(at) = wrong;
            CHECK_FALSE(persisted_state_from(other.dump(), "UTC") == full());
            ++spoilt;
        }
    }
    CHECK(spoilt > 100);
    for (const char* text : {"", "{", "[]", "null", "7", "\"x\"", "\xff"}) {
        CHECK_FALSE(persisted_state_from(text, "UTC").has_value());
    }
    json wide = whole;
    wide["absent"]["a:1"]["views"] = 3'000'000'000;
    CHECK_FALSE(persisted_state_from(wide.dump(), "UTC").has_value());
}

TEST_CASE("the text of version 0.1.0 is read, and what was added since takes its default", "[journal]") {
    auto expected = full();
    for (const auto& key : added) key.reset(expected);
    CHECK(persisted_state_from(text_of_0_1_0, "UTC") == expected);
}

TEST_CASE("an added key that is missing, null or of another form takes its default and spoils nothing", "[journal]") {
    const json whole = json::parse(persisted_state_text(full(), "UTC"));
    for (const auto& key : added) {
        CAPTURE(key.pointer);
        auto expected = full();
        key.reset(expected);
        const json::json_pointer at(key.pointer);
        json without = whole;
        without.at(at.parent_pointer()).erase(at.back());
        CHECK(persisted_state_from(without.dump(), "UTC") == expected);
        for (const json& wrong : {json(nullptr), json("text"), json(1.5), json(-1), json({{"seen_at", 1}}),
                                  json::array(), json::object()}) {
            if (key.is_integer && wrong.is_number_integer()) continue;
            json other = whole;
            other.at(at) = wrong;
            CHECK(persisted_state_from(other.dump(), "UTC") == expected);
        }
    }
}

TEST_CASE("evidence of the cluster of which anything is missing or out of place is none, and spoils nothing else",
          "[journal]") {
    auto expected = full();
    expected.cluster = {};
    const json whole = json::parse(persisted_state_text(full(), "UTC"));
    for (const auto& [key, value] : whole.at("cluster").items()) {
        INFO(key);
        json without = whole;
        without["cluster"].erase(key);
        CHECK(persisted_state_from(without.dump(), "UTC") == expected);
        for (const json& wrong : {json(nullptr), json(1.5), json::array(), json::object()}) {
            json other = whole;
            other["cluster"][key] = wrong;
            CHECK(persisted_state_from(other.dump(), "UTC") == expected);
        }
    }
    for (const json& wrong : {json(nullptr), json("text"), json(7), json::array(), json::object()}) {
        json other = whole;
        other["cluster"] = wrong;
        CHECK(persisted_state_from(other.dump(), "UTC") == expected);
    }
    json unknown = whole;
    unknown["cluster"]["standing"] = "certain";
    CHECK(persisted_state_from(unknown.dump(), "UTC") == expected);
}

TEST_CASE("what a later version adds is read past", "[journal]") {
    json later = json::parse(persisted_state_text(full(), "UTC"));
    later["new"] = {1, 2};
    later["absent"]["a:1"]["new"] = "x";
    later["absent"]["a:1"]["last_incarnation"]["new"] = 1;
    later["present"]["c:1"]["new"] = nullptr;
    later["canary"]["new"] = true;
    CHECK(persisted_state_from(later.dump(), "UTC") == full());
}

}  // namespace dsr::persisted_state_json_test
