// SPDX-License-Identifier: Apache-2.0
// How a target says that an input broke a promise: the process ends, which a fuzzer and ctest both take for a finding.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace dsr::fuzz {

/// `promise` says what had to hold.
inline void require(bool holds, const char* promise) {
    if (holds) return;
    (void)std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

}  // namespace dsr::fuzz
