// SPDX-License-Identifier: Apache-2.0
// How much memory this process takes. Any thread.
#pragma once

#include <cstdint>

namespace dsr::ops {

/// Bytes in RAM, by /proc; 0 when that cannot be read.
std::uint64_t resident_memory();

}  // namespace dsr::ops
