// SPDX-License-Identifier: Apache-2.0
//
// One function for each kind of key; each creates the description of a key from its name, default, place in the
// configuration, range and meaning. Only keys.cpp includes this.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "config/key.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

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

struct DurationRange {
    std::chrono::milliseconds least;
    std::chrono::milliseconds most;
};

struct IntegerRange {
    std::int64_t least;
    std::int64_t most;
};

/// Common to all kinds. `parse` returns a Checked of a type that can be assigned to the member.
template <class Section, class Value, class Parse>
Key make_key(std::string path, Kind kind, std::string fallback, ConfigMember<Section, Value> place, Parse parse,
             std::string doc) {
    Key key{std::move(path), kind, std::move(fallback), std::move(doc)};
    key.apply = [place, parse](Config& config, std::string_view text) -> std::optional<Fault> {
        auto parsed = parse(text);
        if (const auto* fault = fault_of(parsed)) return *fault;
        place.in(config) = static_cast<Value>(std::get<0>(parsed));
        return std::nullopt;
    };
    key.reset = [place](Config& config) { place.in(config) = place.in(Config{}); };
    return key;
}

template <class Section>
Key duration(std::string path, std::string fallback, DurationRange range,
             ConfigMember<Section, std::chrono::milliseconds> place, std::string doc) {
    const std::string words = format_duration(range.least) + " to " + format_duration(range.most);
    const auto parse = [range, words](std::string_view text) -> Checked<std::chrono::milliseconds> {
        auto parsed = parse_duration(text);
        const auto* value = std::get_if<std::chrono::milliseconds>(&parsed);
        if (value != nullptr && (*value < range.least || *value > range.most)) {
            return Fault{shown(text) + " is out of range; it goes from " + words};
        }
        return parsed;
    };
    Key key = make_key(std::move(path), Kind::duration, std::move(fallback), place, parse, std::move(doc));
    key.range = words;
    key.render = [place](const Config& config) { return format_duration(place.in(config)); };
    return key;
}

template <class Section, class Value>
Key integer(std::string path, std::string fallback, IntegerRange range, ConfigMember<Section, Value> place,
            std::string doc) {
    const std::string words = std::to_string(range.least) + " to " + std::to_string(range.most);
    const auto parse = [range, words](std::string_view text) -> Checked<std::int64_t> {
        auto parsed = parse_integer(text);
        const auto* value = std::get_if<std::int64_t>(&parsed);
        if (value != nullptr && (*value < range.least || *value > range.most)) {
            return Fault{shown(text) + " is out of range; it goes from " + words};
        }
        return parsed;
    };
    Key key = make_key(std::move(path), Kind::integer, std::move(fallback), place, parse, std::move(doc));
    key.range = words;
    key.limits = {range.least, range.most};
    key.render = [place](const Config& config) { return std::to_string(place.in(config)); };
    return key;
}

template <class Section>
Key percent(std::string path, std::string fallback, double most, ConfigMember<Section, double> place, std::string doc) {
    const std::string words = "0% to " + format_percent(most);
    const auto parse = [most, words](std::string_view text) -> Checked<double> {
        auto parsed = parse_percent(text);
        const auto* value = std::get_if<double>(&parsed);
        if (value != nullptr && *value > most) return Fault{shown(text) + " is out of range; it goes from " + words};
        return parsed;
    };
    Key key = make_key(std::move(path), Kind::percent, std::move(fallback), place, parse, std::move(doc));
    key.range = words;
    key.render = [place](const Config& config) { return format_percent(place.in(config)); };
    return key;
}

template <class Section>
Key flag(std::string path, std::string fallback, ConfigMember<Section, bool> place, std::string doc) {
    Key key = make_key(std::move(path), Kind::flag, std::move(fallback), place, parse_flag, std::move(doc));
    key.range = "true or false";
    key.render = [place](const Config& config) { return std::string{place.in(config) ? "true" : "false"}; };
    return key;
}

template <class Section, class Value>
Key choice(std::string path, std::string fallback, std::vector<std::pair<std::string, Value>> words,
           ConfigMember<Section, Value> place, std::string doc) {
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
    Key key = make_key(std::move(path), Kind::choice, std::move(fallback), place, parse, std::move(doc));
    key.range = std::move(range);
    key.choices = std::move(names);
    key.render = [place, words](const Config& config) {
        const auto word =
            std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.second == place.in(config); });
        return word == words.end() ? std::string{} : word->first;
    };
    return key;
}

template <class Section>
Key text(std::string path, std::string fallback, Checked<std::string> (*check)(std::string_view),
         ConfigMember<Section, std::string> place, std::string doc) {
    Key key = make_key(std::move(path), Kind::text, std::move(fallback), place, check, std::move(doc));
    key.render = [place](const Config& config) { return place.in(config); };
    return key;
}

template <class Section>
Key file(std::string path, std::string fallback, Checked<std::string> (*check)(std::string_view),
         ConfigMember<Section, std::filesystem::path> place, std::string doc) {
    Key key = make_key(std::move(path), Kind::file, std::move(fallback), place, check, std::move(doc));
    key.range = "an absolute path";
    key.render = [place](const Config& config) { return place.in(config).string(); };
    return key;
}

/// An optional one.
template <class Section>
Key file(std::string path, Checked<std::string> (*check)(std::string_view),
         ConfigMember<Section, std::filesystem::path> place, std::string doc) {
    return file(std::move(path), "", check, place, std::move(doc)).optional();
}

/// Its file is the key of the same name with the suffix `_file`, which must be in the table too.
template <class Section>
Key secret(std::string path, Checked<std::string> (*check)(std::string_view), ConfigMember<Section, Secret> place,
           std::string doc) {
    Key key = make_key(std::move(path), Kind::secret, "", place, check, std::move(doc)).optional();
    key.apply = [place, check](Config& config, std::string_view text) -> std::optional<Fault> {
        auto checked = check(text);
        if (const auto* fault = fault_of(checked)) return *fault;
        place.in(config) = Secret{std::get<std::string>(checked)};
        wipe(std::get<std::string>(checked));
        return std::nullopt;
    };
    key.render = [place](const Config& config) { return std::string{place.in(config).is_set() ? "(set)" : ""}; };
    return key;
}

}  // namespace dsr::config
