// SPDX-License-Identifier: Apache-2.0
#include "registry/marker_name.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace dsr::marker_name_test {

using dsr::model::instant_from_epoch_ms;
using dsr::registry::failover_marker;
using dsr::registry::MarkerName;
using dsr::registry::parse_marker_name;
using dsr::registry::parse_marker_value;

TEST_CASE("a marker's name and value are what DolphinScheduler would look for", "[registry][marker]") {
    const dsr::model::Incarnation dead{{"10.0.0.7:5678"}, *instant_from_epoch_ms(1703127227999), 4711};
    CHECK(dsr::registry::marker_name(dead) == "10.0.0.7:5678-1703127227999-4711");
    CHECK(parse_marker_name(dsr::registry::marker_name(dead)) == MarkerName{"10.0.0.7:5678", dead.startup_time, 4711});
    const auto time = *instant_from_epoch_ms(1703127237001);
    CHECK(dsr::registry::marker_value(time + std::chrono::microseconds{999}) == "1703127237001");
    CHECK(parse_marker_value(dsr::registry::marker_value(time)) == time);
}

TEST_CASE("marker names of the three shapes are taken apart", "[registry][marker]") {
    const auto startup = instant_from_epoch_ms(1703127227000);
    struct Row {
        std::string name;
        MarkerName expected;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"10.0.0.7:5678-1703127227000-4711", {"10.0.0.7:5678", startup, 4711}},
        {"10.0.0.7:5678-unknown-unknown", {"10.0.0.7:5678", {}, {}}},
        {"10.0.0.7:5678-1703127227000", {"10.0.0.7:5678", startup, {}}},
        {"ds-master-0.ds-master-headless.prod:5678-1703127227000-1",
         {"ds-master-0.ds-master-headless.prod:5678", startup, 1}},
        {"ds-master-0.ds-master-headless.prod:5678-unknown-unknown",
         {"ds-master-0.ds-master-headless.prod:5678", {}, {}}},
        {"ds-master-0.ds-master-headless.prod:5678-1703127227000",
         {"ds-master-0.ds-master-headless.prod:5678", startup, {}}},
        {"a-1703127227000-1:65535-1703127227000-2147483647", {"a-1703127227000-1:65535", startup, 2147483647}},
        {"unknown-unknown:1-unknown-unknown", {"unknown-unknown:1", {}, {}}},
    }));
    INFO(row.name);
    CHECK(parse_marker_name(row.name) == row.expected);
}

TEST_CASE("a marker name of another shape is not guessed at", "[registry][marker]") {
    const auto name = GENERATE(values<std::string>({
        "",
        "-",
        "--",
        "10.0.0.7:5678",
        "10.0.0.7:5678-",
        "10.0.0.7:5678--",
        "10.0.0.7:5678-unknown",
        "-unknown-unknown",
        ":5678-unknown-unknown",
        "10.0.0.7-unknown-unknown",
        "10.0.0.7-1703127227000-4711",
        "10.0.0.7:-1703127227000-4711",
        "10.0.0.7:0-1703127227000-4711",
        "10.0.0.7:65536-1703127227000-4711",
        "10.0.0.7:5678-1703127227000-unknown",
        "10.0.0.7:5678-unknown-4711",
        "10.0.0.7:5678-1703127227000-",
        "10.0.0.7:5678-1703127227000-4711-9",
        "10.0.0.7:5678-01703127227000-4711",
        "10.0.0.7:5678-1703127227000-04711",
        "10.0.0.7:5678-+1703127227000-4711",
        "10.0.0.7:5678-1703127227000-2147483648",
        "10.0.0.7:5678-0-4711",
        "10.0.0.7:5678-253402300800000-4711",
        "10.0.0.7:5678-99999999999999999999-4711",
        "10.0.0.7:5678-1703127227000-4711 ",
        "10.0.0.7:5678-1703127227x00",
    }));
    INFO(name);
    CHECK_FALSE(parse_marker_name(name).has_value());
}

TEST_CASE("marker values are epoch milliseconds or nothing", "[registry][marker]") {
    CHECK(parse_marker_value("1703127227000") == instant_from_epoch_ms(1703127227000));
    CHECK(parse_marker_value("0") == instant_from_epoch_ms(0));
    const auto value = GENERATE(values<std::string>({"", " ", "now", "-1", "+1", "1.0", "1703127227000 ",
                                                     "1703127227000\n", "253402300800000", "99999999999999999999"}));
    INFO('"' << value << '"');
    CHECK_FALSE(parse_marker_value(value).has_value());
}

TEST_CASE("a marker keeps what it cannot read as it stands", "[registry][marker]") {
    const auto at = *instant_from_epoch_ms(1703127230000);
    const auto good = failover_marker("h:1-5-6", "7", 3, at, 12);
    CHECK(good.name_parsed);
    CHECK(good.address == "h:1");
    CHECK(good.startup_time == instant_from_epoch_ms(5));
    CHECK(good.process_id == 6);
    CHECK(good.value_time == instant_from_epoch_ms(7));
    CHECK(good.version == 3);
    CHECK(good.modified_at == at);
    CHECK(good.modified_in == 12);

    const auto odd = failover_marker("what is this", "soon", 0, at, 13);
    CHECK_FALSE(odd.name_parsed);
    CHECK(odd.name == "what is this");
    CHECK(odd.value == "soon");
    CHECK_FALSE(odd.value_time);
}

}  // namespace dsr::marker_name_test
