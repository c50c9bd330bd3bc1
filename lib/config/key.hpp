// SPDX-License-Identifier: Apache-2.0
//
// The description of one configuration key. All users of the keys (the loader, the overrides by environment, the JSON
// schema, the example file, the reference, `check-config`) use only a list of these.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/checked.hpp"
#include "config/config.hpp"

namespace dsr::config {

enum class Kind { duration, integer, percent, flag, choice, text, file, secret };

/// The databases a key applies to: a server over the network, or an embedded file.
enum class Scope { any, server, embedded };

struct Key {
    /// "sweep.interval"
    std::string path;
    Kind kind = Kind::text;
    /// The default in written form; empty if there is none.
    std::string fallback;
    /// One or more full sentences for the reference, the example file and the schema.
    std::string doc;
    /// The permitted values in words: "1s to 1d", "kill, hold or mark". Empty for free text.
    std::string range = {};
    /// The words of a choice.
    std::vector<std::string> choices = {};
    /// The limits of a whole number.
    std::optional<std::pair<std::int64_t, std::int64_t>> limits = {};
    /// Parses the written form into the configuration. The fault of a secret never contains it.
    std::function<std::optional<Fault>(Config&, std::string_view)> apply = {};
    /// Resets it to the default.
    std::function<void(Config&)> reset = {};
    /// The written form of the present value; empty if it is not set. Secrets: "(set)".
    std::function<std::string(const Config&)> render = {};

    /// Shown in the example file for a key without default.
    std::string sample = {};
    Scope scope = Scope::any;
    /// Has no default and is required.
    bool is_required = false;
    /// May be null (in the environment: empty), which means "not given".
    bool nullable = false;

    /// Extra information for a key, behind its description in the table.
    Key&& required() && {
        is_required = true;
        return std::move(*this);
    }
    Key&& optional() && {
        nullable = true;
        return std::move(*this);
    }
    Key&& only_for(Scope databases) && {
        scope = databases;
        return std::move(*this);
    }
    Key&& example(std::string text) && {
        sample = std::move(text);
        return std::move(*this);
    }
};

/// The environment variable that overrides the key at `path`: "sweep.on_start" is DS_RECONCILER_SWEEP__ON_START.
std::string environment_name(std::string_view path);

/// "sweep" of "sweep.interval", empty at the top.
std::string_view section_of(std::string_view path);

/// "interval" of "sweep.interval".
std::string_view leaf_of(std::string_view path);

}  // namespace dsr::config
