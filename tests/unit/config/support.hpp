// SPDX-License-Identifier: Apache-2.0
//
// What the configuration's tests share: a folder of their own, and short ways to load a text and to look at what was
// found.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace dsr::config::test {

/// A new folder that everybody may enter; it and all in it are removed at the end.
class Folder {
public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();

    /// Writes `text` to a file in it, readable by its owner alone.
    std::filesystem::path write(const std::string& name, std::string_view text) const;

    std::filesystem::path path;
};

/// The one line that no configuration does without, for texts that are about something else.
inline const std::string zone = "database: {time_zone: Asia/Shanghai}\n";
inline const Environment zone_variable = {{"DS_RECONCILER_DATABASE__TIME_ZONE", "Asia/Shanghai"}};

/// Loads YAML under the name "test.yaml", the time zone given by the environment.
LoadResult load_yaml(std::string_view text);
/// The same for JSON, "test.json".
LoadResult load_json(std::string_view text);

/// The problems as a person sees them.
std::vector<std::string> lines(const std::vector<Problem>& problems);

/// All of them in one text, for "does not occur anywhere".
std::string all_text(const LoadResult& result);

}  // namespace dsr::config::test
