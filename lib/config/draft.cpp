// SPDX-License-Identifier: Apache-2.0
#include "config/draft.hpp"

#include <algorithm>
#include <utility>

#include "config/text.hpp"

namespace dsr::config {

namespace {

Problem problem(const ValueOrigin& origin, std::string_view path, const std::string& message) {
    return {origin.source, origin.line, path.empty() ? message : std::string{path} + ": " + message};
}

}  // namespace

std::string to_string(const ValueOrigin& origin) {
    return origin.line > 0 ? origin.source + ":" + std::to_string(origin.line) : origin.source;
}

void ConfigDraft::take(const Key& key, std::string_view text, ValueOrigin origin) {
    if (text.empty() && key.nullable) {
        take_nothing(key, origin);
        return;
    }
    if (find_control_character(text) || text.find_first_of("\r\n") != std::string_view::npos) {
        error_at(origin, key.path, "contains a line break or a control character");
        return;
    }
    if (text == placeholder) {
        error_at(origin, key.path,
                 "is still the placeholder " + std::string{placeholder} + ". " + key.doc +
                     (key.sample.empty() ? "" : " Such as: " + key.sample));
        return;
    }
    if (const auto fault = key.apply(config_, text)) {
        error_at(origin, key.path, fault->message);
        return;
    }
    if (key.kind == Kind::ratio && text.ends_with('%'))
        warnings_.push_back(
            problem(origin, key.path,
                    shown(text) + " is the old form, which the next release refuses; write " + key.render(config_)));
    given_.insert_or_assign(key.path, std::move(origin));
}

void ConfigDraft::take_nothing(const Key& key, const ValueOrigin& origin) {
    if (!key.nullable) {
        const std::string hint = key.fallback.empty() ? "" : "; leave it out to take the default, " + key.fallback;
        error_at(origin, key.path, "has no value" + hint);
        return;
    }
    key.reset(config_);
    given_.erase(key.path);
}

bool ConfigDraft::are_sound(std::initializer_list<std::string_view> paths) const {
    return std::none_of(paths.begin(), paths.end(), [this](std::string_view path) { return unsound_.contains(path); });
}

const ValueOrigin* ConfigDraft::origin_of(std::string_view path) const {
    const auto found = given_.find(path);
    return found == given_.end() ? nullptr : &found->second;
}

ValueOrigin ConfigDraft::place_of(std::string_view path) const {
    if (const auto* origin = origin_of(path)) return *origin;
    const auto section = sections_.find(section_of(path));
    return in_file(section == sections_.end() ? 0 : section->second);
}

void ConfigDraft::error(std::string_view path, const std::string& message) {
    error_at(place_of(path), path, message);
}

void ConfigDraft::warning(std::string_view path, const std::string& message) {
    warnings_.push_back(problem(place_of(path), path, message));
}

void ConfigDraft::error_at(const ValueOrigin& origin, std::string_view path, const std::string& message) {
    errors_.push_back(problem(origin, path, message));
    unsound_.emplace(path);
}

std::vector<Problem> ConfigDraft::sorted(std::vector<Problem> found) const {
    std::stable_sort(found.begin(), found.end(), [this](const Problem& left, const Problem& right) {
        return std::pair(left.source != file_, left.line) < std::pair(right.source != file_, right.line);
    });
    return found;
}

}  // namespace dsr::config
