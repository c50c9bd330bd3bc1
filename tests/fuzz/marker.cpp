// SPDX-License-Identifier: Apache-2.0
// Any bytes as a failover-finish marker: the first line is its name, the rest its value. Promises: a name that is taken
// apart is put together again to the same letters (a marker that is read otherwise than written is one of another
// server), every host's markers are read as its own, and a value is what its digits say.
#include <algorithm>
#include <limits>
#include <string>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "registry/marker_name.hpp"

namespace {

using dsr::fuzz::require;
using dsr::registry::MarkerName;
using dsr::registry::parse_marker_name;
using dsr::registry::parse_marker_value;

/// As DolphinScheduler writes it.
std::string written(const MarkerName& name) {
    if (!name.startup_time) return name.address + "-unknown-unknown";
    const std::string oldest = name.address + "-" + std::to_string(dsr::model::epoch_ms(*name.startup_time));
    return name.process_id ? oldest + "-" + std::to_string(*name.process_id) : oldest;
}

void check_name(std::string_view text) {
    const auto name = parse_marker_name(text);
    if (!name) return;
    require(written(*name) == text, "a marker's parts are its whole name");
    require(name->startup_time || !name->process_id, "a process id comes with a startup time");
    require(!name->startup_time || dsr::model::epoch_ms(*name->startup_time) > 0, "a startup time is after 1970");
    require(!name->process_id || *name->process_id <= std::numeric_limits<std::int32_t>::max(), "a pid is a Java int");
}

/// Whatever the host is called.
void check_host(std::string_view host) {
    if (host.empty()) return;
    const std::string address = std::string{host} + ":5678";
    const auto startup = dsr::model::instant_from_epoch_ms(1703127227000);
    for (const MarkerName& name : {MarkerName{address, startup, 4711}, MarkerName{address, startup, std::nullopt},
                                   MarkerName{address, std::nullopt, std::nullopt}}) {
        require(parse_marker_name(written(name)) == name, "a marker of any host is read as it was written");
    }
}

void check_value(std::string_view value) {
    const auto time = parse_marker_value(value);
    if (!time) return;
    require(value.find_first_not_of("0123456789") == std::string_view::npos, "a value is digits");
    const auto first = value.find_first_not_of('0');
    const auto digits = first == std::string_view::npos ? "0" : value.substr(first);
    require(std::to_string(dsr::model::epoch_ms(*time)) == digits, "a value is the time that its digits say");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto data = dsr::fuzz::text(bytes, size);
    const auto line = std::min(data.find('\n'), data.size());
    const auto name = data.substr(0, line);
    const auto value = data.substr(std::min(line + 1, data.size()));
    for (const auto part : {data, name, value}) {
        check_name(part);
        check_host(part);
        check_value(part);
    }
    const auto marker = dsr::registry::failover_marker(std::string{name}, std::string{value}, 3, {}, 4);
    require(marker.name == name && marker.value == value, "a marker keeps its letters");
    require(marker.name_parsed == parse_marker_name(name).has_value(), "a marker says whether its name was read");
    require(marker.value_time == parse_marker_value(value), "a marker's time is its value's");
    return 0;
}
