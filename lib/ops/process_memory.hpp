// SPDX-License-Identifier: Apache-2.0
// Memory use of this process. Any thread.
#pragma once

#include <cstdint>

namespace dsr::ops {

/// Resident bytes, from /proc; 0 if it cannot be read.
std::uint64_t resident_memory();

}  // namespace dsr::ops
