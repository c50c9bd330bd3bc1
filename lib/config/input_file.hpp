// SPDX-License-Identifier: Apache-2.0
//
// Reads a whole small file, with a clear message for each kind of failure.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "config/checked.hpp"

namespace dsr::config {

struct Input {
    std::string text;
    /// Permission bits.
    mode_t mode = 0;
};

/// `regular`: refuses pipes and devices without waiting for them.
enum class InputKind { any, regular };

/// Faults: missing, no permission, a folder, not regular, a read error, over `limit` bytes. Blocks while a pipe has no
/// writer.
Checked<Input> read_input(const std::filesystem::path& file, std::size_t limit, InputKind kind);

}  // namespace dsr::config
