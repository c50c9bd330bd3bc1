// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/pchars.hpp>

#include "base/hex.hpp"
#include "base/text.hpp"

namespace dsr::http {

namespace urls = boost::urls;

namespace {

/// Clients send some characters as they are that RFC 3986 wants escaped, such as the brackets of an IPv6 address.
std::string escaped(std::string_view target) {
    constexpr urls::grammar::lut_chars plain = urls::pchars + '/' + '?' + '%';
    std::string text;
    for (const char c : target)
        text += plain(static_cast<unsigned char>(c)) ? std::string(1, c) : "%" + base::hex({&c, 1});
    return text;
}

enum class Part { path, query };

std::optional<std::string> decoded(urls::pct_string_view text, Part part) {
    auto plain = text.decode({part == Part::query});  // where a plus is a space
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    const bool control = part == Part::path && std::ranges::any_of(plain, is_control);
    return control || base::find_invalid_utf8(plain) ? std::nullopt : std::optional(std::move(plain));
}

std::optional<Pairs> match(std::string_view pattern, const std::vector<std::string>& segments) {
    Pairs parameters;
    std::size_t at = 0;
    pattern.remove_prefix(1);
    while (true) {
        if (at == segments.size()) return std::nullopt;
        const auto end = pattern.find('/');
        const auto part = pattern.substr(0, end);
        const auto& segment = segments[at++];
        if (part.size() > 2 && part.front() == '{' && part.back() == '}') {
            if (segment.empty()) return std::nullopt;
            parameters.emplace_back(part.substr(1, part.size() - 2), segment);
        } else if (part != segment) {
            return std::nullopt;
        }
        if (end == std::string_view::npos) break;
        pattern.remove_prefix(end + 1);
    }
    if (at != segments.size()) return std::nullopt;
    return parameters;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    const auto sound = escaped(text.substr(0, text.find('#')));
    const auto url = urls::parse_origin_form(sound);
    if (!url) return std::nullopt;
    Target target;
    // Not by encoded_segments(), which leaves out a dot at the beginning.
    for (const auto part : base::split(std::string_view(url->encoded_path()).substr(1), '/')) {
        auto segment = decoded(part, Part::path);
        if (!segment) return std::nullopt;
        target.path += "/" + *segment;
        target.segments.push_back(std::move(*segment));
    }
    for (const auto param : url->encoded_params()) {
        if (param.key.empty() && !param.has_value) continue;
        auto name = decoded(param.key, Part::query);
        auto value = decoded(param.value, Part::query);
        if (!name || !value) return std::nullopt;
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return target;
}

void Router::add(Route route) {
    routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    Match found;
    for (const auto& route : routes_) {
        auto parameters = match(route.pattern, segments);
        if (!parameters) continue;
        if (route.method == wanted && found.route == nullptr) {
            found.route = &route;
            found.parameters = std::move(*parameters);
        }
        found.allow += (found.allow.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
    }
    return found;
}

std::string known_here(const std::vector<std::string>& names) {
    if (names.empty()) return "none is accepted here";
    return fmt::format("accepted here: {}", fmt::join(names, ", "));
}

void require_known(const Pairs& query, const std::vector<std::string>& names, std::size_t repeated) {
    for (auto pair = query.begin(); pair != query.end(); ++pair) {
        const auto known = std::find(names.begin(), names.end(), pair->first);
        if (known == names.end())
            throw Refusal(400, "the query parameter " + pair->first + " is not known; " + known_here(names));
        const bool may_repeat = static_cast<std::size_t>(names.end() - known) <= repeated;
        const bool again = std::any_of(query.begin(), pair, [&](const auto& one) { return one.first == pair->first; });
        if (again && !may_repeat) throw Refusal(400, "the query parameter " + pair->first + " is given twice");
    }
}

}  // namespace dsr::http
