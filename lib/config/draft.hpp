// SPDX-License-Identifier: Apache-2.0
//
// A configuration during loading: the values read so far, their sources, and all faults. The steps of loading (file,
// environment, cross-checks, secret files) work on it one after the other.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"

namespace dsr::config {

/// Where a key was given: a line of the file (in JSON 0), or an environment variable (0).
struct ValueOrigin {
    std::string source;
    int line = 0;
};

/// `file:line`, or without the line where there is none.
std::string to_string(const ValueOrigin& origin);

class ConfigDraft {
public:
    explicit ConfigDraft(std::string file) : file_{std::move(file)} {}

    [[nodiscard]] Config& config() { return config_; }
    [[nodiscard]] const Config& config() const { return config_; }

    /// Parses the written form of a key, checks its range and stores it. A fault never contains a secret's `text`.
    void take(const Key& key, std::string_view text, ValueOrigin origin);
    /// The key was given as null or empty: resets it to "not given". A fault for a key that needs a value.
    void take_nothing(const Key& key, const ValueOrigin& origin);
    void take_section(std::string_view path, int line) { sections_.emplace(path, line); }

    [[nodiscard]] bool is_given(std::string_view path) const { return given_.contains(path); }
    /// Whether none of these keys had a fault; a rule about several keys applies only then.
    [[nodiscard]] bool are_sound(std::initializer_list<std::string_view> paths) const;
    [[nodiscard]] const ValueOrigin* origin_of(std::string_view path) const;

    /// A problem of a key, reported where the key was given, else where its section begins. An error makes the key
    /// unsound.
    void error(std::string_view path, const std::string& message);
    void warning(std::string_view path, const std::string& message);
    /// A problem at its own place; `path` (may be empty) becomes unsound.
    void error_at(const ValueOrigin& origin, std::string_view path, const std::string& message);

    [[nodiscard]] ValueOrigin in_file(int line) const { return {file_, line}; }
    [[nodiscard]] bool is_in_file(const ValueOrigin& origin) const { return origin.source == file_; }

    /// By line; those of the whole file first, those of the environment last.
    [[nodiscard]] std::vector<Problem> errors() const { return sorted(errors_); }
    [[nodiscard]] std::vector<Problem> warnings() const { return sorted(warnings_); }

private:
    [[nodiscard]] std::vector<Problem> sorted(std::vector<Problem> found) const;
    [[nodiscard]] ValueOrigin place_of(std::string_view path) const;

    std::string file_;
    Config config_;
    std::map<std::string, ValueOrigin, std::less<>> given_;
    std::map<std::string, int, std::less<>> sections_;
    std::set<std::string, std::less<>> unsound_;
    std::vector<Problem> errors_;
    std::vector<Problem> warnings_;
};

}  // namespace dsr::config
