// SPDX-License-Identifier: Apache-2.0
#include "api/steering.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "http/parameters.hpp"
#include "http/refusal.hpp"

namespace dsr::api {

using http::Refusal;
using model::ControlAction;
using model::ControlNote;

namespace {

constexpr std::size_t max_reason = 1000;
constexpr std::size_t max_name = 100;

/// "2h": a number and a unit; nine digits of milliseconds or seconds, six of the others.
model::Milliseconds lasting_of(const std::string& text) {
    struct Unit {
        std::string_view name;
        model::Milliseconds length;
        std::int64_t most;
    };
    using namespace std::chrono_literals;
    constexpr std::array<Unit, 5> units{{{"ms", 1ms, 999'999'999},
                                         {"s", 1s, 999'999'999},
                                         {"m", 1min, 999'999},
                                         {"h", 1h, 999'999},
                                         {"d", 24h, 999'999}}};
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const Unit& one) { return one.name == std::string_view(text).substr(digits); });
    if (unit == units.end()) throw Refusal(400, "for is a time such as 30m, 2h or 1d");
    return unit->length * http::integer_of("the number in for", text.substr(0, digits), {1, unit->most});
}

ControlNote note_of(const nlohmann::json& body, ControlAction action, model::Instant now) {
    ControlNote note;
    note.at = now;
    note.action = action;
    auto reason = http::text_in(body, "reason", max_reason);
    if (!reason) throw Refusal(400, "reason is missing: why; it is kept in the journal");
    note.why = std::move(*reason);
    note.who = http::text_in(body, "by", max_name).value_or("api");
    return note;
}

}  // namespace

ControlNote pause_of(const http::Request& request, model::Instant now) {
    const auto body = http::object_of(request, {"reason", "by", "for"}, true);
    auto note = note_of(body, ControlAction::pause, now);
    if (const auto lasting = http::text_in(body, "for", max_name)) note.until = now + lasting_of(*lasting);
    return note;
}

ControlNote resume_of(const http::Request& request, model::Instant now) {
    return note_of(http::object_of(request, {"reason", "by"}, true), ControlAction::resume, now);
}

ControlNote release_of(const http::Request& request, model::Instant now) {
    const auto body =
        http::object_of(request, {"reason", "by", "instance", "mass_loss", "cluster", "database", "clock"}, true);
    auto note = note_of(body, ControlAction::release, now);
    const auto instance = body.find("instance");
    const auto mass_loss = body.find("mass_loss");
    const auto cluster = body.find("cluster");
    const auto database = body.find("database");
    const auto clock = body.find("clock");
    const auto given = [&](auto member) { return member == body.end() ? 0 : 1; };
    if (given(instance) + given(mass_loss) + given(cluster) + given(database) + given(clock) != 1)
        throw Refusal(400, "one of instance, mass_loss, cluster, database and clock says what to release");
    if (cluster != body.end()) {
        if (*cluster != true) throw Refusal(400, "cluster can only be true");
        note.action = ControlAction::release_cluster;
        return note;
    }
    if (mass_loss != body.end()) {
        if (*mass_loss != true) throw Refusal(400, "mass_loss can only be true");
        note.action = ControlAction::release_mass_loss;
        return note;
    }
    if (clock != body.end()) {
        if (*clock != true) throw Refusal(400, "clock can only be true");
        note.action = ControlAction::release_clock;
        return note;
    }
    if (database != body.end()) {
        if (*database != true) throw Refusal(400, "database can only be true");
        note.action = ControlAction::release_database;
        return note;
    }
    // Checked as unsigned: a number above the signed range would become negative.
    const auto* id = instance->get_ptr<const nlohmann::json::number_unsigned_t*>();
    if (id == nullptr || *id < 1 || *id > static_cast<std::uint64_t>(http::max_id))
        throw Refusal(400, "instance is the id of a workflow instance");
    note.instance = model::WorkflowInstanceId{static_cast<std::int64_t>(*id)};
    return note;
}

}  // namespace dsr::api
