// SPDX-License-Identifier: Apache-2.0
// Any bytes as the JSON texts of the JDBC registry's rows: an event, and a client's configuration. Promises: what is
// known stands in the text; a text that was cut tells less than the whole one, never something else; a key that a later
// release adds changes nothing.
#include <chrono>
#include <string>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "registry/jdbc/texts.hpp"

namespace {

using dsr::fuzz::require;
using namespace dsr::registry::jdbc;
using namespace std::chrono_literals;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool equal(const Event& one, const Event& other) {
    return one.key == other.key && one.client == other.client && one.value == other.value;
}

/// The text with an unknown key in front.
std::string later(std::string_view text) {
    const auto brace = text.find('{');
    const auto next = text.find_first_not_of(" \t\r\n", brace + 1);
    std::string longer{text};
    const bool empty = next != std::string::npos && text[next] == '}';
    longer.insert(brace + 1, empty ? R"("later":{"deep":[1]})" : R"("later":{"deep":[1],"dataKey":"x","clientId":1},)");
    return longer;
}

/// Once, so that the last of several does not count.
bool once(std::string_view text, std::string_view name) {
    const auto first = text.find(name);
    return first == text.rfind(name);
}

void check_cut(std::string_view text, const Event& whole) {
    const bool plain =
        !contains(text, "\\u") && once(text, "dataKey") && once(text, "dataValue") && once(text, "clientId");
    if (!plain) return;
    const auto stride = 1 + text.size() / 32;  // all of them in a longer text take too long
    for (std::size_t size = 0; size < text.size(); size += stride) {
        const auto cut = parse_event(text.substr(0, size));
        if (!cut) continue;
        require(cut->key == whole.key, "a cut event is of the same row");
        require(cut->client == 0 || cut->client == whole.client, "a cut event is of the same client");
        require(cut->value.empty() || cut->value == whole.value, "a value is whole or not there");
    }
}

void check_event(std::string_view text) {
    const auto event = parse_event(text);
    if (!event) return;
    require(!event->key.empty(), "an event names its row");
    require(event->key.size() + event->value.size() <= text.size(), "an event's texts stand in it");
    const bool plain = !contains(text, "\\");
    require(!plain || (contains(text, event->key) && contains(text, event->value)), "an event's texts stand in it");
    require(event->client == 0 || contains(text, std::to_string(event->client)), "a client stands in the text");
    const auto longer = parse_event(later(text));
    require(longer && equal(*longer, *event), "an unknown key in front changes nothing");
    check_cut(text, *event);
}

void check_timeout(std::string_view text) {
    const auto timeout = session_timeout(text);
    if (!timeout) return;
    require(*timeout > 0ms && *timeout <= 24h, "a session ends, within a day");
    require(*timeout == 24h || contains(text, std::to_string(timeout->count())), "a timeout stands in the text");
    require(session_timeout(later(text)) == timeout, "an unknown key in front changes nothing");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = dsr::fuzz::text(bytes, size);
    check_event(text);
    check_timeout(text);
    return 0;
}
