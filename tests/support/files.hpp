// SPDX-License-Identifier: Apache-2.0
// Files and folders of tests. Each function throws std::runtime_error that names the file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dsr::support {

/// A new folder below the system's temporary one; it and all in it are removed at the end.
class ScratchFolder {
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    /// The names in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

    const std::filesystem::path path;
};

/// The whole file, unchanged.
std::string text_of(const std::filesystem::path& path);

/// A line `key=value` of the list that `servers start` wrote.
std::string setting_of_servers(const std::string& key);

}  // namespace dsr::support
