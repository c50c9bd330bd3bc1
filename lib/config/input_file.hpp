// SPDX-License-Identifier: Apache-2.0
//
// Reading a whole small file, with a clear word for each way in which that can fail.
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

/// `regular`: pipes and devices are refused without waiting for them.
enum class InputKind { any, regular };

/// Faults: not there, no permission, a folder, not regular, a read error, over `limit` bytes. Blocks while a pipe has
/// no writer.
Checked<Input> read_input(const std::filesystem::path& file, std::size_t limit, InputKind kind);

}  // namespace dsr::config
