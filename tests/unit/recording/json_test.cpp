// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <boost/pfr/tuple_size.hpp>
#include <catch2/catch.hpp>
#include <regex>

#include "recording/format.hpp"
#include "support/builders.hpp"

namespace dsr::json_test {

using namespace dsr::model;
using namespace dsr::recording;
using namespace dsr::serialize;
using namespace dsr::test;

namespace {

template <class Value>
Value read_back(const Json& json) {
    Value value;
    read(json, value);
    return value;
}

template <class Value>
void fill(Value& value);

/// Any value at all for every member that the table names.
struct Filler {
    template <class Value>
    void operator()(const char*, Value& value) {
        fill(value);
    }
};

template <class Value>
void fill(Value& value) {
    using namespace serialize::detail;
    if constexpr (std::is_enum_v<Value>) {
        value = static_cast<Value>(*rc::gen::inRange<std::size_t>(0, names<Value>.size()));
    } else if constexpr (std::is_integral_v<Value>) {
        value = *rc::gen::arbitrary<Value>();
    } else if constexpr (std::is_same_v<Value, std::string>) {
        value = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(),
                                rc::gen::element<std::string>("", "10.0.0.1:5678", "日次 load", std::string("a\0b", 3),
                                                              "\xff\xfe", "half \xe6\x97", "{\"hex\":1}", "\n\"\\"));
    } else if constexpr (std::is_same_v<Value, Instant>) {
        value = Instant{std::chrono::microseconds{*rc::gen::inRange(-latest_microsecond, latest_microsecond)}};
    } else if constexpr (is_duration<Value>) {
        value = Value{*rc::gen::inRange<std::int64_t>(-latest_microsecond / 1000, latest_microsecond / 1000)};
    } else if constexpr (std::is_same_v<Value, WorkflowInstanceId>) {
        fill(value.value);
    } else if constexpr (Address<Value>) {
        fill(value.text);
    } else if constexpr (is_a<Value, std::optional>) {
        value.reset();
        if (*rc::gen::arbitrary<bool>()) fill(value.emplace());
    } else if constexpr (List<Value>) {
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            typename Value::value_type element{};
            fill(element);
            value.insert(value.end(), std::move(element));
        }
    } else if constexpr (is_a<Value, std::map>) {
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            typename Value::key_type key{};
            fill(key);
            fill(value[std::move(key)]);
        }
    } else {
        Filler each;
        fields(each, value);
    }
}

template <class Value>
void look_into();

std::vector<std::string> names_seen;

/// Holds the table against the values themselves.
struct Census {
    std::size_t members = 0;
    template <class Value>
    void operator()(const char* name, Value&) {
        ++members;
        names_seen.emplace_back(name);
        look_into<Value>();
    }
};

template <class Value>
void look_into() {
    using namespace serialize::detail;
    if constexpr (is_a<Value, std::map>) {
        look_into<typename Value::mapped_type>();
    } else if constexpr (List<Value> || is_a<Value, std::optional>) {
        look_into<typename Value::value_type>();
    } else if constexpr (std::is_class_v<Value> && !std::is_same_v<Value, std::string> &&
                         !std::is_same_v<Value, Instant> && !is_duration<Value> && !Address<Value> &&
                         !std::is_same_v<Value, WorkflowInstanceId>) {
        Value value{};
        Census census;
        fields(census, value);
        INFO("a value whose members are not all in lib/serialize/fields.hpp: " << typeid(Value).name());
        CHECK(census.members == boost::pfr::tuple_size_v<Value>);
    }
}

}  // namespace

TEST_CASE("every member of what a sweep judges by is recorded, and none is named like a secret") {
    names_seen.clear();
    look_into<Recording>();
    CHECK(names_seen.size() > 120);
    const std::regex secret("pass|secret|digest|token|credential|connect|login|user", std::regex::icase);
    for (const auto& name : names_seen) {
        CAPTURE(name);
        CHECK_FALSE(std::regex_search(name, secret));
    }
}

TEST_CASE("a snapshot of any kind is read back as it was written") {
    CHECK(rc::check([] {
        Snapshot before;
        fill(before);
        const auto text = write(before).dump();
        const Snapshot after = read_back<Snapshot>(Json::parse(text));
        RC_ASSERT(after.registry == before.registry);
        RC_ASSERT(after.membership == before.membership);
        RC_ASSERT(after.schema == before.schema);
        RC_ASSERT(after.control == before.control);
        RC_ASSERT(write(after).dump() == text);
    }));
}

TEST_CASE("a row of any kind is read back as it was written") {
    CHECK(rc::check([] {
        WorkflowInstance before;
        fill(before);
        const auto text = write(before).dump();
        const WorkflowInstance after = read_back<WorkflowInstance>(Json::parse(text));
        RC_ASSERT(after.id == before.id);
        RC_ASSERT(after.host == before.host);
        RC_ASSERT(after.ownership == before.ownership);
        RC_ASSERT(after.history == before.history);
        RC_ASSERT(write(after).dump() == text);
    }));
}

TEST_CASE("enumerations stand by name and times as microseconds") {
    Snapshot snapshot = snapshot_of({live("10.0.0.1:5678", noon)});
    snapshot.policy.recovers_in_place = RecoversInPlace::no;
    const auto json = write(snapshot);
    CHECK(json["layout"] == "failover_masters");
    CHECK(json["policy"]["recovers_in_place"] == "no");
    CHECK(json["policy"]["live_worker_tasks"] == "kill");
    CHECK(json["schema"]["generation"] == "process");
    CHECK(json["registry"]["masters"][0]["form"] == "json");
    CHECK(json["registry"]["masters"][0]["startup_time"] == 1'795'435'200'000'000);
    CHECK(write(row(1, "h"))["ownership"]["form"] == "known");
}

TEST_CASE("what is not known in a snapshot is passed over") {
    const auto snapshot = snapshot_of({live("10.0.0.1:5678", noon)});
    auto json = write(snapshot);
    json["of_a_later_version"] = {{"a", 1}};
    json["registry"]["masters"][0]["mood"] = "good";
    CHECK(write(read_back<Snapshot>(json)) == write(snapshot));
}

TEST_CASE("a snapshot that lacks something, or has something else there, is refused with the place") {
    struct Case {
        const char* pointer;
        const char* value;  ///< JSON; null pointer: removed
        const char* complaint;
    };
    const auto wrong = GENERATE(values<Case>({
        {"/registry/fresh", nullptr, "registry.fresh is missing"},
        {"/registry/fresh", "1", "registry.fresh is neither true nor false"},
        {"/registry/masters", "{}", "registry.masters is not a list"},
        {"/registry/masters/0", "7", "registry.masters[0] is not an object"},
        {"/registry/masters/0/address", nullptr, "registry.masters[0].address is missing"},
        {"/registry/masters/0/address", "7", "registry.masters[0].address is not a text"},
        {"/registry/masters/0/address", "{\"hex\":\"f\"}",
         "registry.masters[0].address.hex is not a text of hex digits"},
        {"/registry/masters/0/address", "{\"hex\":\"g0\"}",
         "registry.masters[0].address.hex is not a text of hex digits"},
        {"/registry/taken_at", "1.5", "registry.taken_at is not a whole number"},
        {"/registry/taken_at", "9223372036854775807", "registry.taken_at is out of range"},
        {"/registry/session_id", "18446744073709551615", "registry.session_id is out of range"},
        {"/attendance/present/0", "[1]", "attendance.present[0] is not a pair"},
        {"/policy/batch", "-1", "policy.batch is out of range"},
        {"/policy/confirmations", "2147483648", "policy.confirmations is out of range"},
        {"/policy/grace_ms", "9000000000000000", "policy.grace_ms is out of range"},
        {"/layout", "\"elsewhere\"", "layout is a name that this version does not support: elsewhere"},
        {"/layout", "0", "layout is not a text"},
    }));
    CAPTURE(wrong.pointer);
    auto json = write(snapshot_of({live("10.0.0.1:5678", noon)}));
    const Json::json_pointer place(wrong.pointer);
    if (wrong.value == nullptr) {
        json[place.parent_pointer()].erase(place.back());
    } else {
        json[place] = Json::parse(wrong.value);
    }
    try {
        static_cast<void>(read_back<Snapshot>(json));
        FAIL("it was read");
    } catch (const Unreadable& unreadable) {
        CHECK(unreadable.where + " " + unreadable.what == wrong.complaint);
    }
}

}  // namespace dsr::json_test
