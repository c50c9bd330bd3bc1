// SPDX-License-Identifier: Apache-2.0
#include "http/parameters.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "http/refusal.hpp"

namespace dsr::http {

namespace {

std::string words_of(const std::vector<std::string>& names) {
    std::string words;
    for (const auto& name : names) words += (words.empty() ? "" : ", ") + name;
    return words.empty() ? "none is known here" : "known here: " + words;
}

bool is_json(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    constexpr std::string_view wanted = "application/json";
    return type.size() == wanted.size() && ::strncasecmp(type.data(), wanted.data(), wanted.size()) == 0;
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

std::optional<std::int64_t> integer_in(const Pairs& query, std::string_view name, Range range) {
    const auto text = value_of(query, name);
    return text ? std::optional(integer_of(name, *text, range)) : std::nullopt;
}

std::int64_t id_of(const Request& request) {
    return integer_of("id", value_of(request.parameters, "id").value_or(""), {1, max_id});
}

void require_known(const Pairs& query, const std::vector<std::string>& names, bool last_repeats) {
    for (auto pair = query.begin(); pair != query.end(); ++pair) {
        const auto known = std::find(names.begin(), names.end(), pair->first);
        if (known == names.end())
            throw Refusal(400, "the query parameter " + pair->first + " is not known; " + words_of(names));
        const bool may_repeat = last_repeats && known + 1 == names.end();
        const bool again = std::any_of(query.begin(), pair, [&](const auto& one) { return one.first == pair->first; });
        if (again && !may_repeat) throw Refusal(400, "the query parameter " + pair->first + " is given twice");
    }
}

nlohmann::json object_of(const Request& request, const std::vector<std::string>& members, bool required) {
    if (request.body.empty() && !required) return nlohmann::json::object();
    if (!is_json(request.content_type)) throw Refusal(415, "the body has to be application/json");
    nlohmann::json body;
    try {
        body = nlohmann::json::parse(request.body, TwiceCheck{});
    } catch (const nlohmann::json::exception& error) {
        throw Refusal(400, std::string("the body is no JSON: ") + error.what());
    }
    if (!body.is_object()) throw Refusal(400, "the body has to be a JSON object");
    for (const auto& [name, value] : body.items()) {
        if (std::find(members.begin(), members.end(), name) == members.end())
            throw Refusal(400, "the body's member " + name + " is not known; " + words_of(members));
    }
    return body;
}

std::optional<std::string> text_in(const nlohmann::json& body, const std::string& name, std::size_t most) {
    const auto found = body.find(name);
    if (found == body.end()) return std::nullopt;
    if (!found->is_string()) throw Refusal(400, name + " has to be a text");
    auto text = found->get<std::string>();
    const bool control = std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (control) throw Refusal(400, name + " has a control character or a line break in it");
    if (text.find_first_not_of(' ') == std::string::npos) throw Refusal(400, name + " is empty");
    if (base::character_count(text) > most)
        throw Refusal(400, name + " may have " + std::to_string(most) + " characters at most");
    return text;
}

}  // namespace dsr::http
