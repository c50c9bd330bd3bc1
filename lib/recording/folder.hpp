// SPDX-License-Identifier: Apache-2.0
// The folder that recordings lie in: each is there whole or not at all, and the oldest go first. One thread; other
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

    /// Writes `sweep-<UTC time>-<outcome>.json.gz`, readable by its owner only, and says where: temporary file, fsync,
    /// rename. Makes the folder when it is missing. Throws Failure with the reason; nothing is left behind then.
    [[nodiscard]] std::filesystem::path add(model::Instant time, std::string_view outcome,
                                            std::string_view bytes) const;

    /// Removes the oldest recordings until no more than `Keep` allows are left, the newest always, and what a writer
    /// that died left behind. Other files are not touched. What cannot be removed stays.
    void clean() const;

private:
    std::filesystem::path path_;
    Keep keep_;
};

}  // namespace dsr::recording
