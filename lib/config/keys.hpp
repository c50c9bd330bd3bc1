// SPDX-License-Identifier: Apache-2.0
//
// The table of all configuration keys, and its lookups. All users of the keys (the loader, the environment's overrides,
// the JSON schema, the example file, the reference, `print-config`) use only this table. Immutable; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace dsr::config {

enum class Kind { duration, integer, ratio, flag, choice, text, file, secret };

/// The databases a key applies to (a server over the network, or an embedded file), or the registry.
enum class Scope { any, server, embedded, zookeeper, etcd };

/// Whether keys of that scope have no meaning in this configuration.
inline bool is_excluded(Scope scope, const Config& config) {
    const bool is_embedded = config.database.type == model::DatabaseKind::sqlite;
    const auto registry = config.registry.type;
    return scope == (is_embedded ? Scope::server : Scope::embedded) ||
           (scope == Scope::zookeeper && registry != model::RegistryKind::zookeeper) ||
           (scope == Scope::etcd && registry != model::RegistryKind::etcd);
}

struct Key {
    /// "sweep.interval"
    std::string path;
    Kind kind = Kind::text;
    /// One or more full sentences for the reference, the example file and the schema.
    std::string doc;
    /// The permitted values in words: "1s to 1d", "kill, hold or mark". Empty for free text.
    std::string range = {};
    /// Parses the written form into the configuration. The fault of a secret never contains it.
    std::function<std::optional<Fault>(Config&, std::string_view)> apply = {};
    /// Resets it to the default.
    std::function<void(Config&)> reset = {};
    /// The written form of the present value; empty if it is not set. Secrets: "(set)".
    std::function<std::string(const Config&)> render = {};
    /// The default in written form; empty if there is none.
    std::string fallback = {};
    /// The words of a choice.
    std::vector<std::string> choices = {};
    /// The limits of a number.
    std::optional<std::pair<double, double>> limits = {};

    /// Shown in the example file: for a key without default, or where a new user should not begin with the default.
    std::string sample = {};
    Scope scope = Scope::any;
    /// Has no default and is required.
    bool is_required = false;
    /// May be null (in the environment: empty), which means "not given".
    bool nullable = false;

    /// Extra information for a key, behind its description in the table.
    Key&& required() && {
        is_required = true;
        nullable = false;
        return std::move(*this);
    }
    /// A word that is refused for a reason of its own.
    Key&& refusing(std::string word, std::string reason) && {
        apply = [apply = std::move(apply), word = std::move(word), reason = std::move(reason)](
                    Config& config, std::string_view text) -> std::optional<Fault> {
            if (text == word) return Fault{reason};
            return apply(config, text);
        };
        return std::move(*this);
    }
    /// Its default depends on other keys.
    Key&& optional() && {
        nullable = true;
        fallback.clear();
        return std::move(*this);
    }
    Key&& only_for(Scope what) && {
        scope = what;
        return std::move(*this);
    }
    Key&& example(std::string text) && {
        sample = std::move(text);
        return std::move(*this);
    }
};

/// All keys, grouped by section, in reading order. To add a key: its member with its default in config.hpp or
/// model/policy.hpp, and one entry here.
const std::vector<Key>& keys();

/// Of the webhooks that the user names: the path of such a key is "alerts.webhooks.NAME.url_file".
inline constexpr std::string_view webhooks_section = "alerts.webhooks";

/// The keys of the webhook with this name, which are those of alerts.webhook.
std::vector<Key> keys_of_webhook(const std::string& name);

/// All keys, and those of the configuration's named webhooks behind those of alerts.webhook.
std::vector<Key> keys_of(const Config& config);

/// The key at `path`, or null.
const Key* find_key(std::string_view path);

struct Section {
    std::string path;
    std::string doc;
};

/// All sections, in the order of the table.
const std::vector<Section>& sections();

/// The section at `path`, or null.
const Section* find_section(std::string_view path);

/// Stands in examples and imported configurations for a value that only a person knows; refused for every key.
inline constexpr std::string_view placeholder = "CHANGE_ME";

/// Of every environment variable that overrides a key.
inline constexpr std::string_view environment_prefix = "DS_RECONCILER_";

/// The environment variable that overrides the key at `path`: "sweep.on_start" is DS_RECONCILER_SWEEP__ON_START.
std::string environment_name(std::string_view path);

/// "sweep" of "sweep.interval", empty at the top.
std::string_view section_of(std::string_view path);

/// "interval" of "sweep.interval".
std::string_view leaf_of(std::string_view path);

/// The sections of `path` that `previous` (the key before it in the table, or empty) is not in, from the outermost: the
/// headings to write before `path` in an outline.
std::vector<std::string> sections_opened(std::string_view previous, std::string_view path);

/// The indentation of a line in an outline: two spaces for each section that the key or section is in.
std::string indentation(std::string_view path);

/// The probable known name for the unknown key or section at `path`: a typing error, or a key of another section.
std::optional<std::string> nearest_key(std::string_view path);

}  // namespace dsr::config
