// SPDX-License-Identifier: Apache-2.0
//
// One function for each kind of key; each creates the description of a key from its name, range, place in the
// configuration and meaning. The default is the one of the place. Only keys.cpp includes this.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/keys.hpp"
#include "config/text.hpp"

namespace dsr::config {

/// A member of a section of the configuration.
template <class Section, class Value>
struct ConfigMember {
    Section Config::*section;
    Value Section::*member;

    Value& in(Config& config) const { return config.*section.*member; }
    const Value& in(const Config& config) const { return config.*section.*member; }
};

template <class Section, class Value>
ConfigMember<Section, Value> at(Section Config::*section, Value Section::*member) {
    return {section, member};
}

/// One of the policy.
template <class Value>
ConfigMember<model::Policy, Value> at(Value model::Policy::*member) {
    return {&Config::policy, member};
}

/// The configuration in which nothing is set.
const Config& defaults();

/// One of a webhook: of alerts.webhook without a name, else of that name below alerts.webhooks.
template <class Value>
struct WebhookMember {
    std::string name;
    Value Webhook::*member;

    Value& in(Config& config) const { return (name.empty() ? config.webhook : config.webhooks[name]).*member; }
    const Value& in(const Config& config) const {
        if (name.empty()) return config.webhook.*member;
        const auto found = config.webhooks.find(name);
        return (found == config.webhooks.end() ? defaults().webhook : found->second).*member;
    }
};

template <class Value>
struct Range {
    Value least;
    Value most;
};

/// Common to all kinds. `parse` returns a Checked of a type that converts to the member's, and `format` writes that.
template <class Place, class Parse, class Format>
Key make_key(std::string_view path, Kind kind, std::string range, Place place, Parse parse, Format format,
             std::string_view doc) {
    Key key{std::string{path}, kind, std::string{doc}, std::move(range)};
    key.apply = [place, parse](Config& config, std::string_view text) -> std::optional<Fault> {
        auto parsed = parse(text);
        if (const auto* fault = fault_of(parsed)) return *fault;
        auto& value = place.in(config);
        value = static_cast<std::remove_reference_t<decltype(value)>>(std::get<0>(parsed));
        return std::nullopt;
    };
    key.reset = [place](Config& config) { place.in(config) = place.in(defaults()); };
    key.render = [place, format](const Config& config) { return format(place.in(config)); };
    key.fallback = key.render(defaults());
    key.nullable = key.fallback.empty();
    return key;
}

/// A value within a range.
template <class Value, class Place, class Format>
Key ranged(std::string_view path, Kind kind, Range<Value> range, Place place, Checked<Value> (*parse)(std::string_view),
           std::string words, Format format, std::string_view doc) {
    const auto parse_within = [parse, range, words](std::string_view text) -> Checked<Value> {
        auto parsed = parse(text);
        const auto* value = std::get_if<Value>(&parsed);
        if (value != nullptr && (*value < range.least || *value > range.most))
            return Fault{shown(text) + " is out of range; it goes from " + words};
        return parsed;
    };
    return make_key(path, kind, std::move(words), place, parse_within, format, doc);
}

template <class Place>
Key duration(std::string_view path, Range<std::chrono::milliseconds> range, Place place, std::string_view doc) {
    return ranged(path, Kind::duration, range, place, parse_duration,
                  format_duration(range.least) + " to " + format_duration(range.most), format_setting, doc);
}

template <class Place>
Key integer(std::string_view path, Range<std::int64_t> range, Place place, std::string_view doc) {
    Key key = ranged(
        path, Kind::integer, range, place, parse_integer,
        std::to_string(range.least) + " to " + std::to_string(range.most),
        [](auto value) { return std::to_string(value); }, doc);
    key.limits = {range.least, range.most};
    return key;
}

template <class Place>
Key ratio(std::string_view path, Range<double> range, Place place, std::string_view doc) {
    Key key = ranged(path, Kind::ratio, range, place, parse_ratio,
                     format_ratio(range.least) + " to " + format_ratio(range.most), format_ratio, doc);
    key.limits = {range.least, range.most};
    return key;
}

template <class Place>
Key flag(std::string_view path, Place place, std::string_view doc) {
    return make_key(
        path, Kind::flag, "true or false", place, parse_flag,
        [](bool value) { return std::string{value ? "true" : "false"}; }, doc);
}

template <class Place, class Value = std::remove_cvref_t<decltype(std::declval<Place>().in(std::declval<Config&>()))>>
Key choice(std::string_view path, std::vector<std::pair<std::string, std::type_identity_t<Value>>> words, Place place,
           std::string_view doc) {
    std::string range;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < words.size(); ++i) {
        range += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i].first;
        names.push_back(words[i].first);
    }
    const auto parse = [words, range](std::string_view text) -> Checked<Value> {
        const auto word = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == text; });
        if (word == words.end()) return Fault{shown(text) + " is not one of: " + range};
        return word->second;
    };
    const auto format = [words](const Value& value) {
        const auto word = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.second == value; });
        return word == words.end() ? std::string{} : word->first;
    };
    Key key = make_key(path, Kind::choice, range, place, parse, format, doc);
    key.choices = std::move(names);
    return key;
}

using TextCheck = Checked<std::string> (*)(std::string_view);

template <class Place>
Key text(std::string_view path, TextCheck check, Place place, std::string_view doc) {
    return make_key(
        path, Kind::text, "", place, check, [](const std::string& value) { return value; }, doc);
}

template <class Place>
Key file(std::string_view path, TextCheck check, Place place, std::string_view doc) {
    return make_key(
        path, Kind::file, "an absolute path", place, check,
        [](const std::filesystem::path& value) { return value.string(); }, doc);
}

/// Its file is the key of the same name with the suffix `_file`, which must be in the table too.
template <class Place>
Key secret(std::string_view path, TextCheck check, Place place, std::string_view doc) {
    const auto parse = [check](std::string_view text) -> Checked<Secret> {
        auto checked = check(text);
        if (const auto* fault = fault_of(checked)) return *fault;
        auto& checked_text = std::get<std::string>(checked);
        Secret made{checked_text};
        wipe(checked_text);
        return made;
    };
    return make_key(
        path, Kind::secret, "", place, parse,
        [](const Secret& value) { return std::string{value.is_set() ? "(set)" : ""}; }, doc);
}

}  // namespace dsr::config
