// SPDX-License-Identifier: Apache-2.0
// Any bytes as an instance's state_history, beside a start_time or not. Promises: a time that is known is the one of
// the text, give or take its second; a row with a history that cannot be read is never taken for known; what is shown
// of it is short.
#include <algorithm>
#include <chrono>
#include <string>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "model/ownership_time.hpp"

namespace {

using namespace std::chrono_literals;
using dsr::fuzz::require;
using dsr::model::ColumnPrecision;
using dsr::model::Generation;
using dsr::model::ownership_time;
using dsr::model::OwnershipColumns;
using dsr::model::OwnershipTime;
using dsr::model::Zone;
using Form = OwnershipTime::Form;

const std::string start_wall = "2026-11-22 21:55:03.458876";

/// By the history alone.
OwnershipTime check_alone(const std::string& history, const Zone& zone) {
    const auto time = ownership_time({{}, {}, history}, ColumnPrecision::microseconds, zone, Generation::workflow);
    require(!time.stamped, "a history is no stamp");
    require(time.form == Form::unreadable || time.text.empty(), "only what could not be read is shown");
    require(time.text.size() <= 200, "what is shown is short");
    if (time.form != Form::known) return time;
    require(time.latest - time.earliest == 2s, "a history keeps whole seconds: one of tolerance to both sides");
    const std::string wall = zone.wall(time.earliest + 1s);
    if (history.find('\\') == std::string::npos) {
        require(history.find(wall.substr(0, 10)) != std::string::npos, "its day stands in the text");
        require(history.find(wall.substr(11, 8)) != std::string::npos, "its time of day stands in the text");
    }
    return time;
}

/// Beside a start_time, which counts in milliseconds: the later of the two.
void check_beside_start(const std::string& history, const Zone& zone, const OwnershipTime& alone) {
    const auto time =
        ownership_time({start_wall, {}, history}, ColumnPrecision::microseconds, zone, Generation::workflow);
    const auto start = dsr::model::cut_stamp(zone.instant(start_wall));
    require(start.has_value(), "the start itself is readable");
    require((time.form == Form::unreadable) == (alone.form == Form::unreadable), "one unreadable time is enough");
    if (time.form == Form::unreadable) return;
    require(time.form == Form::known, "a row with a start has a time");
    require(time.stamped == start, "the stamp is the start, whatever the history says");
    const bool counts = alone.form == Form::known;
    require(time.earliest == (counts ? std::max(*start, alone.earliest) : *start), "ownership is the later of the two");
    require(time.latest == (counts ? std::max(*start, alone.latest) : *start), "ownership is the later of the two");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const Zone shanghai{"Asia/Shanghai"};
    static const Zone berlin{"Europe/Berlin"};  // its clocks change
    const std::string history{dsr::fuzz::text(bytes, size)};
    for (const auto* zone : {&shanghai, &berlin}) {
        check_beside_start(history, *zone, check_alone(history, *zone));
    }
    return 0;
}
