// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"

#include <string_view>

#include "config/keys.hpp"
#include "config/written.hpp"

namespace dsr::config {

namespace {

std::string line_for(const Key& key, const Config& config) {
    const std::string name{leaf_of(key.path)};
    const std::string value = key.render(config);
    if (key.kind == Kind::secret) return "# " + name + ": " + (value.empty() ? "(not set)" : value);
    if (value.empty()) return name + ": " + (key.is_required ? "\"\"" : "null");
    // 60s is shown as in the documentation, although 1m is the same.
    const bool is_default = !key.fallback.empty() && value == key.render(Config{});
    return name + ": " + written(key, is_default ? key.fallback : value);
}

}  // namespace

std::string describe(const Config& config) {
    const bool is_embedded = config.database.type == DatabaseType::sqlite;
    std::string out;
    std::string_view previous;
    for (const auto& key : keys()) {
        if (key.scope == (is_embedded ? Scope::server : Scope::embedded)) continue;
        for (const auto& section : sections_opened(previous, key.path)) {
            out += indentation(section) + std::string{leaf_of(section)} + ":\n";
        }
        out += indentation(key.path) + line_for(key, config) + "\n";
        previous = key.path;
    }
    return out;
}

}  // namespace dsr::config
