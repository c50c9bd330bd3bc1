// SPDX-License-Identifier: Apache-2.0
#include "api/parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "http/router.hpp"

namespace dsr::api {

using http::Refusal;
using http::Request;
using model::ControlAction;
using model::ControlNote;

namespace {

constexpr std::size_t max_reason = 1000;
constexpr std::size_t max_name = 100;

bool is_json(std::string_view content_type) {
    return base::lower(base::trimmed(content_type.substr(0, content_type.find(';')))) == "application/json";
}

/// nlohmann keeps the last of two members of one name silently; two reasons are a mistake.
class TwiceCheck {
public:
    bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        if (depth == 1 && event == nlohmann::json::parse_event_t::key) {
            auto name = parsed.get<std::string>();
            if (std::find(seen_.begin(), seen_.end(), name) != seen_.end())
                throw Refusal(400, "the body has the member " + name + " twice");
            seen_.push_back(std::move(name));
        }
        return true;
    }

private:
    std::vector<std::string> seen_;
};

}  // namespace

std::int64_t integer_of(std::string_view name, std::string_view text, Range range) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, value);
    const bool plain = text == "0" || (!text.empty() && text.front() >= '1' && text.front() <= '9');
    if (!plain || failed != std::errc{} || stopped != end || value < range.least || value > range.most) {
        throw Refusal(400, std::string(name) + " is a whole number from " + std::to_string(range.least) + " to " +
                               std::to_string(range.most));
    }
    return value;
}

std::optional<std::int64_t> integer_in(const http::Pairs& query, std::string_view name, Range range) {
    const auto text = http::value_of(query, name);
    return text ? std::optional(integer_of(name, *text, range)) : std::nullopt;
}

std::int64_t id_of(const Request& request) {
    return integer_of("id", http::value_of(request.parameters, "id").value_or(""), {1, max_id});
}

nlohmann::json object_of(const Request& request, const std::vector<std::string>& members, bool required) {
    if (request.body.empty() && !required) return nlohmann::json::object();
    if (!is_json(request.content_type)) throw Refusal(415, "the body must be application/json");
    nlohmann::json body;
    try {
        body = nlohmann::json::parse(request.body, TwiceCheck{});
    } catch (const nlohmann::json::exception& error) {
        throw Refusal(400, std::string("the body is not JSON: ") + error.what());
    }
    if (!body.is_object()) throw Refusal(400, "the body must be a JSON object");
    for (const auto& [name, value] : body.items()) {
        if (std::find(members.begin(), members.end(), name) == members.end())
            throw Refusal(400, fmt::format("the body's member {} is not known; {}", name, http::known_here(members)));
    }
    return body;
}

std::optional<std::string> text_in(const nlohmann::json& body, const std::string& name, std::size_t most) {
    const auto found = body.find(name);
    if (found == body.end()) return std::nullopt;
    if (!found->is_string()) throw Refusal(400, name + " must be a text");
    auto text = found->get<std::string>();
    const bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
    if (control) throw Refusal(400, name + " contains a control character or a line break");
    if (text.find_first_not_of(' ') == std::string::npos) throw Refusal(400, name + " is empty");
    if (base::character_count(text) > most)
        throw Refusal(400, name + " may have " + std::to_string(most) + " characters at most");
    return text;
}

namespace {

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
    if (unit == units.end()) throw Refusal(400, "for must be a time such as 30m, 2h or 1d");
    return unit->length * integer_of("the number in for", text.substr(0, digits), {1, unit->most});
}

ControlNote note_of(const nlohmann::json& body, ControlAction action, model::Instant now) {
    ControlNote note;
    note.at = now;
    note.action = action;
    auto reason = text_in(body, "reason", max_reason);
    if (!reason) throw Refusal(400, "reason is missing; it is kept in the journal");
    note.why = std::move(*reason);
    note.who = text_in(body, "by", max_name).value_or("api");
    return note;
}

}  // namespace

ControlNote pause_of(const Request& request, model::Instant now) {
    const auto body = object_of(request, {"reason", "by", "for"}, true);
    auto note = note_of(body, ControlAction::pause, now);
    if (const auto lasting = text_in(body, "for", max_name)) note.until = now + lasting_of(*lasting);
    return note;
}

ControlNote resume_of(const Request& request, model::Instant now) {
    return note_of(object_of(request, {"reason", "by"}, true), ControlAction::resume, now);
}

ControlNote release_of(const Request& request, model::Instant now) {
    const auto body =
        object_of(request, {"reason", "by", "instance", "mass_loss", "cluster", "database", "clock"}, true);
    auto note = note_of(body, ControlAction::release, now);
    const auto instance = body.find("instance");
    std::size_t given = instance == body.end() ? 0 : 1;
    std::pair<const char*, bool> flag{"", true};
    for (const auto& [action, member] : releases) {
        const auto found = body.find(member);
        if (found == body.end()) continue;
        ++given;
        note.action = action;
        flag = {member, *found == true};
    }
    if (given != 1) throw Refusal(400, "exactly one of instance, mass_loss, cluster, database and clock is required");
    if (!flag.second) throw Refusal(400, fmt::format("{} can only be true", flag.first));
    if (instance == body.end()) return note;
    // Checked as unsigned: a number above the signed range would become negative.
    const auto* id = instance->get_ptr<const nlohmann::json::number_unsigned_t*>();
    if (id == nullptr || *id < 1 || *id > static_cast<std::uint64_t>(max_id))
        throw Refusal(400, "instance is the id of a workflow instance");
    note.instance = model::WorkflowInstanceId{static_cast<std::int64_t>(*id)};
    return note;
}

}  // namespace dsr::api
