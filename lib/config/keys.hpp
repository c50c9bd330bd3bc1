// SPDX-License-Identifier: Apache-2.0
//
// The table of all configuration keys, and its lookups.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/key.hpp"

namespace dsr::config {

/// All keys, grouped by section, in reading order. To add a key: its member in config.hpp and one entry here.
const std::vector<Key>& keys();

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

/// The sections of `path` that `previous` (the key before it in the table, or empty) is not in, from the outermost: the
/// headings to write before `path` in an outline.
std::vector<std::string> sections_opened(std::string_view previous, std::string_view path);

/// The indentation of a line in an outline: two spaces for each section that the key or section is in.
std::string indentation(std::string_view path);

/// The probable known name for the unknown key or section at `path`: a typing error, or a key of another section.
std::optional<std::string> nearest_key(std::string_view path);

}  // namespace dsr::config
