// SPDX-License-Identifier: Apache-2.0
#include "model/ownership_time.hpp"

#include <date/date.h>

#include <catch2/catch.hpp>

#include "model/failure.hpp"

namespace dsr::ownership_time_test {

using namespace dsr::model;
using namespace std::chrono_literals;

namespace {

const Zone utc("UTC");
const Zone shanghai("Asia/Shanghai");
const Zone berlin("Europe/Berlin");

OwnershipTime of(const OwnershipColumns& columns, ColumnPrecision precision = ColumnPrecision::microseconds,
                 Generation generation = Generation::workflow) {
    return ownership_time(columns, precision, utc, generation);
}

Instant at(const std::string& wall) {
    const auto time = utc.instant(wall);
    REQUIRE(time);
    return *time;
}

}  // namespace

TEST_CASE("wall clocks are read in their zone to the full precision") {
    CHECK(rfc3339(*shanghai.instant("2026-11-23 08:00:00.123456")) == "2026-11-23T00:00:00.123Z");
    CHECK(*shanghai.instant("2026-11-23 08:00:00.123456") - *utc.instant("2026-11-23 00:00:00") == 123456us);
    CHECK(utc.instant("2026-11-23T00:00:00") == utc.instant("2026-11-23 00:00:00"));
    CHECK(shanghai.wall(*utc.instant("2026-11-23 00:00:00.5")) == "2026-11-23 08:00:00.500");
    const auto text =
        GENERATE("", "now", "2026-11-23", "2026-13-01 00:00:00", "2026-11-23 00:00:00 UTC", "2026-11-23 25:00:00",
                 "2026-11-23 00:00:00.1234567", "2026-11-23 00:00:00.99999999999999999999", "0000-00-00 00:00:00");
    CAPTURE(text);
    CHECK_FALSE(utc.instant(text));
}

TEST_CASE("an instant is shown in UTC to the millisecond, whatever its year") {
    CHECK(rfc3339(Instant{}) == "1970-01-01T00:00:00.000Z");
    CHECK(rfc3339(Instant{} - 1us) == "1969-12-31T23:59:59.999Z");
    CHECK(rfc3339(Instant{1'795'414'800'123'999us}) == "2026-11-23T06:20:00.123Z");
    CHECK(rfc3339(*instant_from_epoch_ms(253'402'300'799'999)) == "9999-12-31T23:59:59.999Z");
    const auto time =
        GENERATE(-70'000'000'000'000'000us, -61'000'000'000'000'000us, -1'000'001us, 951'827'696'789'012us,
                 4'102'444'800'000'000us, 253'402'300'800'000'000us, 900'000'000'000'000'000us);
    CHECK(rfc3339(Instant{time}) == date::format("%FT%TZ", date::floor<std::chrono::milliseconds>(Instant{time})));
}

TEST_CASE("a wall time that is none or two is not guessed at") {
    CHECK_FALSE(berlin.instant("2026-03-29 02:30:00"));
    CHECK_FALSE(berlin.instant("2026-10-25 02:30:00"));
    CHECK(berlin.instant("2026-10-25 03:00:00"));
    CHECK(berlin.instant("2026-10-25 01:59:59"));
    OwnershipColumns columns;
    columns.start_time = "2026-10-25 02:30:00";
    CHECK(ownership_time(columns, ColumnPrecision::microseconds, berlin, Generation::workflow).form ==
          OwnershipTime::Form::unreadable);
}

TEST_CASE("an unknown zone is refused by name") {
    CHECK_THROWS_WITH(Zone("Asia/Atlantis"), Catch::Contains("Asia/Atlantis"));
}

TEST_CASE("ownership is the latest of the three") {
    OwnershipColumns columns;
    CHECK(of(columns).form == OwnershipTime::Form::absent);
    columns.start_time = "2026-11-23 10:00:00.5";
    CHECK(of(columns).earliest == at("2026-11-23 10:00:00.5"));
    CHECK(of(columns).latest == at("2026-11-23 10:00:00.5"));
    columns.restart_time = "2026-11-23 11:00:00";
    CHECK(of(columns).latest == at("2026-11-23 11:00:00"));
    columns.state_history =
        R"([{"time":"2026-11-23 09:00:00","state":"A","desc":"x"},{"time":"2026-11-23 12:00:00","state":"B","desc":"y"}])";
    CHECK(of(columns).earliest == at("2026-11-23 11:59:59"));
    CHECK(of(columns).latest == at("2026-11-23 12:00:01"));
    columns.restart_time = "2026-11-23 12:00:00.7";
    CHECK(of(columns).earliest == at("2026-11-23 12:00:00.7"));
    CHECK(of(columns).latest == at("2026-11-23 12:00:01"));
}

TEST_CASE("stamped is the later of start and restart, to the point: by it the journal tells losses apart") {
    const auto precision = GENERATE(ColumnPrecision::microseconds, ColumnPrecision::seconds);
    OwnershipColumns columns;
    CHECK_FALSE(of(columns, precision).stamped);
    columns.start_time = "2026-11-23 10:00:00";
    CHECK(of(columns, precision).stamped == at("2026-11-23 10:00:00"));
    columns.restart_time = "2026-11-23 11:00:00";
    CHECK(of(columns, precision).stamped == at("2026-11-23 11:00:00"));
    columns.state_history = R"([{"time":"2026-11-23 12:00:00"}])";
    CHECK(of(columns, precision).stamped == at("2026-11-23 11:00:00"));
    columns.state_history = "none";
    CHECK(of(columns, precision).form == OwnershipTime::Form::unreadable);
    CHECK(of(columns, precision).stamped == at("2026-11-23 11:00:00"));
}

TEST_CASE("ownership is cut to the milliseconds that a master keeps") {
    OwnershipColumns columns;
    columns.start_time = "2026-11-23 10:00:00.302969";
    columns.restart_time = "2026-11-23 10:00:00.302069";
    CHECK(of(columns).stamped == at("2026-11-23 10:00:00.302"));
    CHECK(of(columns).earliest == at("2026-11-23 10:00:00.302"));
    CHECK(of(columns).latest == at("2026-11-23 10:00:00.302"));
    CHECK(same_stamp(at("2026-11-23 10:00:00.302069"), at("2026-11-23 10:00:00.302")));
    CHECK_FALSE(same_stamp(at("2026-11-23 10:00:00.301999"), at("2026-11-23 10:00:00.302")));
    CHECK(same_stamp(std::nullopt, std::nullopt));
    CHECK_FALSE(same_stamp(std::nullopt, at("2026-11-23 10:00:00.302")));
}

TEST_CASE("second-precision columns carry a second of tolerance") {
    OwnershipColumns columns;
    columns.start_time = "2026-11-23 10:00:00";
    const auto time = of(columns, ColumnPrecision::seconds);
    CHECK(time.earliest == at("2026-11-23 09:59:59"));
    CHECK(time.latest == at("2026-11-23 10:00:01"));
}

TEST_CASE("a history in the very form of a master is read as any other JSON") {
    OwnershipColumns columns;
    const std::string first = R"({"time":"2026-11-23 09:00:00","state":"RUNNING_EXECUTION","desc":"init running"})";
    const std::string last = R"({"time":"2026-11-23 12:00:00","state":"FAILURE","desc":")";
    columns.state_history = "[" + first + "," + last + "\"}]";
    const auto plain = of(columns);
    CHECK(plain.changed == at("2026-11-23 12:00:01"));
    columns.state_history =
        GENERATE_COPY(" [" + first + "," + last + "\"}]", "[" + first + ", " + last + "\"}]",
                      "[" + last + "\"}," + last + R"(he said \"stop\""}])", "[" + last + "\\u4e2d\"}]",
                      "[" + last + "\xe4\xb8\xad\"}]", "[" + last + R"(","more":1}])",
                      R"([{"state":"A","time":"2026-11-23 12:00:00"}])");
    CAPTURE(*columns.state_history);
    CHECK(of(columns) == plain);
}

TEST_CASE("a history that is nearly in the form of a master is unreadable") {
    OwnershipColumns columns;
    const std::string entry = R"({"time":"2026-11-23 09:00:00","state":"RUNNING_EXECUTION","desc":")";
    columns.state_history =
        GENERATE_COPY("[" + entry + "\"}", "[" + entry + "\"},]", "[" + entry + "\"}]]", "[" + entry + "\"}] x",
                      "[" + entry + "\xff\"}]", "[" + entry + "\n\"}]", "[" + entry + "\\\"}]", "[" + entry + "}]");
    CAPTURE(*columns.state_history);
    CHECK(of(columns).form == OwnershipTime::Form::unreadable);
}

TEST_CASE("an empty history says nothing, a broken one makes the time unreadable") {
    OwnershipColumns columns;
    columns.start_time = "2026-11-23 10:00:00";
    columns.state_history = GENERATE(as<std::string>(), "", "[]", "null");
    CHECK(of(columns).latest == at("2026-11-23 10:00:00"));
    columns.state_history = GENERATE(as<std::string>(), "[", "{}", R"([{"state":"A"}])", R"([{"time":5}])", "[7]",
                                     R"([{"time":"soon"}])", "nonsense");
    CHECK(of(columns).form == OwnershipTime::Form::unreadable);
    CHECK_FALSE(of(columns).text.empty());
}

TEST_CASE("of a long text that cannot be read the beginning is kept") {
    OwnershipColumns columns;
    columns.state_history = std::string(200, 'x') + "y";
    CHECK(of(columns).text == std::string(200, 'x'));
}

TEST_CASE("the column that decides is the one with the latest end, of equals the later of the three") {
    const auto decides = [](std::optional<std::string> start, std::optional<std::string> restart,
                            std::optional<std::string> history) {
        return deciding_column({std::move(start), std::move(restart), std::move(history)},
                               ColumnPrecision::microseconds, utc, Generation::workflow);
    };
    const std::string early = "2026-11-23 08:00:00";
    const std::string late = "2026-11-23 09:00:00";
    const auto history = [](const std::string& time) { return R"([{"time":")" + time + R"(","state":1}])"; };
    CHECK(decides({}, {}, {}) == std::nullopt);
    CHECK(decides(early, {}, {}) == OwnershipColumn::start_time);
    CHECK(decides(early, late, {}) == OwnershipColumn::restart_time);
    CHECK(decides(late, early, {}) == OwnershipColumn::start_time);
    CHECK(decides(late, late, {}) == OwnershipColumn::restart_time);
    CHECK(decides(early, early, history(late)) == OwnershipColumn::state_history);
    CHECK(decides(early, late, history(late)) == OwnershipColumn::state_history);  // a second of tolerance
    CHECK(decides(early, late, history(early)) == OwnershipColumn::restart_time);
    CHECK(decides(late, early, history(early)) == OwnershipColumn::start_time);
    CHECK(decides(early, "never", {}) == std::nullopt);
}

TEST_CASE("durations for people") {
    CHECK(human(850ms) == "850 ms");
    CHECK(human(59s) == "59 s");
    CHECK(human(112s) == "1 m 52 s");
    CHECK(human(2h + 5min) == "2 h 05 m");
    CHECK(human(49h) == "2 d 01 h");
    CHECK(human(-5s) == "-5 s");
}

TEST_CASE("epoch milliseconds stay within the years that can be shown") {
    CHECK(instant_from_epoch_ms(0));
    CHECK(epoch_ms(*instant_from_epoch_ms(1'703'127'227'123)) == 1'703'127'227'123);
    CHECK_FALSE(instant_from_epoch_ms(-1));
    CHECK_FALSE(instant_from_epoch_ms(9'223'372'036'854'775'807));
}

TEST_CASE("up to 3.2 the history is not its owner's alone: it moves no ownership") {
    OwnershipColumns columns;
    columns.start_time = "2026-11-23 10:00:00";
    columns.restart_time = "2026-11-23 11:00:00";
    columns.state_history = R"([{"time":"2026-11-23 12:00:00","state":4,"desc":"the API server, at STOP"}])";
    const auto time = of(columns, ColumnPrecision::microseconds, Generation::process);
    CHECK(time.form == OwnershipTime::Form::known);
    CHECK(time.earliest == at("2026-11-23 11:00:00"));
    CHECK(time.latest == at("2026-11-23 11:00:00"));
    CHECK(time.changed == at("2026-11-23 12:00:01"));
    CHECK(time.last_change() == at("2026-11-23 12:00:01"));
    CHECK(deciding_column(columns, ColumnPrecision::microseconds, utc, Generation::process) ==
          OwnershipColumn::restart_time);

    SECTION("with nothing else there is no ownership time, and still a time of the last change") {
        columns.start_time.reset();
        columns.restart_time.reset();
        const auto alone = of(columns, ColumnPrecision::microseconds, Generation::process);
        CHECK(alone.form == OwnershipTime::Form::absent);
        CHECK(alone.last_change() == at("2026-11-23 12:00:01"));
    }
    SECTION("one that cannot be read may hide a change") {
        columns.state_history = "nonsense";
        CHECK(of(columns, ColumnPrecision::microseconds, Generation::process).form == OwnershipTime::Form::unreadable);
    }
    SECTION("from 3.3 on it is the owner who writes it") {
        CHECK(of(columns).latest == at("2026-11-23 12:00:01"));
        CHECK(of(columns).changed == at("2026-11-23 12:00:01"));
    }
}

TEST_CASE("each column's time is read alone, and what cannot be placed is none") {
    OwnershipColumns columns;
    CHECK(written_times(columns, utc) == std::array<std::optional<Instant>, 3>{});
    columns.start_time = "2026-11-23 10:00:00";
    columns.restart_time = "soon";
    columns.state_history = R"([{"time":"2026-11-23 09:00:00"},{"time":"2026-11-23 12:00:00"}])";
    const auto times = written_times(columns, utc);
    CHECK(times[0] == at("2026-11-23 10:00:00"));
    CHECK_FALSE(times[1]);
    CHECK(times[2] == at("2026-11-23 12:00:00"));
    columns.state_history = "nonsense";
    CHECK_FALSE(written_times(columns, utc)[2]);
    columns.start_time = "2026-10-25 02:30:00";
    CHECK_FALSE(written_times(columns, berlin)[0]);
}

}  // namespace dsr::ownership_time_test
