// SPDX-License-Identifier: Apache-2.0
// The folder of recordings: each one is complete or missing, and the oldest are removed first. One thread; other
// processes may use the same folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "model/instant.hpp"

namespace dsr::recording {

struct Keep {
    std::size_t files = 200;
    std::uintmax_t bytes = std::uintmax_t{64} << 20U;
};

class Folder {
public:
    Folder(std::filesystem::path path, Keep keep) : path_(std::move(path)), keep_(keep) {}

    /// Writes `sweep-<UTC time>-<outcome>.json.gz`, readable by its owner only, and returns the path: temporary file,
    /// fsync, rename. Creates a missing folder. Throws Failure with the reason, and then leaves nothing behind.
    [[nodiscard]] std::filesystem::path add(model::Instant time, std::string_view outcome,
                                            std::string_view bytes) const;

    /// Removes the oldest recordings until no more than `Keep` allows are left, but never the newest, and temporary
    /// files of dead writers. Does not touch other files. Ignores what cannot be removed.
    void clean() const;

private:
    std::filesystem::path path_;
    Keep keep_;
};

}  // namespace dsr::recording
